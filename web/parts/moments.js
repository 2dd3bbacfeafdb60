// What a display celebrates, one after the other, and nothing twice.

/** @import { Moment } from "../sports/sport.js" */

/** @typedef {Moment & { until: number }} Shown */

const MOMENT_MS = 9_000;
const LEAST_MS = 4_000; // where another waits
const WAITING = 4;
const REMEMBERED = 64; // a display runs for weeks

export class Moments {
  /** @type {Moment[]} */ #waiting = [];
  /** @type {string[]} */ #seen = [];
  /** @type {Shown | null} */ #shown = null;

  /** @param {() => number} [clock] */
  constructor(clock = Date.now) {
    this.clock = clock;
  }

  /** @param {Moment} moment */
  add(moment) {
    const { key } = moment;
    if (key !== undefined && this.#seen.includes(key)) return;
    if (key !== undefined) this.#seen = [...this.#seen, key].slice(-REMEMBERED);
    this.#waiting = [...this.#waiting, moment].slice(-WAITING);
  }

  /** What was taken back is not cheered on. */
  clear() {
    this.#waiting = [];
    this.#shown = null;
  }

  /** The one to show. */
  now() {
    const at = this.clock();
    const shown = this.#shown;
    const until = shown && shown.until - (this.#waiting.length > 0 ? MOMENT_MS - LEAST_MS : 0);
    if (until !== null && at > until) this.#shown = null;
    if (!this.#shown) {
      const next = this.#waiting.shift();
      this.#shown = next ? { ...next, until: at + MOMENT_MS } : null;
    }
    return this.#shown;
  }
}
