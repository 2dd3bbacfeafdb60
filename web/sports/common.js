// What all sports have in common: status, clock and score.

import { humanize } from "../common/text.js";

/** @import { MatchClock, Match, Message } from "../client/message-types.js" */
/** @import { Sport } from "./sport.js" */

/** @type {(keyof Match)[]} */
const REPLACED_FIELDS = ["status", "clock", "score", "shootout_score", "statistics", "result"];
/** @type {(keyof Match)[]} */
const SCHEDULE_FIELDS = ["status", "venue", "pitch", "stage", "round", "group", "starts_at"];

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

/** A sport with only a score, and any sport whose code isn't loaded. @type {Sport} */
export const commonSport = {
  applyMessage: (game) => game,
  scorerLines: () => [],
  formatClock: (_, elapsedMs) => ({ text: formatMinutesSeconds(elapsedMs), added: "" }),
  periodNames: {},
  spokenMessage: (game, message) => spokenStatus(game, message) ?? spokenScore(game),
  panels: [],
  celebrationOf: () => null,
  displayLines: () => null,
};

/**
 * Applies what messages of all sports carry.
 * @param {Match} game
 * @param {Message} message
 * @returns {Match}
 */
export function applyCommonFields(game, { type, data }) {
  const updated = { ...game, ...pickFields(data, REPLACED_FIELDS) };
  if (type.startsWith("match_")) updated.reason = data.reason ?? null;
  return data.match?.id === game.id ? { ...updated, ...pickFields(data.match, SCHEDULE_FIELDS) } : updated;
}

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
function spokenStatus(game, message) {
  return message.type.startsWith("match_") ? defaultStatusText(game) : null;
}

/** Where a match belongs in its competition, and where it is played. @param {Match} match */
export function placeTexts({ stage, round, group, venue, pitch }) {
  const roundText = round && /^\d+$/.test(round) ? `Round ${round}` : round;
  return [stage, roundText, group && `Group ${group}`, venue, pitch];
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

