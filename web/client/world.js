// What streams and outboxes need from their surroundings, so that tests can hand in their own.

/**
 * What works in a worker as well as in a page.
 * @typedef {object} Net
 * @property {new (url: string, init?: EventSourceInit) => EventSource} EventSource
 * @property {(url: string, init: RequestInit) => Promise<Response>} fetch
 * @property {() => number} now milliseconds since 1970
 * @property {(run: () => void, ms: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} random from 0 to 1
 *
 * What tabs of one browser share; each may be missing.
 * @typedef {object} Shared
 * @property {((name: string) => SharedWorker) | null} worker
 * @property {((name: string) => BroadcastChannel) | null} channel
 * @property {LockManager | null} locks
 *
 * @typedef {object} Page
 * @property {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} storage
 * @property {EventTarget & { visibilityState?: string }} document
 * @property {EventTarget} window
 * @property {Shared} [shared]
 *
 * @typedef {Net & Page} World
 */

/** @returns {Net} */
export function network() {
  return {
    EventSource,
    fetch: (url, init) => fetch(url, init),
    now: () => Date.now(),
    setTimeout: (run, ms) => setTimeout(run, ms),
    clearTimeout: (timer) => clearTimeout(timer),
    random: () => Math.random(),
  };
}

/** @returns {World} */
export function browser() {
  return {
    ...network(),
    storage: attempt(() => sessionStorage) ?? null, // a browser may forbid it
    document,
    window,
    shared: shared(),
  };
}

/** @returns {Shared} */
function shared() {
  return {
    worker: typeof SharedWorker === "undefined" ? null : startWorker,
    channel: typeof BroadcastChannel === "undefined" ? null : (name) => new BroadcastChannel(name),
    locks: attempt(() => navigator.locks) ?? null, // none on a page without TLS
  };
}

/** A name that nobody else makes up. `randomUUID` is missing on pages without TLS. */
export function uniqueId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} name */
function startWorker(name) {
  const address = new URL("./worker.js", import.meta.url);
  /** @type {any} */ const { trustedTypes } = globalThis;
  // `require-trusted-types-for 'script'` wants to know who vouches for a worker's address.
  const policy = trustedTypes?.createPolicy("touchline", { createScriptURL: (/** @type {string} */ url) => url });
  return new SharedWorker(policy?.createScriptURL(address.href) ?? address, { type: "module", name });
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
