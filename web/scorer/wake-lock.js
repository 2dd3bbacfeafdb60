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
      // Some browsers lack it, and none grants it on a low battery.
      lock = await (tryOrUndefined(() => navigator.wakeLock.request("screen")) ?? Promise.resolve(null)).catch(() => null);
    }
  };
  document.addEventListener("visibilitychange", updateLock); // browsers release it when the page is hidden
  setInterval(updateLock, CHECK_INTERVAL_MS);
}
