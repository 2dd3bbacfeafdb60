// The periods of a match for its scorer: what can follow one, and what the clock then shows.

import { ABANDON, endAction, lifecycleAction, lifecycleActions } from "../../../scorer/lifecycle-actions.js";

/** @import { MatchClock } from "../../../client/message-types.js" */
/** @import { LifecycleAction } from "../../../scorer/lifecycle-actions.js" */
/** @import { Periods } from "../../../scorer/projected-match.js" */

const MINUTE_MS = 60_000;
/** @type {{ [period: string]: number }} */
const PERIOD_START_MINUTES = { first_half: 0, second_half: 45, extra_first_half: 90, extra_second_half: 105, penalty_shootout: 120 };
const PERIOD_ORDER = Object.keys(PERIOD_START_MINUTES);
const NEXT_PERIOD_REASONS = new Set(["half_time", "full_time", "extra_half_time"]);
const SHOOTOUT_REASONS = new Set(["before_penalties", "penalties"]);

/** docs/sports.md, periods. @type {Periods} */
export const PERIODS = {
  first: "first_half",
  after(period, pauseReason) {
    if (SHOOTOUT_REASONS.has(pauseReason)) return "penalty_shootout";
    return NEXT_PERIOD_REASONS.has(pauseReason) ? (PERIOD_ORDER[PERIOD_ORDER.indexOf(period) + 1] ?? period) : period;
  },
  startMs: (period) => PERIOD_START_MINUTES[period] * MINUTE_MS,
  isTimed: (period) => period !== "penalty_shootout",
};

const INTERRUPT = lifecycleAction("Interrupt", "pause", "interruption");

/** @type {{ [period: string]: LifecycleAction[] }} */
const ACTIONS_BY_PERIOD = {
  first_half: [lifecycleAction("Half-time", "pause", "half_time")],
  second_half: [endAction("Full time: end match"), lifecycleAction("Full time: extra time follows", "pause", "full_time")],
  extra_first_half: [lifecycleAction("Half-time of extra time", "pause", "extra_half_time")],
  extra_second_half: [endAction("End match"), lifecycleAction("Penalty shoot-out follows", "pause", "before_penalties")],
  penalty_shootout: [endAction("End match")],
};

/** @type {{ [reason: string]: LifecycleAction[] }} */
const ACTIONS_BY_PAUSE = {
  half_time: [lifecycleAction("Start second half", "resume")],
  full_time: [lifecycleAction("Start extra time", "resume"), endAction("End match")],
  extra_half_time: [lifecycleAction("Start second half of extra time", "resume")],
  before_penalties: [lifecycleAction("Start shoot-out", "resume"), endAction("End match")],
  penalties: [lifecycleAction("Start shoot-out", "resume"), endAction("End match")],
};

/** Undoes a pause by mistake: the same period resumes. @param {string | null | undefined} period @returns {LifecycleAction[]} */
const resumeSamePeriod = (period) => (period ? [{ label: "Back to play", action: "resume", body: { period } }] : []);

/** The likely one first. @param {{ status: string, reason?: string | null, clock?: MatchClock | null }} game @returns {LifecycleAction[]} */
export function periodActions(game) {
  const { status, reason, clock } = game;
  const pauseActions = ACTIONS_BY_PAUSE[reason ?? ""];
  if (status === "scheduled" || status === "postponed") return [lifecycleAction("Start first half", "start")];
  if (status === "live") return [...(ACTIONS_BY_PERIOD[clock?.period ?? ""] ?? [endAction("End match")]), INTERRUPT, ABANDON];
  if (status === "paused" && pauseActions) return [...pauseActions, ...resumeSamePeriod(clock?.period), ABANDON];
  return lifecycleActions(game);
}
