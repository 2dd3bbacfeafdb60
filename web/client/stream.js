// A page's stream: each message of its topics once, in order, through reloads, tunnels and sleeps.
//
// The connection itself is held by a hub, which tabs share (hub.js, link.js); here is what belongs to
// the page: its cursor, kept over reloads, what it has been told, and the state to show.

import { Ledger } from "./ledger.js";
import { Link } from "./link.js";
import { readAddress } from "./address.js";
import { attempt, browser } from "./world.js";

/** @import { Route } from "./hub.js" */
/** @import { Said, Site } from "./reader.js" */
/** @import { Message } from "./wire.js" */
/** @import { World } from "./world.js" */

/**
 * What the page is told about the connection:
 * `connecting` nothing heard yet, `catching-up` what was missed is on its way, `live` all is here,
 * `stale` contact is lost and we are trying, `refused` there is no point in trying.
 * @typedef {"connecting" | "catching-up" | "live" | "stale" | "refused"} State
 *
 * @typedef {object} Handlers
 * @property {(message: Message) => void} onMessage
 * @property {(state: State, why: string | null, since: number) => void} [onState] `since` when it is so; for `stale`, when the server was last heard of
 * @property {(topics: string[], why: string) => void} [onRefused] topics that the stream goes on without
 *
 * @typedef {object} Options
 * @property {string} [base] where the server is: `https://live.example`; empty for the page's own site
 * @property {boolean} [withCredentials] send cookies to another site
 * @property {boolean} [share] one connection for all tabs; true unless said otherwise
 * @property {() => Promise<Record<string, string>>} [query] parameters asked for before each opening, as a `ticket`
 * @property {World} [world]
 */

const BACK_OFF_MS = { first: 1_000, longest: 30_000 };
const OF_DOCUMENT = ["visibilitychange", "freeze", "resume"];
const OF_WINDOW = ["online", "pageshow", "pagehide"];

export class Stream {
  /** @type {State} */ state = "connecting";
  /** When the server was last heard of, by this page's clock; 0 for never. */
  heardAt = 0;
  heartbeatMs = 15_000;
  /** What the server's clock is ahead of ours, in milliseconds. */
  skewMs = 0;

  /** @type {Link | null} */ #link = null;
  /** @type {Ledger} */ #ledger;
  /** @type {any} */ #timer = null;
  #knowsTime = false;
  #isAway = false;
  #mishaps = 0;

  /**
   * @param {string | string[]} what topics, or a stream's address
   * @param {Handlers} handlers
   * @param {Options} [options]
   */
  constructor(what, handlers, options = {}) {
    const { base = "", withCredentials = false, share = true, query, world = browser() } = options;
    const asked = typeof what === "string" ? readAddress(what) : { base, topics: [...what], address: null };
    this.topics = asked.topics;
    this.handlers = handlers;
    this.world = world;
    /** @type {Site} */ this.site = { base: asked.base || base, withCredentials };
    this.how = { share, route: routeOf(asked.address, query, this.site) };
    this.key = `touchline:cursor:${this.site.base}${[...this.topics].sort().join("+")}`;
    this.#ledger = new Ledger(this.topics, attempt(() => world.storage?.getItem(this.key)) ?? null);
    for (const name of OF_DOCUMENT) world.document.addEventListener(name, this.#onWake);
    for (const name of OF_WINDOW) world.window.addEventListener(name, this.#onWake);
  }

  /** Starts, or starts afresh from the cursor: for when what we have can't be trusted, or after signing in. */
  connect() {
    this.world.clearTimeout(this.#timer);
    this.#isAway = false;
    if (this.state === "refused") this.#to("connecting", null);
    this.#ledger = new Ledger(this.topics, this.#ledger.cursor);
    this.#link ??= new Link(this.site, this.world, this.#tab(), this.how);
    this.#join();
  }

  /** Ends for good. */
  close() {
    this.#hangUp();
    for (const name of OF_DOCUMENT) this.world.document.removeEventListener(name, this.#onWake);
    for (const name of OF_WINDOW) this.world.window.removeEventListener(name, this.#onWake);
  }

  /** Forgets the cursor, so that a snapshot comes first: for a page that holds no state. */
  forget() {
    this.#ledger = new Ledger(this.topics, null);
    attempt(() => this.world.storage?.removeItem(this.key));
  }

  /** The server's time, as well as we know it, in milliseconds since 1970. */
  serverNow() {
    return this.world.now() + this.skewMs;
  }

  #tab() {
    return {
      onSaid: (/** @type {Said} */ said) => this.#onSaid(said),
      onReach: () => this.#join(),
      onLost: () => this.#lost(),
    };
  }

  #join() {
    const { topics, site } = this;
    if (topics.length > 0) this.#link?.post({ do: "join", topics, cursor: this.#ledger.cursor, site });
  }

  #hangUp() {
    this.world.clearTimeout(this.#timer);
    this.#link?.close();
    this.#link = null;
  }

  /** @param {Said} said */
  #onSaid(said) {
    if (said.say === "refused") return this.#onRefused(said.topics, said.why);
    if (said.say === "phase") return this.#onPhase(said.phase, said.heardAt);
    if (said.say !== "message" && said.say !== "sign") return;
    this.heardAt = this.world.now();
    if (said.say === "message") return this.#onMessage(said.message, said.cursor);
    if (said.heartbeatMs) this.heartbeatMs = said.heartbeatMs;
    if (said.at) this.#setClock(Date.parse(said.at) - this.heardAt);
    // A cursor that is past what we were told: something never came.
    if (!this.#ledger.reach(said.cursor)) return this.#startOver(0);
    this.#keep();
  }

  /** @param {number} skewMs */
  #setClock(skewMs) {
    if (!Number.isFinite(skewMs)) return; // it said no time
    // Frames are late, never early: of several estimates the largest is the best.
    this.skewMs = this.#knowsTime ? Math.max(this.skewMs, skewMs) : skewMs;
    this.#knowsTime = true;
  }

  /**
   * @param {"opened" | "live" | "lost"} phase
   * @param {number} heardAt
   */
  #onPhase(phase, heardAt) {
    if (phase === "lost") return this.#lost(heardAt);
    if (phase === "opened") this.#knowsTime = false; // clocks are set, and computers sleep
    if (phase === "live") this.#mishaps = 0;
    if (phase === "live") this.#to("live", null);
    else if (this.state !== "live") this.#to("catching-up", null);
  }

  /**
   * @param {Message} message
   * @param {string | null} cursor
   */
  #onMessage(message, cursor) {
    const verdict = this.#ledger.judge(message);
    if (verdict === "known") return;
    if (verdict === "gap") return this.#startOver(0);
    try {
      this.handlers.onMessage(message);
    } catch (error) {
      // A page that can't take a message has a state nobody can vouch for.
      console.error("the page could not take a message", error);
      return this.#startOver(BACK_OFF_MS.first);
    }
    // The cursor moves last: a page that dies with the message half taken is sent it again.
    this.#ledger.note(message, cursor);
    this.#keep();
  }

  #keep() {
    const { cursor } = this.#ledger;
    if (cursor) attempt(() => this.world.storage?.setItem(this.key, cursor));
  }

  /** Gets a snapshot: at once, or later each time that it doesn't help. @param {number} ms */
  #startOver(ms) {
    const wait = this.#mishaps === 0 ? ms : BACK_OFF_MS.first * 2 ** Math.min(this.#mishaps, 16);
    this.#mishaps += 1;
    this.forget();
    this.#link?.post({ do: "leave" });
    this.#lost();
    const jittered = Math.min(wait, BACK_OFF_MS.longest) * (0.5 + this.world.random());
    this.world.clearTimeout(this.#timer);
    this.#timer = this.world.setTimeout(() => this.connect(), jittered);
  }

  /**
   * @param {string[]} topics
   * @param {string} why
   */
  #onRefused(topics, why) {
    const left = this.topics.filter((topic) => !topics.includes(topic));
    this.handlers.onRefused?.(topics, why);
    if (left.length === 0) {
      this.#hangUp();
      this.#to("refused", why);
    } else {
      this.topics = left;
      this.#ledger = new Ledger(left, this.#ledger.cursor);
    }
  }

  #lost(heardAt = this.heardAt) {
    this.heardAt = Math.max(heardAt, this.heardAt);
    if (this.state !== "refused") this.#to(this.heardAt > 0 ? "stale" : "connecting", null);
  }

  #onWake = (/** @type {Event} */ event) => {
    if (event.type === "pagehide" || event.type === "freeze") return this.#onHide();
    if (this.world.document.visibilityState === "hidden" || this.state === "refused") return;
    const isFirst = event.type === "pageshow" && !(/** @type {PageTransitionEvent} */ (event).persisted);
    if (isFirst) return;
    if (this.#link) this.#link.post({ do: "wake" });
    else if (this.#isAway) this.connect();
  };

  /** Who leads must not freeze, and nothing may be held that keeps a page out of the back-forward cache. */
  #onHide() {
    if (!this.#link) return;
    this.#hangUp();
    this.#isAway = true;
  }

  /**
   * @param {State} state
   * @param {string | null} why
   */
  #to(state, why) {
    if (state === this.state && state !== "refused") return;
    this.state = state;
    this.handlers.onState?.(state, why, state === "stale" ? this.heardAt : this.world.now());
  }
}

/**
 * @param {string | null} address
 * @param {Options["query"]} query
 * @param {Site} site
 * @returns {Route | undefined} nothing where the usual one will do
 */
function routeOf(address, query, { base }) {
  if (!address && !query) return undefined;
  return async (topics, cursor, more) => {
    const [path, given] = (address ?? `${base}/api/stream/`).split("?");
    const parameters = new URLSearchParams(given ?? "");
    if (!address) for (const topic of topics) parameters.append("topic", topic);
    const all = { ...(await query?.()), ...more, ...(cursor ? { last_event_id: cursor } : {}) };
    for (const [name, value] of Object.entries(all)) parameters.set(name, value);
    return parameters.size ? `${path}?${parameters}` : path;
  };
}
