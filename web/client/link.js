// How a page reaches the hub that holds its connection: a SharedWorker, else the tab that leads, else
// one of its own. Six streams over HTTP/1.1 would leave a site without a connection to spare.

import { Hub } from "./hub.js";
import { Leader } from "./leader.js";
import { attempt } from "./world.js";

/** @import { Route } from "./hub.js" */
/** @import { Asked, Said, Site } from "./reader.js" */
/** @import { World } from "./world.js" */

/**
 * @typedef {object} Tab
 * @property {(said: Said) => void} onSaid
 * @property {() => void} onReach a hub is there, which doesn't know this tab yet
 * @property {() => void} onLost
 *
 * @typedef {{ post: (asked: Asked) => void, replace?: () => void, close: () => void }} Way
 */

const VERSION = 1; // of the words: tabs of another build have a hub of their own
const PING_MS = 2_000;
const DEAD_AFTER_MS = 5_000;

export class Link {
  /** @type {Way} */ #way;
  /** @type {("worker" | "leader" | "alone")[]} */ #left = [];
  /** @type {any} */ #timer = null;
  #answered = false;
  #tickedAt = 0;
  #heardAt = 0;

  /**
   * @param {Site} site
   * @param {World} world
   * @param {Tab} tab
   * @param {{ share: boolean, route?: Route }} how
   */
  constructor(site, world, tab, { share, route }) {
    this.site = site;
    this.world = world;
    this.tab = tab;
    this.route = route;
    const { worker, channel, locks } = (share && !route && world.shared) || {};
    if (worker) this.#left.push("worker");
    if (channel && locks) this.#left.push("leader");
    this.#way = this.#next();
  }

  get #name() {
    return `touchline ${VERSION} ${JSON.stringify(this.site)}`;
  }

  /** @param {Asked} asked */
  post(asked) {
    this.#way.post(asked);
  }

  close() {
    this.world.clearTimeout(this.#timer);
    this.#way.close();
  }

  /** @returns {Way} the next that can be had */
  #next() {
    this.world.clearTimeout(this.#timer);
    const kind = this.#left.shift() ?? "alone";
    if (kind === "alone") return this.#alone();
    const way = attempt(() => (kind === "worker" ? this.#worker() : this.#leader()));
    if (!way) return this.#next();
    this.#answered = false;
    this.#heardAt = this.#tickedAt = this.world.now();
    this.#timer = this.world.setTimeout(() => this.#tick(), 0);
    return way;
  }

  /** @returns {Way} */
  #alone() {
    const hub = new Hub(this.site, this.world, this.route);
    return { post: (asked) => hub.hear(this, asked, (said) => this.tab.onSaid(said)), close: () => hub.close() };
  }

  /** @returns {Way | undefined} */
  #worker() {
    const worker = this.world.shared?.worker?.(this.#name);
    if (!worker) return undefined;
    const { port } = worker;
    let current = /** @type {SharedWorker | null} */ (worker); // one that was given up may still speak
    port.onmessage = ({ data }) => worker === current && this.#onSaid(data);
    worker.onerror = () => worker === current && this.#fail(); // it can't be loaded, or may not
    return {
      post: (asked) => port.postMessage(asked),
      close: () => {
        current = null;
        port.postMessage({ do: "leave" });
        port.close();
      },
    };
  }

  /** @returns {Way} */
  #leader() {
    const world = /** @type {any} */ (this.world); // it has what was asked for above
    const onSaid = (/** @type {Said} */ said) => this.#onSaid(said);
    const onLeader = () => {
      this.#heardAt = this.world.now();
      this.tab.onReach();
    };
    const leader = new Leader(this.#name, this.site, world, { onSaid, onLeader });
    return { post: (asked) => leader.post(asked), replace: () => leader.replace(), close: () => leader.close() };
  }

  /** @param {Said} said */
  #onSaid(said) {
    this.#heardAt = this.world.now();
    this.#answered = true;
    if (said.say === "full") this.#left = [];
    if (said.say === "full") this.#fail();
    else if (said.say !== "pong") this.tab.onSaid(said);
  }

  /** Gives this way up and takes the next. */
  #fail() {
    this.#way.close();
    this.#way = this.#next();
    this.tab.onReach();
  }

  /** Asks whether the hub is there: a crashed worker or a frozen tab says nothing by itself. */
  #tick() {
    const now = this.world.now();
    if (now - this.#tickedAt > 2 * PING_MS) this.#heardAt = now; // it was us who slept
    this.#tickedAt = now;
    this.#timer = this.world.setTimeout(() => this.#tick(), PING_MS);
    if (now - this.#heardAt > DEAD_AFTER_MS) this.#replace();
    else this.#way.post({ do: "ping" });
  }

  #replace() {
    this.#heardAt = this.world.now();
    this.tab.onLost();
    if (this.#way.replace) return this.#way.replace();
    if (this.#answered) this.#left.unshift("worker"); // it has worked: a new one may
    this.#fail();
  }
}
