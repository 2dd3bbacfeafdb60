// What the clock's buttons are, wherever a match stands: the likely one first.

/** @import { Game } from "../client/wire.js" */

/**
 * @typedef {object} Step
 * @property {string} label
 * @property {string} action
 * @property {any} body
 * @property {boolean} [grave] asked about before it is done
 */

/** @type {(label: string, action: string, reason?: string) => Step} */
const step = (label, action, reason) => ({ label, action, body: reason ? { reason } : {} });
/** @type {(label: string) => Step} */
const end = (label) => ({ ...step(label, "end"), grave: true });

const INTERRUPT = step("Interrupt", "pause", "interruption");
const ABANDON = { ...step("Abandon", "abandon"), grave: true };

/** @type {{ [period: string]: Step[] }} */
const PLAYING = {
  first_half: [step("Half-time", "pause", "half_time")],
  second_half: [end("Full time: end match"), step("Full time: extra time follows", "pause", "full_time")],
  extra_first_half: [step("Half-time of extra time", "pause", "extra_half_time")],
  extra_second_half: [end("End match"), step("Penalty shoot-out follows", "pause", "before_penalties")],
  penalty_shootout: [end("End match")],
};

/** @type {{ [reason: string]: Step[] }} */
const WAITING = {
  half_time: [step("Start second half", "resume")],
  full_time: [step("Start extra time", "resume"), end("End match")],
  extra_half_time: [step("Start second half of extra time", "resume")],
  before_penalties: [step("Start shoot-out", "resume"), end("End match")],
  penalties: [step("Start shoot-out", "resume"), end("End match")],
};

/** For a pause that was a slip: the same period goes on. @param {string | null | undefined} period @returns {Step[]} */
const back = (period) => (period ? [{ label: "Back to play", action: "resume", body: { period } }] : []);

/** @param {Game} game @returns {Step[]} */
export function steps({ sport, status, reason, clock }) {
  const isFootball = sport === "football";
  switch (status) {
    case "scheduled":
    case "postponed":
      return [step(isFootball ? "Start first half" : "Start match", "start")];
    case "live":
      return isFootball
        ? [...(PLAYING[clock?.period ?? ""] ?? [end("End match")]), INTERRUPT, ABANDON]
        : [step("Pause", "pause"), end("End match"), ABANDON];
    case "paused":
      if (!isFootball || !WAITING[reason ?? ""]) return [step("Resume", "resume"), end("End match"), ABANDON];
      return [...WAITING[reason ?? ""], ...back(clock?.period), ABANDON];
    default:
      return [];
  }
}
