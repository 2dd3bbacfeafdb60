// Folds a stream into its state: a snapshot sets members, and each later message patches them.

/** @import { Message } from "./message-types.js" */

/** @typedef {{ [member: string]: any }} State an object without nulls */

/**
 * The state after a message. Until a snapshot has come there is none.
 * @template {State} T
 * @param {T | null} state
 * @param {Message} message
 * @returns {T | null}
 */
export function foldMessage(state, { type, data, patch }) {
  if (type === "snapshot") return /** @type {T} */ ({ ...state, ...data });
  return state && patch ? applyMergePatch(state, patch) : state;
}

/**
 * JSON Merge Patch (RFC 7396): a new value; what didn't change is shared with the old one.
 * @param {any} target
 * @param {any} patch
 * @returns {any}
 */
export function applyMergePatch(target, patch) {
  if (!isObject(patch)) return patch;
  const patched = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) patched.delete(name);
    else patched.set(name, applyMergePatch(patched.get(name), value));
  }
  return Object.fromEntries(patched);
}

/** @param {any} value */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
