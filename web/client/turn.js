// One tab at a time: what all of a scorer's tabs could do is done by one of them.

/** @import { World } from "./world.js" */

const PATIENCE_MS = 15_000; // a frozen tab may hold the lock; acting beside it is better than never

/**
 * @param {World} world
 * @param {string} name of the lock
 * @param {() => Promise<void>} act at once where the browser has no locks
 */
export async function inTurn(world, name, act) {
  const locks = world.shared?.locks;
  if (!locks) return act();
  const patience = new AbortController();
  const timer = world.setTimeout(() => patience.abort(), PATIENCE_MS);
  const holding = () => {
    world.clearTimeout(timer);
    return act();
  };
  const done = locks.request(name, { signal: patience.signal }, holding);
  await done.catch(() => (patience.signal.aborted ? act() : null));
}
