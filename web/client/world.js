// What a stream needs from its surroundings, so that tests can hand in surroundings of their own.

/**
 * @typedef {object} World what the class needs from its surroundings; tests hand in their own
 * @property {new (url: string) => EventSource} EventSource
 * @property {(url: string, init: { signal: AbortSignal }) => Promise<Response>} fetch
 * @property {() => number} now milliseconds
 * @property {(run: () => void, ms: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} random from 0 to 1
 * @property {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} storage
 * @property {EventTarget & { visibilityState?: string }} document
 * @property {EventTarget} window
 */

/** @returns {World} */
export function browser() {
  return {
    EventSource,
    fetch: (url, init) => fetch(url, init),
    now: () => Date.now(),
    setTimeout: (run, ms) => setTimeout(run, ms),
    clearTimeout: (timer) => clearTimeout(timer),
    random: () => Math.random(),
    storage: attempt(() => sessionStorage) ?? null, // a browser may forbid it
    document,
    window,
  };
}

/**
 * A page without storage, or with a full one, still works; it only can't resume after a reload.
 * @template T
 * @param {() => T} act
 */
export function attempt(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}
