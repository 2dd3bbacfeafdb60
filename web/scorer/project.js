// The match as it will be once the server has what this device has recorded: what the scorer sees while
// the network is away. The server's word replaces it as soon as it comes.

import { elapsedMs } from "../sports/generic.js";
import { scoreAfter } from "./kinds.js";

/** @import { Clock, Game } from "../client/wire.js" */
/** @import { Crease } from "./cricket/crease.js" */
/** @import { Noted } from "./kinds.js" */

/**
 * @typedef {object} Command
 * @property {string} client_id
 * @property {string} occurred_at
 * @property {string} method
 * @property {string} action
 * @property {any} body
 * @property {boolean} [isSettled] the server has taken it, but the stream hasn't brought it yet
 *
 * @typedef {Omit<Game, "incidents"> & { incidents: Noted[], crease?: Crease }} Expected
 */

const MINUTE_MS = 60_000;
/** @type {{ [period: string]: number }} */
const BEGINS = { first_half: 0, second_half: 45, extra_first_half: 90, extra_second_half: 105, penalty_shootout: 120 };
const PERIODS = Object.keys(BEGINS);
const GO_ON = new Set(["half_time", "full_time", "extra_half_time"]);
const TO_SHOOTOUT = new Set(["before_penalties", "penalties"]);

/**
 * @param {Game} game as the server told it
 * @param {readonly Command[]} commands that it has not settled, oldest first
 * @returns {Expected}
 */
export function project(game, commands) {
  const before = /** @type {Noted[]} */ (game.incidents ?? []);
  const after = commands.reduce(step, { ...game, incidents: before });
  if (after.incidents === before) return after;
  return { ...after, ...scoreAfter(game, before, after.incidents) };
}

/** @param {Expected} game @param {Command} command @returns {Expected} */
function step(game, command) {
  const { method, action, body, occurred_at } = command;
  const [what, id] = action.split("/");
  if (what === "incidents") return { ...game, incidents: incidents(game.incidents, command, id) };
  const at = Date.parse(occurred_at);
  if (method !== "POST") return game;
  switch (action) {
    case "toss":
      return /** @type {Expected} */ (/** @type {any} */ ({ ...game, toss: body }));
    case "score":
      return { ...game, score: { home: body.home, away: body.away } };
    case "start":
      return game.status === "scheduled" || game.status === "postponed" ? started(game, occurred_at) : game;
    case "pause":
      return game.status === "live" ? { ...stopped(game, at), status: "paused", reason: body.reason ?? null } : game;
    case "resume":
      return game.status === "paused" ? resumed(game, body.period, occurred_at) : game;
    case "end":
    case "abandon":
      if (game.status !== "live" && game.status !== "paused") return game;
      return { ...stopped(game, at), status: action === "end" ? "finished" : "abandoned", reason: body.reason ?? null };
    default:
      return game;
  }
}

/** @param {Expected} game @param {string} at @returns {Expected} */
function started(game, at) {
  const period = game.sport === "football" ? "first_half" : null;
  return { ...game, status: "live", score: { home: 0, away: 0 }, clock: { period, running: true, elapsed_ms: 0, at } };
}

/** @param {Expected} game @param {number} at @returns {Expected} */
function stopped(game, at) {
  const { clock } = game;
  if (!clock) return game;
  return { ...game, clock: { ...clock, running: false, elapsed_ms: elapsedMs(clock, at), at: Number.isNaN(at) ? clock.at : new Date(at).toISOString() } };
}

/** @param {Expected} game @param {string | undefined} wanted @param {string} at @returns {Expected} */
function resumed(game, wanted, at) {
  const { clock, reason } = game;
  const was = clock?.period ?? null;
  const period = wanted ?? nextPeriod(was, reason ?? "");
  const begins = period !== was && period ? BEGINS[period] * MINUTE_MS : (clock?.elapsed_ms ?? 0);
  /** @type {Clock} */
  const now = { period, running: period !== "penalty_shootout", elapsed_ms: begins, at };
  return { ...game, status: "live", reason: null, clock: now };
}

/** docs/sports.md, football, periods. @param {string | null} period @param {string} reason */
function nextPeriod(period, reason) {
  if (!period) return period;
  if (TO_SHOOTOUT.has(reason)) return "penalty_shootout";
  return GO_ON.has(reason) ? (PERIODS[PERIODS.indexOf(period) + 1] ?? period) : period;
}

/**
 * @param {Noted[]} known
 * @param {Command} command
 * @param {string | undefined} id of the incident, or the key of the command that will make it
 * @returns {Noted[]}
 */
function incidents(known, { client_id, occurred_at, method, body, isSettled }, id) {
  if (method === "POST") {
    const mine = { rev: 0, confirmation: "confirmed", occurred_at, ...body };
    const made = /** @type {Noted} */ (isSettled ? mine : { ...mine, id: client_id, pending: "new" });
    // The stream may have brought it before the answer did.
    return known.some((one) => isSame(one, made)) ? known : [...known, made];
  }
  const isIt = (/** @type {Noted} */ one) => String(one.id) === id;
  if (method === "DELETE" && isSettled) return known.filter((one) => !isIt(one));
  return known.map((one) => {
    if (!isIt(one)) return one;
    if (method === "DELETE") return { ...one, pending: "removed" };
    return { ...one, ...body, pending: isSettled ? one.pending : (one.pending ?? "changed") };
  });
}

/** @param {Noted} one @param {Noted} other */
function isSame(one, other) {
  if (one.id === other.id) return true;
  return one.kind === other.kind && (one.team_id ?? null) === (other.team_id ?? null) && one.occurred_at === other.occurred_at;
}
