// The match with this device's unsettled commands applied: what the scorer sees while
// the network is away. The server's state replaces it.

import { clockElapsedMs } from "../sports/common.js";
import { scoreAfter } from "../sports/football/scorer/incident-kinds.js";

/** @import { MatchClock, Match } from "../client/message-types.js" */
/** @import { InningsState } from "../sports/cricket/scorer/innings-state.js" */
/** @import { ScorerIncident } from "../sports/football/scorer/incident-kinds.js" */

/**
 * @typedef {object} ScorerCommand
 * @property {string} client_id
 * @property {string} occurred_at
 * @property {string} method
 * @property {string} action
 * @property {any} body
 * @property {boolean} [isSettled] accepted by the server, but not yet in the stream
 *
 * @typedef {Omit<Match, "incidents"> & { incidents: ScorerIncident[], innings?: InningsState }} ProjectedMatch
 */

const MINUTE_MS = 60_000;
/** @type {{ [period: string]: number }} */
const PERIOD_START_MINUTES = { first_half: 0, second_half: 45, extra_first_half: 90, extra_second_half: 105, penalty_shootout: 120 };
const PERIOD_ORDER = Object.keys(PERIOD_START_MINUTES);
const NEXT_PERIOD_REASONS = new Set(["half_time", "full_time", "extra_half_time"]);
const SHOOTOUT_REASONS = new Set(["before_penalties", "penalties"]);

/**
 * @param {Match} game from the server
 * @param {readonly ScorerCommand[]} commands not settled, oldest first
 * @returns {ProjectedMatch}
 */
export function projectMatch(game, commands) {
  const serverIncidents = /** @type {ScorerIncident[]} */ (game.incidents ?? []);
  const projected = commands.reduce(applyCommand, { ...game, incidents: serverIncidents });
  if (projected.incidents === serverIncidents) return projected;
  return { ...projected, ...scoreAfter(game, serverIncidents, projected.incidents) };
}

/** @param {ProjectedMatch} game @param {ScorerCommand} command @returns {ProjectedMatch} */
function applyCommand(game, command) {
  const { method, action, body, occurred_at } = command;
  const [resource, id] = action.split("/");
  if (resource === "incidents") return { ...game, incidents: applyIncidentCommand(game.incidents, command, id) };
  const occurredAtMs = Date.parse(occurred_at);
  if (method !== "POST") return game;
  switch (action) {
    case "toss":
      return /** @type {ProjectedMatch} */ (/** @type {any} */ ({ ...game, toss: body }));
    case "score":
      return { ...game, score: { home: body.home, away: body.away } };
    case "start":
      return game.status === "scheduled" || game.status === "postponed" ? startMatch(game, occurred_at) : game;
    case "pause":
      return game.status === "live" ? { ...stopClock(game, occurredAtMs), status: "paused", reason: body.reason ?? null } : game;
    case "resume":
      return game.status === "paused" ? resumePlay(game, body.period, occurred_at) : game;
    case "end":
    case "abandon":
      if (game.status !== "live" && game.status !== "paused") return game;
      return { ...stopClock(game, occurredAtMs), status: action === "end" ? "finished" : "abandoned", reason: body.reason ?? null };
    default:
      return game;
  }
}

/** @param {ProjectedMatch} game @param {string} at @returns {ProjectedMatch} */
function startMatch(game, at) {
  const period = game.sport === "football" ? "first_half" : null;
  return { ...game, status: "live", score: { home: 0, away: 0 }, clock: { period, running: true, elapsed_ms: 0, at } };
}

/** @param {ProjectedMatch} game @param {number} stoppedAtMs @returns {ProjectedMatch} */
function stopClock(game, stoppedAtMs) {
  const { clock } = game;
  if (!clock) return game;
  return { ...game, clock: { ...clock, running: false, elapsed_ms: clockElapsedMs(clock, stoppedAtMs), at: Number.isNaN(stoppedAtMs) ? clock.at : new Date(stoppedAtMs).toISOString() } };
}

/** @param {ProjectedMatch} game @param {string | undefined} requestedPeriod @param {string} at @returns {ProjectedMatch} */
function resumePlay(game, requestedPeriod, at) {
  const { clock, reason } = game;
  const previousPeriod = clock?.period ?? null;
  const period = requestedPeriod ?? nextPeriod(previousPeriod, reason ?? "");
  const elapsedAtStart = period !== previousPeriod && period ? PERIOD_START_MINUTES[period] * MINUTE_MS : (clock?.elapsed_ms ?? 0);
  /** @type {MatchClock} */
  const runningClock = { period, running: period !== "penalty_shootout", elapsed_ms: elapsedAtStart, at };
  return { ...game, status: "live", reason: null, clock: runningClock };
}

/** docs/sports.md, football, periods. @param {string | null} period @param {string} reason */
function nextPeriod(period, reason) {
  if (!period) return period;
  if (SHOOTOUT_REASONS.has(reason)) return "penalty_shootout";
  return NEXT_PERIOD_REASONS.has(reason) ? (PERIOD_ORDER[PERIOD_ORDER.indexOf(period) + 1] ?? period) : period;
}

/**
 * @param {ScorerIncident[]} existing
 * @param {ScorerCommand} command
 * @param {string | undefined} id of the incident, or the key of the command that will create it
 * @returns {ScorerIncident[]}
 */
function applyIncidentCommand(existing, { client_id, occurred_at, method, body, isSettled }, id) {
  if (method === "POST") {
    const fields = { rev: 0, confirmation: "confirmed", occurred_at, ...body };
    const created = /** @type {ScorerIncident} */ (isSettled ? fields : { ...fields, id: client_id, pending: "new" });
    // The stream may deliver it before the answer.
    return existing.some((incident) => isSameIncident(incident, created)) ? existing : [...existing, created];
  }
  const isTarget = (/** @type {ScorerIncident} */ incident) => String(incident.id) === id;
  if (method === "DELETE" && isSettled) return existing.filter((incident) => !isTarget(incident));
  return existing.map((incident) => {
    if (!isTarget(incident)) return incident;
    if (method === "DELETE") return { ...incident, pending: "removed" };
    return { ...incident, ...body, pending: isSettled ? incident.pending : (incident.pending ?? "changed") };
  });
}

/** @param {ScorerIncident} left @param {ScorerIncident} right */
function isSameIncident(left, right) {
  if (left.id === right.id) return true;
  return left.kind === right.kind && (left.team_id ?? null) === (right.team_id ?? null) && left.occurred_at === right.occurred_at;
}
