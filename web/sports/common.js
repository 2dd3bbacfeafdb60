// What all sports have in common: status, clock and score.

import { humanize } from "../common/text.js";

/** @import { FollowedMatch, MatchClock, Match, Message } from "../client/message-types.js" */
/** @import { Sport } from "./sport.js" */

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
  scorerLines: () => [],
  formatClock: (_, elapsedMs) => ({ text: formatMinutesSeconds(elapsedMs), added: "" }),
  periodNames: {},
  spokenMessage: (game, message) => spokenStatus(game, message) ?? spokenScore(game),
  panels: [],
  celebrationOf: () => null,
  displayLines: () => null,
};

/** What the states of all sports have, as pages draw it. @param {FollowedMatch} followed @returns {Match} */
export function commonView({ seq, state, names }) {
  const { match, clock, score, shootout, lineups } = state;
  const team = (/** @type {{ team_id: number } | undefined} */ side) => ({ name: "", ...names?.teams?.[side?.team_id ?? ""], id: Number(side?.team_id) });
  return {
    ...match, seq, clock, score, lineups, teams: { home: team(match.home), away: team(match.away) },
    shootout_score: /** @type {any} */ (shootout)?.home === undefined ? null : /** @type {any} */ (shootout),
  };
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

