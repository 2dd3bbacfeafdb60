// Corrections of what the server doesn't know yet: its id comes with the answer, so they wait for that.

/** @import { Command } from "./project.js" */
/** @import { Memory } from "./memory.js" */

const MOST = 100;

/** @typedef {{ method: string, body: any, occurred_at: string }} Amend */

export class Amends {
  /** @param {Memory} memory */
  constructor(memory) {
    this.memory = memory;
  }

  /** @returns {Record<string, Amend[]>} by the key of the command they correct */
  get #waiting() {
    return this.memory.recall("amends", {});
  }

  /** What this device has recorded, oldest first: incidents' ids, and keys while there is none. @returns {(number | string)[]} */
  get own() {
    return this.memory.recall("own", []);
  }

  /** @param {string} key */
  made(key) {
    this.memory.keep("own", [...this.own, key].slice(-MOST));
  }

  /** The incident that a command made, once that is known. @param {string} key @returns {number | undefined} */
  idOf(key) {
    return this.memory.recall("ids", /** @type {[string, number][]} */ ([])).find(([one]) => one === key)?.[1];
  }

  /** @param {string} key of the command @param {Amend} amend */
  wait(key, amend) {
    const waiting = this.#waiting;
    this.memory.keep("amends", { ...waiting, [key]: [...(waiting[key] ?? []), amend] });
  }

  /** The server has made it: what was waiting for its id. @param {string} key @param {number | undefined} id @returns {Amend[]} */
  settle(key, id) {
    if (id !== undefined) {
      this.memory.keep("own", this.own.map((one) => (one === key ? id : one)));
      this.memory.keep("ids", [...this.memory.recall("ids", []), [key, id]].slice(-MOST));
    }
    const { [key]: mine = [], ...others } = this.#waiting;
    this.memory.keep("amends", others);
    return mine;
  }

  /** A refused command that is sent again has another key. @param {string} was @param {string} key */
  rename(was, key) {
    this.memory.keep("own", this.own.map((one) => (one === was ? key : one)));
    const { [was]: mine, ...others } = this.#waiting;
    this.memory.keep("amends", mine ? { ...others, [key]: mine } : others);
  }

  /** As commands, to show what comes of them. @returns {Command[]} */
  commands() {
    return Object.entries(this.#waiting).flatMap(([key, amends]) =>
      amends.map((amend) => ({ ...amend, client_id: "", action: `incidents/${key}` })));
  }
}
