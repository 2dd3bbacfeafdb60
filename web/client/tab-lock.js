// Runs a task in one tab at a time, for what all of a scorer's tabs could do.

/** @import { BrowserEnvironment } from "./environment.js" */

const LOCK_TIMEOUT_MS = 15_000; // a frozen tab may hold the lock; running beside it is better than never

/**
 * @param {BrowserEnvironment} environment
 * @param {string} name of the lock
 * @param {() => Promise<void>} task runs at once if the browser has no locks
 */
export async function withTabLock(environment, name, task) {
  const locks = environment.sharing?.locks;
  if (!locks) return task();
  const timeout = new AbortController();
  const timer = environment.setTimeout(() => timeout.abort(), LOCK_TIMEOUT_MS);
  const runLocked = () => {
    environment.clearTimeout(timer);
    return task();
  };
  const done = locks.request(name, { signal: timeout.signal }, runLocked);
  await done.catch(() => (timeout.signal.aborted ? task() : null));
}
