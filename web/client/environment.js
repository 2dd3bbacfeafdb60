// What streams and outboxes need from the browser, as an object that tests can replace.

/**
 * Available in workers and pages.
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
    storage: tryOrUndefined(() => sessionStorage) ?? null, // browsers may block it
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
    locks: tryOrUndefined(() => navigator.locks) ?? null, // undefined without TLS
  };
}

/** A unique id; `crypto.randomUUID` is missing on pages without TLS. */
export function randomId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {string} name */
function startSharedWorker(name) {
  const address = new URL("./worker.js", import.meta.url);
  /** @type {any} */ const { trustedTypes } = globalThis;
  // `require-trusted-types-for 'script'` requires a policy for a worker's URL.
  const policy = trustedTypes?.createPolicy("touchline", { createScriptURL: (/** @type {string} */ url) => url });
  return new SharedWorker(policy?.createScriptURL(address.href) ?? address, { type: "module", name });
}

/**
 * Runs an operation that browsers may block, such as storage; returns undefined if it throws.
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
