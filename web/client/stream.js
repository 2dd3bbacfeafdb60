// A page's stream: each message of its topics once, in order, through reloads, network loss and sleep.
//
// Tabs share a hub that holds the connection (hub.js, hub-link.js). This class holds what belongs to
// the page: its cursor, stored over reloads, its delivered messages, and the state to show.

import { parseStreamAddress } from "./cursor.js";
import { DeliveryTracker } from "./delivery-tracker.js";
import { HubLink } from "./hub-link.js";
import { tryOrUndefined, browserEnvironment } from "./environment.js";

/** @import { StreamUrlBuilder } from "./hub.js" */
/** @import { HubUpdate, ServerAddress } from "./subscriber.js" */
/** @import { Message } from "./message-types.js" */
/** @import { BrowserEnvironment } from "./environment.js" */

/**
 * The connection's state:
 * `connecting` nothing received yet, `catching-up` missed messages are coming, `live` up to date,
 * `stale` contact is lost and being retried, `refused` the server won't serve it.
 * @typedef {"connecting" | "catching-up" | "live" | "stale" | "refused"} StreamState
 *
 * @typedef {object} StreamHandlers
 * @property {(message: Message) => void} onMessage
 * @property {(state: StreamState, reason: string | null, since: number) => void} [onState] `since` the state holds; for `stale`, since the last contact
 * @property {(topics: string[], reason: string) => void} [onRefused] topics that the stream goes on without
 *
 * @typedef {object} StreamOptions
 * @property {string} [base] the server's address: `https://live.example`; empty for the page's own site
 * @property {boolean} [withCredentials] send cookies to another site
 * @property {boolean} [share] one connection for all tabs; true by default
 * @property {() => Promise<Record<string, string>>} [query] called before each connection for parameters such as `ticket`
 * @property {BrowserEnvironment} [environment]
 */

const RESYNC_BACKOFF_MS = { min: 1_000, max: 30_000 };
const DOCUMENT_EVENTS = ["visibilitychange", "freeze", "resume"];
const WINDOW_EVENTS = ["online", "pageshow", "pagehide"];

export class Stream {
  /** @type {StreamState} */ state = "connecting";
  /** When the server last sent anything, by this page's clock; 0 for never. */
  lastContactAt = 0;
  heartbeatMs = 15_000;
  /** The server's clock minus this page's, in milliseconds. */
  clockOffsetMs = 0;

  /** @type {HubLink | null} */ #hubLink = null;
  /** @type {DeliveryTracker} */ #deliveries;
  /** @type {any} */ #resyncTimer = null;
  /** @type {string} */ #storageKey;
  /** @type {{ share: boolean, buildUrl?: StreamUrlBuilder }} */ #linkOptions;
  #hasClockOffset = false;
  #isSuspended = false;
  #resyncAttempts = 0;

  /**
   * @param {string | string[]} topicsOrUrl topics, or a stream's address
   * @param {StreamHandlers} handlers
   * @param {StreamOptions} [options]
   */
  constructor(topicsOrUrl, handlers, options = {}) {
    const { base = "", withCredentials = false, share = true, query, environment = browserEnvironment() } = options;
    const address = typeof topicsOrUrl === "string" ? parseStreamAddress(topicsOrUrl) : { base, topics: [...topicsOrUrl], opaqueAddress: null };
    this.topics = address.topics;
    this.handlers = handlers;
    this.environment = environment;
    /** @type {ServerAddress} */ this.server = { base: address.base || base, withCredentials };
    this.#linkOptions = { share, buildUrl: customUrlBuilder(address.opaqueAddress, query, this.server) };
    this.#storageKey = `touchline:cursor:${this.server.base}${[...this.topics].sort().join("+")}`;
    this.#deliveries = new DeliveryTracker(this.topics, tryOrUndefined(() => environment.storage?.getItem(this.#storageKey)) ?? null);
    for (const name of DOCUMENT_EVENTS) environment.document.addEventListener(name, this.#onWake);
    for (const name of WINDOW_EVENTS) environment.window.addEventListener(name, this.#onWake);
  }

  /** Starts, or restarts from the cursor: after a failure, or after signing in. */
  connect() {
    this.environment.clearTimeout(this.#resyncTimer);
    this.#isSuspended = false;
    if (this.state === "refused") this.#setState("connecting", null);
    this.#deliveries = new DeliveryTracker(this.topics, this.#deliveries.cursor);
    this.#hubLink ??= new HubLink(this.server, this.environment, this.#hubClient(), this.#linkOptions);
    this.#sendJoin();
  }

  /** Ends the stream. */
  close() {
    this.#closeLink();
    for (const name of DOCUMENT_EVENTS) this.environment.document.removeEventListener(name, this.#onWake);
    for (const name of WINDOW_EVENTS) this.environment.window.removeEventListener(name, this.#onWake);
  }

  /** Forgets the cursor, so that a snapshot comes first: for pages that hold no state. */
  forgetCursor() {
    this.#deliveries = new DeliveryTracker(this.topics, null);
    tryOrUndefined(() => this.environment.storage?.removeItem(this.#storageKey));
  }

  /** The server's estimated time, in milliseconds since 1970. */
  serverNow() {
    return this.environment.now() + this.clockOffsetMs;
  }

  #hubClient() {
    return {
      onUpdate: (/** @type {HubUpdate} */ update) => this.#onHubUpdate(update),
      onNewHub: () => this.#sendJoin(),
      onHubLost: () => this.#onContactLost(),
    };
  }

  #sendJoin() {
    const { topics, server } = this;
    if (topics.length > 0) this.#hubLink?.send({ command: "join", topics, cursor: this.#deliveries.cursor, server });
  }

  #closeLink() {
    this.environment.clearTimeout(this.#resyncTimer);
    this.#hubLink?.close();
    this.#hubLink = null;
  }

  /** @param {HubUpdate} update */
  #onHubUpdate(update) {
    if (update.update === "refused") return this.#onRefused(update.topics, update.reason);
    if (update.update === "phase") return this.#onPhase(update.phase, update.lastReceivedAt);
    if (update.update !== "message" && update.update !== "liveness") return;
    this.lastContactAt = this.environment.now();
    if (update.update === "message") return this.#onMessage(update.message, update.cursor);
    if (update.heartbeatMs) this.heartbeatMs = update.heartbeatMs;
    if (update.at) this.#setClockOffset(Date.parse(update.at) - this.lastContactAt);
    // The cursor is past the delivered messages, so one is missing.
    if (!this.#deliveries.advanceTo(update.cursor)) return this.#resync(0);
    this.#storeCursor();
  }

  /** @param {number} clockOffsetMs */
  #setClockOffset(clockOffsetMs) {
    if (!Number.isFinite(clockOffsetMs)) return; // invalid time
    // Frames are late, never early, so the largest estimate is the best.
    this.clockOffsetMs = this.#hasClockOffset ? Math.max(this.clockOffsetMs, clockOffsetMs) : clockOffsetMs;
    this.#hasClockOffset = true;
  }

  /**
   * @param {"opened" | "live" | "lost"} phase
   * @param {number} lastReceivedAt
   */
  #onPhase(phase, lastReceivedAt) {
    if (phase === "lost") return this.#onContactLost(lastReceivedAt);
    if (phase === "opened") this.#hasClockOffset = false; // clocks are set, and computers sleep
    if (phase === "live") this.#resyncAttempts = 0;
    if (phase === "live") this.#setState("live", null);
    else if (this.state !== "live") this.#setState("catching-up", null);
  }

  /**
   * @param {Message} message
   * @param {string | null} cursor
   */
  #onMessage(message, cursor) {
    const classification = this.#deliveries.classify(message);
    if (classification === "known") return;
    if (classification === "gap") return this.#resync(0);
    try {
      this.handlers.onMessage(message);
    } catch (error) {
      // The page's state is unknown after its handler threw.
      console.error("the page's message handler threw", error);
      return this.#resync(RESYNC_BACKOFF_MS.min);
    }
    // The cursor moves last, so that a page that dies while handling the message receives it again.
    this.#deliveries.recordDelivery(message, cursor);
    this.#storeCursor();
  }

  #storeCursor() {
    const { cursor } = this.#deliveries;
    if (cursor) tryOrUndefined(() => this.environment.storage?.setItem(this.#storageKey, cursor));
  }

  /** Fetches a snapshot; repeated attempts back off. @param {number} delayMs */
  #resync(delayMs) {
    const backoffMs = this.#resyncAttempts === 0 ? delayMs : RESYNC_BACKOFF_MS.min * 2 ** Math.min(this.#resyncAttempts, 16);
    this.#resyncAttempts += 1;
    this.forgetCursor();
    this.#hubLink?.send({ command: "leave" });
    this.#onContactLost();
    const jittered = Math.min(backoffMs, RESYNC_BACKOFF_MS.max) * (0.5 + this.environment.random());
    this.environment.clearTimeout(this.#resyncTimer);
    this.#resyncTimer = this.environment.setTimeout(() => this.connect(), jittered);
  }

  /**
   * @param {string[]} topics
   * @param {string} reason
   */
  #onRefused(topics, reason) {
    const remaining = this.topics.filter((topic) => !topics.includes(topic));
    this.handlers.onRefused?.(topics, reason);
    if (remaining.length === 0) {
      this.#closeLink();
      this.#setState("refused", reason);
    } else {
      this.topics = remaining;
      this.#deliveries = new DeliveryTracker(remaining, this.#deliveries.cursor);
    }
  }

  #onContactLost(lastReceivedAt = this.lastContactAt) {
    this.lastContactAt = Math.max(lastReceivedAt, this.lastContactAt);
    if (this.state !== "refused") this.#setState(this.lastContactAt > 0 ? "stale" : "connecting", null);
  }

  #onWake = (/** @type {Event} */ event) => {
    if (event.type === "pagehide" || event.type === "freeze") return this.#suspend();
    if (this.environment.document.visibilityState === "hidden" || this.state === "refused") return;
    const isFirst = event.type === "pageshow" && !(/** @type {PageTransitionEvent} */ (event).persisted);
    if (isFirst) return;
    if (this.#hubLink) this.#hubLink.send({ command: "wake" });
    else if (this.#isSuspended) this.connect();
  };

  /** A frozen tab must not lead, and open connections or locks keep a page out of the back-forward cache. */
  #suspend() {
    if (!this.#hubLink) return;
    this.#closeLink();
    this.#isSuspended = true;
  }

  /**
   * @param {StreamState} state
   * @param {string | null} reason
   */
  #setState(state, reason) {
    if (state === this.state && state !== "refused") return;
    this.state = state;
    this.handlers.onState?.(state, reason, state === "stale" ? this.lastContactAt : this.environment.now());
  }
}

/**
 * @param {string | null} address
 * @param {StreamOptions["query"]} query
 * @param {ServerAddress} server
 * @returns {StreamUrlBuilder | undefined} undefined if the default will do
 */
function customUrlBuilder(address, query, { base }) {
  if (!address && !query) return undefined;
  return async (topics, cursor, parameters) => {
    const [path, ownQuery] = (address ?? `${base}/api/stream/`).split("?");
    const searchParams = new URLSearchParams(ownQuery ?? "");
    if (!address) for (const topic of topics) searchParams.append("topic", topic);
    const allParameters = { ...(await query?.()), ...parameters, ...(cursor ? { last_event_id: cursor } : {}) };
    for (const [name, value] of Object.entries(allParameters)) searchParams.set(name, value);
    return searchParams.size ? `${path}?${searchParams}` : path;
  };
}
