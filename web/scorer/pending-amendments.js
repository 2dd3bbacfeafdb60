// Corrections of incidents that have no id yet: they wait for the server's answer.

/** @import { ScorerCommand } from "./projected-match.js" */
/** @import { DeviceStorage } from "./device-storage.js" */

const MAX_REMEMBERED = 100;

/** @typedef {{ method: string, body: any, occurred_at: string }} Amendment */

export class PendingAmendments {
  /** @param {DeviceStorage} storage */
  constructor(storage) {
    this.storage = storage;
  }

  /** @returns {Record<string, Amendment[]>} by the key of the corrected command */
  get #waitingByCommand() {
    return this.storage.load("amends", {});
  }

  /** What this device has recorded, oldest first: incident ids, or command keys until there is one. @returns {(number | string)[]} */
  get ownIncidentIds() {
    return this.storage.load("own", []);
  }

  /** @param {string} key */
  recordCommand(key) {
    this.storage.save("own", [...this.ownIncidentIds, key].slice(-MAX_REMEMBERED));
  }

  /** The incident that a command created, if known. @param {string} key @returns {number | undefined} */
  incidentIdOf(key) {
    return this.storage.load("ids", /** @type {[string, number][]} */ ([])).find(([one]) => one === key)?.[1];
  }

  /** @param {string} key of the command @param {Amendment} amendment */
  addWaiting(key, amendment) {
    const waiting = this.#waitingByCommand;
    this.storage.save("amends", { ...waiting, [key]: [...(waiting[key] ?? []), amendment] });
  }

  /** The server has created the incident: returns the amendments that waited for its id. @param {string} key @param {number | undefined} incidentId @returns {Amendment[]} */
  takeSettled(key, incidentId) {
    if (incidentId !== undefined) {
      this.storage.save("own", this.ownIncidentIds.map((one) => (one === key ? incidentId : one)));
      this.storage.save("ids", [...this.storage.load("ids", []), [key, incidentId]].slice(-MAX_REMEMBERED));
    }
    const { [key]: settled = [], ...others } = this.#waitingByCommand;
    this.storage.save("amends", others);
    return settled;
  }

  /** A refused command that is retried has a new key. @param {string} oldKey @param {string} key */
  replaceCommandKey(oldKey, key) {
    this.storage.save("own", this.ownIncidentIds.map((one) => (one === oldKey ? key : one)));
    const { [oldKey]: waiting, ...others } = this.#waitingByCommand;
    this.storage.save("amends", waiting ? { ...others, [key]: waiting } : others);
  }

  /** As commands, so that a projection shows them. @returns {ScorerCommand[]} */
  toCommands() {
    return Object.entries(this.#waitingByCommand).flatMap(([key, amendments]) =>
      amendments.map((amendment) => ({ ...amendment, client_id: "", action: `incidents/${key}` })));
  }
}
