// What all sports have in common, and all there is to score-only ones.

/** @import { MatchClock, Match, Message } from "../client/message-types.js" */
/** @import { Sport } from "./sport.js" */

/** @type {(keyof Match)[]} */
const REPLACED_FIELDS = ["status", "clock", "score", "shootout_score", "statistics", "result"];
/** @type {(keyof Match)[]} */
const SCHEDULE_FIELDS = ["status", "venue", "starts_at"];

/** @type {{ [status: string]: string }} */
const STATUS_LABELS = {
  scheduled: "Not started",
  live: "Live",
  paused: "Paused",
  finished: "Full time",
  postponed: "Postponed",
  cancelled: "Cancelled",
  abandoned: "Abandoned",
};

/** @type {Sport} */
export const scoreOnly = {
  applyMessage(game, { type, data }) {
    const updated = { ...game, ...pickFields(data, REPLACED_FIELDS) };
    if (type.startsWith("match_")) updated.reason = data.reason ?? null;
    return data.match?.id === game.id ? { ...updated, ...pickFields(data.match, SCHEDULE_FIELDS) } : updated;
  },
  scorerLines: () => [],
  formatClock: (_, clockElapsedMs) => ({ text: formatMinutesSeconds(clockElapsedMs), added: "" }),
  periodNames: {},
  spokenMessage: (game, message) => spokenStatus(game, message) ?? spokenScore(game),
  panels: [],
  celebrationOf: () => null,
  displayLines: () => null,
};

/**
 * @param {any} data
 * @param {string[]} names
 */
function pickFields(data, names) {
  return Object.fromEntries(Object.entries(data).filter(([name]) => names.includes(name)));
}

/** The match's status; a pause shows its reason. @param {Match} game */
export function defaultStatusText({ status, reason }) {
  if (status === "paused" && reason) return humanize(reason);
  return STATUS_LABELS[status] ?? humanize(status);
}

/** @param {Match} game */
export function spokenScore({ teams, score }) {
  if (!score) return null;
  return `${teams.home.name} ${score.home}, ${teams.away.name} ${score.away}`;
}

/**
 * @param {Match} game
 * @param {Message} message
 */
export function spokenStatus(game, message) {
  return message.type.startsWith("match_") ? defaultStatusText(game) : null;
}

/** Whether there is a score to show. @param {Match} game */
export function hasStarted({ status }) {
  return !["scheduled", "postponed", "cancelled"].includes(status);
}

/** @param {number} ms */
export function formatMinutesSeconds(ms) {
  if (!Number.isFinite(ms)) return "–";
  const seconds = Math.floor(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * The clock's elapsed time now.
 * @param {MatchClock} clock
 * @param {number} serverNow
 */
export function clockElapsedMs(clock, serverNow) {
  if (!clock.running || !clock.at) return clock.elapsed_ms;
  const ran = serverNow - Date.parse(clock.at);
  return clock.elapsed_ms + (ran > 0 ? ran : 0); // 0 also if `at` is invalid
}

/** @param {string} identifier `shots_on_target` */
export function humanize(identifier) {
  const text = identifier.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
