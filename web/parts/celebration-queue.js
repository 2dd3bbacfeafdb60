// Queues the celebrations of a display; each is shown once.

/** @import { Celebration } from "../sports/sport.js" */

/** @typedef {Celebration & { until: number }} ActiveCelebration */

const CELEBRATION_MS = 9_000;
const MIN_CELEBRATION_MS = 4_000; // if another one waits
const MAX_WAITING = 4;
const MAX_SEEN_KEYS = 64; // displays run for weeks

export class CelebrationQueue {
  /** @type {Celebration[]} */ #waiting = [];
  /** @type {string[]} */ #seenKeys = [];
  /** @type {ActiveCelebration | null} */ #active = null;

  /** @param {() => number} [now] */
  constructor(now = Date.now) {
    this.now = now;
  }

  /** @param {Celebration} celebration */
  add(celebration) {
    const { key } = celebration;
    if (key !== undefined && this.#seenKeys.includes(key)) return;
    if (key !== undefined) this.#seenKeys = [...this.#seenKeys, key].slice(-MAX_SEEN_KEYS);
    this.#waiting = [...this.#waiting, celebration].slice(-MAX_WAITING);
  }

  /** Drops all celebrations after one was withdrawn. */
  clear() {
    this.#waiting = [];
    this.#active = null;
  }

  /** The celebration to show now. */
  current() {
    const time = this.now();
    const active = this.#active;
    const endsAt = active && active.until - (this.#waiting.length > 0 ? CELEBRATION_MS - MIN_CELEBRATION_MS : 0);
    if (endsAt !== null && time > endsAt) this.#active = null;
    if (!this.#active) {
      const next = this.#waiting.shift();
      this.#active = next ? { ...next, until: time + CELEBRATION_MS } : null;
    }
    return this.#active;
  }
}
