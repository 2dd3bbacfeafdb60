// The lifecycle actions for each state of a match, the likely one first.

/** @import { Match } from "../client/message-types.js" */

/**
 * @typedef {object} LifecycleAction
 * @property {string} label
 * @property {string} action
 * @property {any} body
 * @property {boolean} [needsConfirmation] asks before recording
 */

/** @type {(label: string, action: string, reason?: string) => LifecycleAction} */
const lifecycleAction = (label, action, reason) => ({ label, action, body: reason ? { reason } : {} });
/** @type {(label: string) => LifecycleAction} */
const endAction = (label) => ({ ...lifecycleAction(label, "end"), needsConfirmation: true });

const INTERRUPT = lifecycleAction("Interrupt", "pause", "interruption");
const ABANDON = { ...lifecycleAction("Abandon", "abandon"), needsConfirmation: true };

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

/** @param {Match} game @returns {LifecycleAction[]} */
export function lifecycleActions({ sport, status, reason, clock }) {
  const isFootball = sport === "football";
  switch (status) {
    case "scheduled":
    case "postponed":
      return [lifecycleAction(isFootball ? "Start first half" : "Start match", "start")];
    case "live":
      return isFootball
        ? [...(ACTIONS_BY_PERIOD[clock?.period ?? ""] ?? [endAction("End match")]), INTERRUPT, ABANDON]
        : [lifecycleAction("Pause", "pause"), endAction("End match"), ABANDON];
    case "paused":
      if (!isFootball || !ACTIONS_BY_PAUSE[reason ?? ""]) return [lifecycleAction("Resume", "resume"), endAction("End match"), ABANDON];
      return [...ACTIONS_BY_PAUSE[reason ?? ""], ...resumeSamePeriod(clock?.period), ABANDON];
    default:
      return [];
  }
}
