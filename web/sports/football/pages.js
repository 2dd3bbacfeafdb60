// Football: its part of a match, and how it is rendered.

import { LazyComponent } from "../../parts/tabs.js";
import { html } from "../../vendor/htm-preact.js";
import { commonSport, formatMinutesSeconds, spokenScore } from "../common.js";
import { kindLabel, renderIncidents, renderTimeline, incidentSide, GOAL_KINDS, sortIncidents, minuteText, PERIOD_NAMES } from "./incidents.js";
import { TRANSLATIONS } from "./translations.js";

/** @import { FollowedMatch, MatchClock, Match, Incident } from "../../client/message-types.js" */
/** @import { Sport } from "../sport.js" */

const DISPLAY_KINDS = new Set([
  ...GOAL_KINDS, "penalty_missed", "penalty_saved", "shootout_goal", "shootout_miss",
  "yellow_card", "second_yellow", "red_card", "substitution", "var_review",
]);
/** The end of each period's regular time, in minutes. @type {{ [period: string]: number }} */
const PERIOD_END_MINUTES = { first_half: 45, second_half: 90, extra_first_half: 105, extra_second_half: 120 };

const loadStatistics = async () => (await import("./statistics.js")).FootballStatistics;
const loadLineUps = async () => (await import("./line-ups.js")).FootballLineUps;

/** @type {Sport} */
export const sport = {
  viewMatch,
  scorerLines,
  formatClock,
  periodNames: PERIOD_NAMES,
  spokenMessage,
  panels: [
    { title: "Timeline", render: renderTimeline },
    { title: "Statistics", render: (game) => html`<${LazyComponent} load=${loadStatistics} props=${{ game }} />` },
    { title: "Line-ups", render: (game) => html`<${LazyComponent} load=${loadLineUps} props=${{ game }} />` },
  ],
  loadTeamActivity: async () => (await import("./team-activity.js")).FootballTeamActivity,
  celebrationOf,
  translations: TRANSLATIONS,
  withdrawsCelebration: ({ data }) => data.incident?.confirmation === "cancelled",
  displayLines: (game, translate) => renderIncidents(game, sortIncidents(game.incidents ?? [])
    .filter(({ kind, confirmation }) => DISPLAY_KINDS.has(kind) && confirmation !== "cancelled")
    .slice(-3)
    .reverse(), undefined, translate),
};

/** @param {Match} common @param {FollowedMatch} followed @returns {Match} */
function viewMatch(common, { state: { incidents, statistics } }) {
  return { ...common, statistics, incidents: Object.entries(incidents).map(([id, incident]) => ({ ...incident, id: Number(id) })) };
}

/**
 * @param {MatchClock} time
 * @param {number} elapsedMs
 */
function formatClock({ period }, elapsedMs) {
  const periodEndMs = PERIOD_END_MINUTES[period ?? ""] * 60_000;
  if (!(elapsedMs > periodEndMs)) return { text: formatMinutesSeconds(elapsedMs), added: "" };
  return { text: formatMinutesSeconds(periodEndMs), added: `+${formatMinutesSeconds(elapsedMs - periodEndMs)}` };
}

/** Goals by player: `Vardy 12′, 67′ (pen.)`. @type {Sport["scorerLines"]} */
function scorerLines(game, side) {
  /** @type {Map<string, string[]>} */
  const goals = new Map();
  for (const incident of sortIncidents(game.incidents ?? [])) {
    if (!GOAL_KINDS.has(incident.kind) || incident.confirmation === "cancelled") continue;
    if (incidentSide(game, incident) !== side) continue;
    const scorer = incident.player || "Goal";
    const suffix = { penalty_goal: " (pen.)", own_goal: " (o.g.)" }[incident.kind] ?? "";
    goals.set(scorer, [...(goals.get(scorer) ?? []), minuteText(incident) + suffix]);
  }
  return [...goals].map(([scorer, minutes]) => `${scorer} ${minutes.join(", ")}`);
}

/** @type {Sport["spokenMessage"]} */
function spokenMessage(game, message) {
  const incident = /** @type {Incident | undefined} */ (message.data.incident);
  if (!incident || !DISPLAY_KINDS.has(incident.kind)) {
    return message.type === "score_update" || !incident ? commonSport.spokenMessage(game, message) : null;
  }
  const side = incidentSide(game, incident);
  const change = message.type === "incident_removed" ? "removed" : incident.confirmation;
  const parts = [
    kindLabel(incident),
    change === "confirmed" ? "" : change,
    incident.player,
    side && game.teams[side].name,
  ];
  return `${parts.filter(Boolean).join(", ")}. ${spokenScore(game) ?? ""}`;
}

/** A valid goal is celebrated. @type {Sport["celebrationOf"]} */
function celebrationOf(game, { type, data }) {
  const incident = /** @type {Incident | undefined} */ (data.incident);
  if (type !== "incident_added" || !incident || !GOAL_KINDS.has(incident.kind) || incident.confirmation === "cancelled") return null;
  const side = incidentSide(game, incident);
  return side && { side, title: kindLabel(incident), text: [incident.player, minuteText(incident)].filter(Boolean).join(" ") };
}
