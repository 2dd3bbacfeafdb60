// What the scorer page stores on the device, so that it opens without a network.

import { tryOrUndefined } from "../client/environment.js";

export class DeviceStorage {
  /**
   * @param {string} keyPrefix
   * @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} storage null if the browser offers none
   */
  constructor(keyPrefix, storage = tryOrUndefined(() => localStorage) ?? null) {
    this.keyPrefix = `touchline:scorer:${keyPrefix}:`;
    this.storage = storage;
  }

  /**
   * @template T
   * @param {string} name
   * @param {T} fallback
   * @returns {T}
   */
  load(name, fallback) {
    return tryOrUndefined(() => JSON.parse(this.storage?.getItem(this.keyPrefix + name) ?? "null")) ?? fallback;
  }

  /** @param {string} name @param {any} value */
  save(name, value) {
    tryOrUndefined(() => this.storage?.setItem(this.keyPrefix + name, JSON.stringify(value)));
  }
}
