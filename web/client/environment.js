// What streams and outboxes need from their surroundings, so that tests can hand in their own.

/**
 * What works in a worker as well as in a page.
 * @typedef {object} NetworkEnvironment
 * @property {new (url: string, init?: EventSourceInit) => EventSource} EventSource
 * @property {(url: string, init: RequestInit) => Promise<Response>} fetch
 * @property {() => number} now milliseconds since 1970
 * @property {(callback: () => void, ms: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} random from 0 to 1
 *
 * What tabs of one browser share; each may be missing.
 * @typedef {object} TabSharing
 * @property {((name: string) => SharedWorker) | null} openWorker
 * @property {((name: string) => BroadcastChannel) | null} openChannel
 * @property {LockManager | null} locks
 *
 * @typedef {object} PageEnvironment
 * @property {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} storage
 * @property {EventTarget & { visibilityState?: string }} document
 * @property {EventTarget} window
 * @property {TabSharing} [sharing]
 *
 * @typedef {NetworkEnvironment & PageEnvironment} BrowserEnvironment
 */

/** @returns {NetworkEnvironment} */
export function networkEnvironment() {
  return {
    EventSource,
    fetch: (url, init) => fetch(url, init),
    now: () => Date.now(),
    setTimeout: (run, ms) => setTimeout(run, ms),
    clearTimeout: (timer) => clearTimeout(timer),
    random: () => Math.random(),
  };
}

/** @returns {BrowserEnvironment} */
export function browserEnvironment() {
  return {
    ...networkEnvironment(),
    storage: tryOrUndefined(() => sessionStorage) ?? null, // a browser may forbid it
    document,
    window,
    sharing: tabSharing(),
  };
}

/** @returns {TabSharing} */
function tabSharing() {
  return {
    openWorker: typeof SharedWorker === "undefined" ? null : startSharedWorker,
    openChannel: typeof BroadcastChannel === "undefined" ? null : (name) => new BroadcastChannel(name),
    locks: tryOrUndefined(() => navigator.locks) ?? null, // none on a page without TLS
  };
}

/** A name that nobody else makes up. `randomUUID` is missing on pages without TLS. */
export function randomId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} name */
function startSharedWorker(name) {
  const address = new URL("./worker.js", import.meta.url);
  /** @type {any} */ const { trustedTypes } = globalThis;
  // `require-trusted-types-for 'script'` wants to know who vouches for a worker's address.
  const policy = trustedTypes?.createPolicy("touchline", { createScriptURL: (/** @type {string} */ url) => url });
  return new SharedWorker(policy?.createScriptURL(address.href) ?? address, { type: "module", name });
}

/**
 * A page without storage, or with a full one, still works; it only can't resume after a reload.
 * @template T
 * @param {() => T} operation
 */
export function tryOrUndefined(operation) {
  try {
    return operation();
  } catch {
    return undefined;
  }
}
