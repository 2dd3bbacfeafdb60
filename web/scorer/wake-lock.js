// Keeps the screen on while a match is played: a scorer looks at the field, not at the phone.

import { tryOrUndefined } from "../client/environment.js";

const CHECK_INTERVAL_MS = 5_000;

/** @param {() => boolean} isWanted */
export function keepScreenOn(isWanted) {
  /** @type {WakeLockSentinel | null} */ let lock = null;
  const updateLock = async () => {
    if (!isWanted()) {
      await lock?.release();
      lock = null;
    } else if (document.visibilityState === "visible" && (!lock || lock.released)) {
      // Not every browser has it, and none gives it with an empty battery.
      lock = await (tryOrUndefined(() => navigator.wakeLock.request("screen")) ?? Promise.resolve(null)).catch(() => null);
    }
  };
  document.addEventListener("visibilitychange", updateLock); // the browser takes it when the page is hidden
  setInterval(updateLock, CHECK_INTERVAL_MS);
}
