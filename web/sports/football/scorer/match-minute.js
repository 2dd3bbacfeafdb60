// The match minute of an incident: period, minute, and stoppage time.

import { clockElapsedMs } from "../../common.js";

/** @import { MatchClock } from "../../../client/message-types.js" */

/** @typedef {{ period: string, minute: number, stoppage: number }} MatchMinute */

/** Each period's last regular minute. @type {{ [period: string]: number }} */
const LAST_REGULAR_MINUTE = { first_half: 45, second_half: 90, extra_first_half: 105, extra_second_half: 120, penalty_shootout: 120 };
const MAX_STOPPAGE_MINUTES = 60; // the server's limit

/**
 * The minute in play: 12:34 is in the 13th, 45:20 of the first half in 45+1. Null
 * before the match, and if the clock has no periods.
 * @param {MatchClock | null | undefined} clock
 * @param {number} serverNow
 * @returns {MatchMinute | null}
 */
export function matchMinuteAt(clock, serverNow) {
  if (!clock?.period) return null;
  const { period } = clock;
  const lastRegular = LAST_REGULAR_MINUTE[period] ?? Infinity;
  if (period === "penalty_shootout") return { period, minute: lastRegular, stoppage: 0 };
  const minute = Math.floor(clockElapsedMs(clock, serverNow) / 60_000) + 1;
  return { period, minute: Math.min(minute, lastRegular), stoppage: Math.min(Math.max(0, minute - lastRegular), MAX_STOPPAGE_MINUTES) };
}

/**
 * One minute later or earlier, including stoppage minutes.
 * @param {MatchMinute} matchMinute
 * @param {1 | -1} step
 * @returns {MatchMinute}
 */
export function shiftMinute(matchMinute, step) {
  const lastRegular = LAST_REGULAR_MINUTE[matchMinute.period] ?? Infinity;
  const minute = Math.max(1, matchMinute.minute + matchMinute.stoppage + step);
  return { ...matchMinute, minute: Math.min(minute, lastRegular), stoppage: Math.min(Math.max(0, minute - lastRegular), MAX_STOPPAGE_MINUTES) };
}
