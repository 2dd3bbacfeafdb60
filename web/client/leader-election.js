// Without a SharedWorker, elects one tab to run the hub of all tabs, and replaces it when it dies.
//
// The holder of a Web Lock leads. A tab that closes or crashes loses the lock; a frozen tab doesn't
// answer pings, so another tab steals the lock.

import { Hub } from "./hub.js";

/** @import { HubCommand, HubUpdate, ServerAddress } from "./subscriber.js" */
/** @import { BrowserEnvironment } from "./environment.js" */

/**
 * @typedef {object} ChannelEnvelope a message on the channel
 * @property {string} [from] the tab that sends to the leader
 * @property {string} [to] the tab that the leader sends to
 * @property {string} by the leader's tab
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
   * @param {{ onUpdate: (update: HubUpdate) => void, onLeader: () => void }} client joins again when there is a new leader
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

  /** Steals the leadership from a leader that doesn't answer. */
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

  /** Requests the lock and holds it until it is released or stolen. @param {boolean} steal */
  async #requestLeadership(steal) {
    this.#lockRequest?.abort();
    const lockRequest = new AbortController();
    this.#lockRequest = lockRequest;
    const options = steal ? { steal } : { signal: lockRequest.signal };
    const lockHeld = this.environment.sharing.locks.request(this.lockName, options, () => this.#becomeLeader());
    await lockHeld.catch(() => {}); // stolen because this tab seemed dead, or aborted by a new request
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
