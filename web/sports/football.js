// Football: what an incident changes, and how a match is drawn.

import { Later } from "../parts/tabs.js";
import { html } from "../vendor/htm-preact.js";
import { drawFigures } from "./figures.js";
import { generic, minutesAndSeconds, sayScore } from "./generic.js";
import { describe, drawIncidents, drawTimeline, endOf, GOALS, inOrder, minute, PERIODS } from "./incidents.js";

/** @import { Clock, Game, Incident, Message } from "../client/wire.js" */
/** @import { Sport } from "./sport.js" */

const FOR_THE_BOARD = new Set([
  ...GOALS, "penalty_missed", "penalty_saved", "shootout_goal", "shootout_miss",
  "yellow_card", "second_yellow", "red_card", "substitution", "var_review",
]);
/** Where each period's regular time ends, in minutes. @type {{ [period: string]: number }} */
const FULL_MINUTES = { first_half: 45, second_half: 90, extra_first_half: 105, extra_second_half: 120 };

const loadSquads = async () => (await import("./squads.js")).Squads;

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
    { title: "Line-ups", draw: (game) => html`<${Later} load=${loadSquads} props=${{ game }} />` },
  ],
  moment,
  board: (game, words) => drawIncidents(game, inOrder(game.incidents ?? [])
    .filter(({ kind, confirmation }) => FOR_THE_BOARD.has(kind) && confirmation !== "cancelled")
    .slice(-3)
    .reverse(), undefined, words),
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

/**
 * @param {Clock} time
 * @param {number} elapsedMs
 */
function clock({ period }, elapsedMs) {
  const full = FULL_MINUTES[period ?? ""] * 60_000;
  if (!(elapsedMs > full)) return { text: minutesAndSeconds(elapsedMs), added: "" };
  return { text: minutesAndSeconds(full), added: `+${minutesAndSeconds(elapsedMs - full)}` };
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

/** A goal that was not taken back, for the display to celebrate. @type {Sport["moment"]} */
function moment(game, { type, data }) {
  const incident = /** @type {Incident | undefined} */ (data.incident);
  if (type !== "incident_added" || !incident || !GOALS.has(incident.kind) || incident.confirmation === "cancelled") return null;
  const end = endOf(game, incident);
  return end && { end, title: describe(incident), text: [incident.player, minute(incident)].filter(Boolean).join(" ") };
}

export { minute };
