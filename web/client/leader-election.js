// The hub of all tabs where there is no SharedWorker: one tab leads, and is replaced when it dies.
//
// Who holds the lock leads. A tab that closes or crashes loses it by itself; one that is frozen
// answers nobody, so that another steals it.

import { Hub } from "./hub.js";

/** @import { HubCommand, HubUpdate, ServerAddress } from "./subscriber.js" */
/** @import { BrowserEnvironment } from "./environment.js" */

/**
 * @typedef {object} ChannelEnvelope what goes over the channel
 * @property {string} [from] a reader, to the leader
 * @property {string} [to] a reader, from the leader
 * @property {string} by the leader
 * @property {HubCommand | HubUpdate | { update: "leader" }} payload
 */

export class LeaderElection {
  /** @type {Hub | null} while this tab leads */ #ownHub = null;
  /** @type {() => void} */ #releaseLock = () => {};
  /** @type {AbortController | null} */ #lockRequest = null;
  #leaderId = "";
  #isClosed = false;

  /**
   * @param {string} lockName
   * @param {ServerAddress} server
   * @param {BrowserEnvironment & { sharing: { openChannel: (lockName: string) => BroadcastChannel, locks: LockManager } }} environment
   * @param {{ onUpdate: (update: HubUpdate) => void, onLeader: () => void }} client hears when there is a new leader, and joins it
   */
  constructor(lockName, server, environment, client) {
    this.lockName = lockName;
    this.server = server;
    this.environment = environment;
    this.client = client;
    this.tabId = `${environment.now().toString(36)}-${environment.random().toString(36).slice(2)}`;
    this.channel = environment.sharing.openChannel(lockName);
    this.channel.onmessage = ({ data }) => this.#onEnvelope(data);
    this.#requestLeadership(false);
  }

  /** @param {HubCommand} command */
  sendCommand(command) {
    if (this.#ownHub) this.#ownHub.handleCommand(this.tabId, command, (update) => this.client.onUpdate(update));
    else this.#postEnvelope({ from: this.tabId, payload: command });
  }

  /** Takes the lead from one that doesn't answer. */
  takeOver() {
    if (!this.#ownHub) this.#requestLeadership(true);
  }

  close() {
    this.sendCommand({ command: "leave" });
    this.#isClosed = true;
    this.#lockRequest?.abort();
    this.#resignLeadership();
    this.channel.close();
  }

  /** Asks for the lead and keeps it until it is given back, or stolen. @param {boolean} steal */
  async #requestLeadership(steal) {
    this.#lockRequest?.abort();
    const lockRequest = new AbortController();
    this.#lockRequest = lockRequest;
    const options = steal ? { steal } : { signal: lockRequest.signal };
    const lockHeld = this.environment.sharing.locks.request(this.lockName, options, () => this.#becomeLeader());
    await lockHeld.catch(() => {}); // stolen, as we were taken for dead; or we asked anew
    if (lockRequest !== this.#lockRequest || this.#isClosed) return;
    this.#resignLeadership();
    this.#requestLeadership(false);
  }

  #becomeLeader() {
    if (this.#isClosed || this.#ownHub) return;
    this.#ownHub = new Hub(this.server, this.environment);
    this.#leaderId = this.tabId;
    this.#postEnvelope({ payload: { update: "leader" } });
    this.client.onLeader();
    return new Promise((resolve) => (this.#releaseLock = () => resolve(null)));
  }

  #resignLeadership() {
    this.#ownHub?.close();
    this.#ownHub = null;
    this.#releaseLock();
  }

  /** @param {Omit<ChannelEnvelope, "by">} envelope */
  #postEnvelope(envelope) {
    if (!this.#isClosed) this.channel.postMessage({ ...envelope, by: this.tabId });
  }

  /** @param {ChannelEnvelope} envelope */
  #onEnvelope({ from, to, by, payload }) {
    if ("command" in payload) {
      if (from) this.#ownHub?.handleCommand(from, payload, (update) => this.#postEnvelope({ to: from, payload: update }));
    } else if (payload.update === "leader" || (to === this.tabId && payload.update === "pong" && by !== this.#leaderId)) {
      this.#leaderId = by;
      if (!this.#ownHub) this.client.onLeader();
    } else if (to === this.tabId && by === this.#leaderId) {
      this.client.onUpdate(payload);
    }
  }
}
