// The lifecycle actions for each state of a match, the likely one first.

/**
 * @typedef {object} LifecycleAction
 * @property {string} label
 * @property {string} action
 * @property {any} body
 * @property {boolean} [needsConfirmation] asks before recording
 */

/** @type {(label: string, action: string, reason?: string) => LifecycleAction} */
export const lifecycleAction = (label, action, reason) => ({ label, action, body: reason ? { reason } : {} });
/** @type {(label: string) => LifecycleAction} */
export const endAction = (label) => ({ ...lifecycleAction(label, "end"), needsConfirmation: true });

/** @type {LifecycleAction} */
export const ABANDON = { ...lifecycleAction("Abandon", "abandon"), needsConfirmation: true };

/** Those of all sports. @param {{ status: string }} game @returns {LifecycleAction[]} */
export function lifecycleActions({ status }) {
  switch (status) {
    case "scheduled":
    case "postponed":
      return [lifecycleAction("Start match", "start")];
    case "live":
      return [lifecycleAction("Pause", "pause"), endAction("End match"), ABANDON];
    case "paused":
      return [lifecycleAction("Resume", "resume"), endAction("End match"), ABANDON];
    default:
      return [];
  }
}
