// Keeps the screen on while a match is played: a scorer looks at the field, not at the phone.

import { attempt } from "../client/world.js";

const LOOK_MS = 5_000;

/** @param {() => boolean} isWanted */
export function keepAwake(isWanted) {
  /** @type {WakeLockSentinel | null} */ let lock = null;
  const look = async () => {
    if (!isWanted()) {
      await lock?.release();
      lock = null;
    } else if (document.visibilityState === "visible" && (!lock || lock.released)) {
      // Not every browser has it, and none gives it with an empty battery.
      lock = await (attempt(() => navigator.wakeLock.request("screen")) ?? Promise.resolve(null)).catch(() => null);
    }
  };
  document.addEventListener("visibilitychange", look); // the browser takes it when the page is hidden
  setInterval(look, LOOK_MS);
}
