// Any match that has a score: what every sport has in common, and all there is to the plain one.

/** @import { Clock, Game, Message } from "../client/wire.js" */
/** @import { Sport } from "./sport.js" */

/** @type {(keyof Game)[]} */
const WHOLE = ["status", "clock", "score", "shootout_score", "statistics", "result"];
/** @type {(keyof Game)[]} */
const FIXTURE = ["status", "venue", "starts_at"];

/** @type {{ [status: string]: string }} */
const STATUS = {
  scheduled: "Not started",
  live: "Live",
  paused: "Paused",
  finished: "Full time",
  postponed: "Postponed",
  cancelled: "Cancelled",
  abandoned: "Abandoned",
};

/** @type {Sport} */
export const generic = {
  apply(game, { type, data }) {
    const next = { ...game, ...pick(data, WHOLE) };
    if (type.startsWith("match_")) next.reason = data.reason ?? null;
    return data.match?.id === game.id ? { ...next, ...pick(data.match, FIXTURE) } : next;
  },
  credits: () => [],
  clock: (_, elapsedMs) => ({ text: minutesAndSeconds(elapsedMs), added: "" }),
  periods: {},
  say: (game, message) => sayStatus(game, message) ?? sayScore(game),
  panels: [],
  moment: () => null,
  board: () => null,
};

/**
 * @param {any} data
 * @param {string[]} names
 */
function pick(data, names) {
  return Object.fromEntries(Object.entries(data).filter(([name]) => names.includes(name)));
}

/** How the match stands, in words: a pause has a reason that says more. @param {Game} game */
export function standing({ status, reason }) {
  if (status === "paused" && reason) return inWords(reason);
  return STATUS[status] ?? inWords(status);
}

/** @param {Game} game */
export function sayScore({ teams, score }) {
  if (!score) return null;
  return `${teams.home.name} ${score.home}, ${teams.away.name} ${score.away}`;
}

/**
 * @param {Game} game
 * @param {Message} message
 */
export function sayStatus(game, message) {
  return message.type.startsWith("match_") ? standing(game) : null;
}

/** Whether there is a score to show. @param {Game} game */
export function hasBegun({ status }) {
  return !["scheduled", "postponed", "cancelled"].includes(status);
}

/** @param {number} ms */
export function minutesAndSeconds(ms) {
  if (!Number.isFinite(ms)) return "–";
  const seconds = Math.floor(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * What the clock stands at now.
 * @param {Clock} clock
 * @param {number} serverNow
 */
export function elapsedMs(clock, serverNow) {
  if (!clock.running || !clock.at) return clock.elapsed_ms;
  const ran = serverNow - Date.parse(clock.at);
  return clock.elapsed_ms + (ran > 0 ? ran : 0); // also where it says no time
}

/** @param {string} word `shots_on_target` */
export function inWords(word) {
  const text = word.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
