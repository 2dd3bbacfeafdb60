// Connects a page to the hub of its connection: a SharedWorker, else the leading tab, else a hub
// of its own. Six streams over HTTP/1.1 would use up the browser's connections to a site.

import { Hub } from "./hub.js";
import { LeaderElection } from "./leader-election.js";
import { tryOrUndefined } from "./environment.js";

/** @import { StreamUrlBuilder } from "./hub.js" */
/** @import { HubCommand, HubUpdate, ServerAddress } from "./subscriber.js" */
/** @import { BrowserEnvironment } from "./environment.js" */

/**
 * @typedef {object} HubClient
 * @property {(update: HubUpdate) => void} onUpdate
 * @property {() => void} onNewHub there is a new hub, which doesn't know this tab yet
 * @property {() => void} onHubLost
 *
 * @typedef {{ send: (command: HubCommand) => void, takeOver?: () => void, close: () => void }} HubTransport
 */

const PROTOCOL_VERSION = 3; // of the messages between tabs: tabs of another build use another hub
const PING_INTERVAL_MS = 2_000;
const HUB_TIMEOUT_MS = 5_000;

export class HubLink {
  /** @type {HubTransport} */ #transport;
  /** @type {("worker" | "leader" | "alone")[]} */ #remainingKinds = [];
  /** @type {any} */ #pingTimer = null;
  #hasAnswered = false;
  #lastPingAt = 0;
  #lastUpdateAt = 0;

  /**
   * @param {ServerAddress} server
   * @param {BrowserEnvironment} environment
   * @param {HubClient} client
   * @param {{ share: boolean, buildUrl?: StreamUrlBuilder }} options
   */
  constructor(server, environment, client, { share, buildUrl }) {
    this.server = server;
    this.environment = environment;
    this.client = client;
    this.buildUrl = buildUrl;
    const { openWorker, openChannel, locks } = (share && !buildUrl && environment.sharing) || {};
    if (openWorker) this.#remainingKinds.push("worker");
    if (openChannel && locks) this.#remainingKinds.push("leader");
    this.#transport = this.#openNextTransport();
  }

  get #hubName() {
    return `touchline ${PROTOCOL_VERSION} ${JSON.stringify(this.server)}`;
  }

  /** @param {HubCommand} command */
  send(command) {
    this.#transport.send(command);
  }

  close() {
    this.environment.clearTimeout(this.#pingTimer);
    this.#transport.close();
  }

  /** @returns {HubTransport} the next available transport */
  #openNextTransport() {
    this.environment.clearTimeout(this.#pingTimer);
    const kind = this.#remainingKinds.shift() ?? "alone";
    if (kind === "alone") return this.#openOwnHub();
    const transport = tryOrUndefined(() => (kind === "worker" ? this.#openWorker() : this.#joinLeaderElection()));
    if (!transport) return this.#openNextTransport();
    this.#hasAnswered = false;
    this.#lastUpdateAt = this.#lastPingAt = this.environment.now();
    this.#pingTimer = this.environment.setTimeout(() => this.#pingHub(), 0);
    return transport;
  }

  /** @returns {HubTransport} */
  #openOwnHub() {
    const hub = new Hub(this.server, this.environment, this.buildUrl);
    return { send: (command) => hub.handleCommand(this, command, (update) => this.client.onUpdate(update)), close: () => hub.close() };
  }

  /** @returns {HubTransport | undefined} */
  #openWorker() {
    const worker = this.environment.sharing?.openWorker?.(this.#hubName);
    if (!worker) return undefined;
    const { port } = worker;
    let current = /** @type {SharedWorker | null} */ (worker); // a dropped worker may still send
    port.onmessage = ({ data }) => worker === current && this.#onUpdate(data);
    worker.onerror = () => worker === current && this.#switchTransport(); // it can't be loaded, or is blocked
    return {
      send: (command) => port.postMessage(command),
      close: () => {
        current = null;
        port.postMessage({ command: "leave" });
        port.close();
      },
    };
  }

  /** @returns {HubTransport} */
  #joinLeaderElection() {
    const environment = /** @type {any} */ (this.environment); // channel and locks were checked in the constructor
    const onUpdate = (/** @type {HubUpdate} */ update) => this.#onUpdate(update);
    const onLeader = () => {
      this.#lastUpdateAt = this.environment.now();
      this.client.onNewHub();
    };
    const election = new LeaderElection(this.#hubName, this.server, environment, { onUpdate, onLeader });
    return { send: (command) => election.sendCommand(command), takeOver: () => election.takeOver(), close: () => election.close() };
  }

  /** @param {HubUpdate} update */
  #onUpdate(update) {
    this.#lastUpdateAt = this.environment.now();
    this.#hasAnswered = true;
    if (update.update === "full") this.#remainingKinds = [];
    if (update.update === "full") this.#switchTransport();
    else if (update.update !== "pong") this.client.onUpdate(update);
  }

  /** Drops the current transport and opens the next. */
  #switchTransport() {
    this.#transport.close();
    this.#transport = this.#openNextTransport();
    this.client.onNewHub();
  }

  /** Pings the hub, since a crashed worker or a frozen tab reports nothing. */
  #pingHub() {
    const now = this.environment.now();
    if (now - this.#lastPingAt > 2 * PING_INTERVAL_MS) this.#lastUpdateAt = now; // this tab was suspended itself
    this.#lastPingAt = now;
    this.#pingTimer = this.environment.setTimeout(() => this.#pingHub(), PING_INTERVAL_MS);
    if (now - this.#lastUpdateAt > HUB_TIMEOUT_MS) this.#replaceHub();
    else this.#transport.send({ command: "ping" });
  }

  #replaceHub() {
    this.#lastUpdateAt = this.environment.now();
    this.client.onHubLost();
    if (this.#transport.takeOver) return this.#transport.takeOver();
    if (this.#hasAnswered) this.#remainingKinds.unshift("worker"); // workers do work here, so a new one may too
    this.#switchTransport();
  }
}
