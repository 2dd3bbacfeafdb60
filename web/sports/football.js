// Football: what an incident changes, and how a match is drawn.

import { element } from "../client/element.js";
import { teamColour } from "../client/colour.js";
import { generic, inWords, minutesAndSeconds, sayScore } from "./generic.js";

/** @import { Clock, End, Game, Incident, Message, Sport } from "../client/wire.js" */

/** @type {End[]} */
const ENDS = ["home", "away"];
const GOALS = new Set(["goal", "own_goal", "penalty_goal"]);
const FOR_THE_BOARD = new Set([
  ...GOALS, "penalty_missed", "penalty_saved", "shootout_goal", "shootout_miss",
  "yellow_card", "second_yellow", "red_card", "substitution", "var_review",
]);

/** @type {{ [period: string]: string }} */
const PERIODS = {
  first_half: "First half",
  second_half: "Second half",
  extra_first_half: "Extra time, first half",
  extra_second_half: "Extra time, second half",
  penalty_shootout: "Penalty shoot-out",
};
const PERIOD_ORDER = Object.keys(PERIODS);
/** Where each period's regular time ends, in minutes. @type {{ [period: string]: number }} */
const FULL_MINUTES = { first_half: 45, second_half: 90, extra_first_half: 105, extra_second_half: 120 };

/** @type {{ [kind: string]: string }} */
const KINDS = {
  goal: "Goal",
  own_goal: "Own goal",
  penalty_goal: "Penalty scored",
  penalty_missed: "Penalty missed",
  penalty_saved: "Penalty saved",
  shootout_goal: "Shoot-out: scored",
  shootout_miss: "Shoot-out: missed",
  yellow_card: "Yellow card",
  second_yellow: "Second yellow card",
  red_card: "Red card",
  shot_on_target: "Shot on target",
  shot_off_target: "Shot off target",
  var_review: "VAR review",
};

/** In the order of interest; whatever else the server counts comes after. */
const FIGURES = [
  "possession", "shots", "shots_on_target", "shots_off_target", "saves", "corners", "fouls",
  "offsides", "yellow_cards", "red_cards",
];

/** @type {Sport} */
export const football = {
  apply,
  credits,
  clock,
  periods: PERIODS,
  say,
  panels: [
    { title: "Timeline", draw: drawTimeline },
    { title: "Statistics", draw: drawFigures },
  ],
  board: (game) => inOrder(game.incidents ?? [])
    .filter(({ kind, confirmation }) => FOR_THE_BOARD.has(kind) && confirmation !== "cancelled")
    .slice(-3)
    .reverse()
    .map((incident) => drawIncident(game, incident, "")),
};

/**
 * @param {Game} game
 * @param {Message} message
 * @returns {Game}
 */
function apply(game, { type, data }) {
  if (!type.startsWith("incident_")) return game;
  const others = (game.incidents ?? []).filter(({ id }) => id !== data.incident.id);
  return { ...game, incidents: type === "incident_removed" ? others : [...others, data.incident] };
}

/** @param {Incident[]} incidents */
function inOrder(incidents) {
  return [...incidents].sort(
    (one, other) =>
      PERIOD_ORDER.indexOf(one.period) - PERIOD_ORDER.indexOf(other.period) ||
      one.minute - other.minute ||
      (one.stoppage ?? 0) - (other.stoppage ?? 0) ||
      one.id - other.id,
  );
}

/**
 * @param {Clock} time
 * @param {number} elapsedMs
 */
function clock({ period }, elapsedMs) {
  const full = FULL_MINUTES[period ?? ""] * 60_000;
  if (!(elapsedMs > full)) return { text: minutesAndSeconds(elapsedMs), added: "" };
  return { text: minutesAndSeconds(full), added: `+${minutesAndSeconds(elapsedMs - full)}` };
}

/** @param {Incident} incident */
export function minute({ minute: at, stoppage }) {
  return stoppage ? `${at}+${stoppage}′` : `${at}′`;
}

/**
 * @param {Game} game
 * @param {Incident} incident
 * @returns {End | null}
 */
function endOf({ teams }, { team_id }) {
  return ENDS.find((end) => teams[end].id === team_id) ?? null;
}

/** Goals by player: `Vardy 12′, 67′ (pen.)`. @type {Sport["credits"]} */
function credits(game, end) {
  /** @type {Map<string, string[]>} */
  const goals = new Map();
  for (const incident of inOrder(game.incidents ?? [])) {
    if (!GOALS.has(incident.kind) || incident.confirmation === "cancelled") continue;
    if (endOf(game, incident) !== end) continue;
    const scorer = incident.player || "Goal";
    const how = { penalty_goal: " (pen.)", own_goal: " (o.g.)" }[incident.kind] ?? "";
    goals.set(scorer, [...(goals.get(scorer) ?? []), minute(incident) + how]);
  }
  return [...goals].map(([scorer, minutes]) => `${scorer} ${minutes.join(", ")}`);
}

/** @type {Sport["say"]} */
function say(game, message) {
  const incident = /** @type {Incident | undefined} */ (message.data.incident);
  if (!incident || !FOR_THE_BOARD.has(incident.kind)) {
    return message.type === "score_update" || !incident ? generic.say(game, message) : null;
  }
  const end = endOf(game, incident);
  const taken = message.type === "incident_removed" ? "removed" : incident.confirmation;
  const what = [
    describe(incident),
    taken === "confirmed" ? "" : taken,
    incident.player,
    end && game.teams[end].name,
  ];
  return `${what.filter(Boolean).join(", ")}. ${sayScore(game) ?? ""}`;
}

/** @param {Incident} incident */
const describe = ({ kind }) => KINDS[kind] ?? inWords(kind);

/** @param {Game} game */
function drawTimeline(game) {
  const incidents = inOrder(game.incidents ?? []);
  if (incidents.length === 0) return [element("p", "empty", "Nothing has happened yet.")];
  const scores = runningScores(game, incidents);
  /** @type {Node[]} */
  const drawn = [];
  let list = element("ol", "timeline");
  let period = "";
  for (const incident of incidents.reverse()) {
    if (incident.period !== period) {
      period = incident.period;
      list = element("ol", "timeline");
      drawn.push(element("h2", "period", PERIODS[period] ?? inWords(period)), list);
    }
    list.append(drawIncident(game, incident, scores.get(incident.id) ?? ""));
  }
  return drawn;
}

/**
 * The score after each goal, to stand beside it; nothing where that doesn't lead to the score
 * the server gives, which is the one that counts.
 * @param {Game} game
 * @param {Incident[]} incidents in order
 */
function runningScores(game, incidents) {
  const sum = { home: 0, away: 0 };
  /** @type {Map<number, string>} */
  const scores = new Map();
  for (const incident of incidents) {
    const end = endOf(game, incident);
    if (!end || !GOALS.has(incident.kind) || incident.confirmation === "cancelled") continue;
    sum[end] += 1;
    scores.set(incident.id, `${sum.home}–${sum.away}`);
  }
  const same = sum.home === game.score?.home && sum.away === game.score?.away;
  return same ? scores : new Map();
}

/**
 * @param {Game} game
 * @param {Incident} incident
 * @param {string} score after it, for a goal
 */
function drawIncident(game, incident, score) {
  const row = element("li", `incident ${endOf(game, incident) ?? "neither"}`);
  row.dataset.kind = incident.kind;
  row.dataset.confirmation = incident.confirmation;
  row.dataset.id = String(incident.id);
  const mark = element("span", "mark");
  mark.ariaHidden = "true";
  row.append(element("span", "minute", minute(incident)), mark, drawWhat(incident, score));
  return row;
}

/**
 * @param {Incident} incident
 * @param {string} score
 */
function drawWhat(incident, score) {
  const { kind, player, related_player: other, confirmation, text, reason } = incident;
  const what = element("span", "what");
  const who = (kind === "substitution" && other) || player;
  what.append(element("span", "who", who || describe(incident)));
  if (score) what.append(" ", element("span", "after", score));
  const words = [who ? describe(incident) : "", relatedWords(incident)].filter(Boolean).join(" · ");
  if (words) what.append(" ", element("span", "label", words));
  if (confirmation !== "confirmed") {
    const why = reason ? `: ${inWords(reason).replace(/\bvar\b/i, "VAR")}` : "";
    what.append(" ", element("span", "flag", inWords(confirmation) + why));
  }
  if (text) what.append(element("span", "text", text));
  return what;
}

/** @param {Incident} incident */
function relatedWords({ kind, player, related_player: other }) {
  if (kind === "substitution") return other && player ? `for ${player}` : "";
  if (!other) return "";
  return kind === "goal" ? `assist ${other}` : other;
}

/** @param {Game} game */
function drawFigures({ statistics, teams }) {
  if (!statistics) return [element("p", "empty", "No statistics yet.")];
  const { home, away } = statistics;
  const known = new Set([...FIGURES, ...Object.keys(home), ...Object.keys(away)]);
  const rows = [...known].filter((name) => typeof (home[name] ?? away[name]) === "number");
  const table = element("table", "figures");
  const head = element("tr", "", cell(teams.home.name), cell(""), cell(teams.away.name));
  table.append(element("thead", "unseen", head)); // the names already stand above, by the score
  table.append(element("tbody", "", ...rows.map((name) => {
    const [left, right] = [home[name] ?? 0, away[name] ?? 0];
    const row = element("tr", "", element("td", "value", String(left)));
    const label = element("th", "", element("span", "", inWords(name)), bar(left, right, teams));
    label.scope = "row";
    row.append(label, element("td", "value", String(right)));
    return row;
  })));
  return [table];
}

/** @param {string} text */
function cell(text) {
  const made = element("th", "", text);
  made.scope = "col";
  return made;
}

/**
 * @param {number} left
 * @param {number} right
 * @param {Game["teams"]} teams
 */
function bar(left, right, teams) {
  const whole = element("span", "split");
  whole.ariaHidden = "true";
  for (const [end, share] of /** @type {[End, number][]} */ ([["home", left], ["away", right]])) {
    const part = element("span", end);
    part.style.setProperty("--share", String(left + right ? share / (left + right) : 0));
    part.style.setProperty("--colour", teamColour(teams[end].colour, end));
    whole.append(part);
  }
  return whole;
}
