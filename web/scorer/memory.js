// What the console remembers on the device, so that it opens without a network.

import { attempt } from "../client/world.js";

export class Memory {
  /**
   * @param {string} scope
   * @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} storage a browser may give none
   */
  constructor(scope, storage = attempt(() => localStorage) ?? null) {
    this.scope = `touchline:scorer:${scope}:`;
    this.storage = storage;
  }

  /**
   * @template T
   * @param {string} name
   * @param {T} otherwise
   * @returns {T}
   */
  recall(name, otherwise) {
    return attempt(() => JSON.parse(this.storage?.getItem(this.scope + name) ?? "null")) ?? otherwise;
  }

  /** @param {string} name @param {any} value */
  keep(name, value) {
    attempt(() => this.storage?.setItem(this.scope + name, JSON.stringify(value)));
  }
}
