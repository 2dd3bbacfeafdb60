// The match with this device's unsettled commands applied: what the scorer sees while
// the network is away. The server's state replaces it. Pure.

import { clockElapsedMs } from "../sports/common.js";

/** @import { MatchClock, Match, Incident } from "../client/message-types.js" */

/**
 * @typedef {object} ScorerCommand
 * @property {string} client_id
 * @property {string} occurred_at
 * @property {string} method
 * @property {string} action
 * @property {any} body
 * @property {boolean} [isSettled] accepted by the server, but not yet in the stream
 *
 * An incident on the scorer page: the server's, or an unsent one.
 * @typedef {Omit<Incident, "id"> & {
 *   id: number | string, player_id?: number | null, related_player_id?: number | null, occurred_at?: string,
 *   pending?: "new" | "changed" | "removed",
 * }} ScorerIncident
 *
 * @typedef {Omit<Match, "incidents"> & { incidents: ScorerIncident[] }} ProjectedMatch
 *
 * The periods of a sport that has them.
 * @typedef {object} Periods
 * @property {string} first
 * @property {(period: string, pauseReason: string) => string} after the period after a pause
 * @property {(period: string) => number} startMs what the clock shows at its start
 * @property {(period: string) => boolean} isTimed whether the clock runs
 */

/** @param {Match} game from the server @returns {ProjectedMatch} */
export const unprojectedMatch = (game) => ({ ...game, incidents: /** @type {ScorerIncident[]} */ (game.incidents ?? []) });

/**
 * Applies a command that all sports have.
 * @param {ProjectedMatch} game
 * @param {ScorerCommand} command
 * @param {Periods} [periods]
 * @returns {ProjectedMatch} unchanged if its state doesn't allow the command
 */
export function applyLifecycleCommand(game, { method, action, body, occurred_at }, periods) {
  const occurredAtMs = Date.parse(occurred_at);
  if (method !== "POST") return game;
  switch (action) {
    case "start":
      return game.status === "scheduled" || game.status === "postponed" ? startMatch(game, periods, occurred_at) : game;
    case "pause":
      return game.status === "live" ? { ...stopClock(game, occurredAtMs), status: "paused", reason: body.reason ?? null } : game;
    case "resume":
      return game.status === "paused" ? resumePlay(game, periods, body.period, occurred_at) : game;
    case "end":
    case "abandon":
      if (game.status !== "live" && game.status !== "paused") return game;
      return { ...stopClock(game, occurredAtMs), status: action === "end" ? "finished" : "abandoned", reason: body.reason ?? null };
    default:
      return game;
  }
}

/** @param {ProjectedMatch} game @param {Periods | undefined} periods @param {string} at @returns {ProjectedMatch} */
function startMatch(game, periods, at) {
  return { ...game, status: "live", score: { home: 0, away: 0 }, clock: { period: periods?.first ?? null, running: true, elapsed_ms: 0, at } };
}

/** @param {ProjectedMatch} game @param {number} stoppedAtMs @returns {ProjectedMatch} */
function stopClock(game, stoppedAtMs) {
  const { clock } = game;
  if (!clock) return game;
  return { ...game, clock: { ...clock, running: false, elapsed_ms: clockElapsedMs(clock, stoppedAtMs), at: Number.isNaN(stoppedAtMs) ? clock.at : new Date(stoppedAtMs).toISOString() } };
}

/** @param {ProjectedMatch} game @param {Periods | undefined} periods @param {string | undefined} requestedPeriod @param {string} at @returns {ProjectedMatch} */
function resumePlay(game, periods, requestedPeriod, at) {
  const { clock, reason } = game;
  const previousPeriod = clock?.period ?? null;
  const period = requestedPeriod ?? (previousPeriod && periods ? periods.after(previousPeriod, reason ?? "") : previousPeriod);
  const isNewPeriod = periods && period && period !== previousPeriod;
  /** @type {MatchClock} */
  const resumedClock = {
    period, at, running: !period || !periods || periods.isTimed(period),
    elapsed_ms: isNewPeriod ? periods.startMs(period) : (clock?.elapsed_ms ?? 0),
  };
  return { ...game, status: "live", reason: null, clock: resumedClock };
}

/** @param {ScorerCommand} command */
export const isIncidentCommand = ({ action }) => action.split("/")[0] === "incidents";

/**
 * @param {ScorerIncident[]} existing
 * @param {ScorerCommand} command its action ends with the incident's id, or with the key of the command that will create it
 * @returns {ScorerIncident[]}
 */
export function applyIncidentCommand(existing, { client_id, occurred_at, method, action, body, isSettled }) {
  if (method === "POST") {
    const fields = { rev: 0, confirmation: "confirmed", occurred_at, ...body };
    const created = /** @type {ScorerIncident} */ (isSettled ? fields : { ...fields, id: client_id, pending: "new" });
    // The stream may deliver it before the answer.
    return existing.some((incident) => isSameIncident(incident, created)) ? existing : [...existing, created];
  }
  const isTarget = (/** @type {ScorerIncident} */ incident) => String(incident.id) === action.split("/")[1];
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
