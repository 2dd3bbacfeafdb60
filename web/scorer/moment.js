// Where a football match stands when something happens: period, minute, and minutes added.

import { elapsedMs } from "../sports/generic.js";

/** @import { Clock } from "../client/wire.js" */

/** @typedef {{ period: string, minute: number, stoppage: number }} Moment */

/** Each period's last regular minute. @type {{ [period: string]: number }} */
const LAST = { first_half: 45, second_half: 90, extra_first_half: 105, extra_second_half: 120, penalty_shootout: 120 };
const MOST_ADDED = 60; // what the server takes

/**
 * The minute that is being played: 12:34 is in the 13th, 45:20 of the first half in 45+1. Nothing
 * before the match, and where the clock has no periods.
 * @param {Clock | null | undefined} clock
 * @param {number} serverNow
 * @returns {Moment | null}
 */
export function moment(clock, serverNow) {
  if (!clock?.period) return null;
  const { period } = clock;
  const last = LAST[period] ?? Infinity;
  if (period === "penalty_shootout") return { period, minute: last, stoppage: 0 };
  const minute = Math.floor(elapsedMs(clock, serverNow) / 60_000) + 1;
  return { period, minute: Math.min(minute, last), stoppage: Math.min(Math.max(0, minute - last), MOST_ADDED) };
}

/**
 * One minute later or earlier, through the added ones.
 * @param {Moment} at
 * @param {1 | -1} step
 * @returns {Moment}
 */
export function shift(at, step) {
  const last = LAST[at.period] ?? Infinity;
  const minute = Math.max(1, at.minute + at.stoppage + step);
  return { ...at, minute: Math.min(minute, last), stoppage: Math.min(Math.max(0, minute - last), MOST_ADDED) };
}
