// One stream of messages that comes back by itself: after a restart, a tunnel, a sleep or a proxy.
//
// The browser's EventSource reconnects on its own, but forgets its cursor with the page, gives up
// for good on any answer but a 200, and doesn't notice a connection that died in silence. This
// class adds what is missing and leaves the rest to it.

import { attempt, browser } from "./world.js";

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
 * @property {(state: State, why: string | null) => void} [onState]
 */

const HELLO_TIMEOUT_MS = 5_000; // longer, and a proxy that buffers keeps the page empty
const SILENT_HEARTBEATS = 3; // a busy server may be one late, a lost packet costs another
const POLL_SECONDS = 15; // shorter than the usual proxy's 30 or 60 s
const POLLS_BEFORE_STREAMING_AGAIN = 40; // about ten quiet minutes
const BACK_OFF_MS = { first: 1_000, longest: 30_000 };
const CLOSINGS_BEFORE_POLLING = 3;
const SAME_WAKE_MS = 1_000; // `pageshow`, `visibilitychange` and `online` come as one volley
const FINAL = new Set([401, 403, 404, 410]);

export class Stream {
  /** @type {State} */
  state = "connecting";
  /** When the server was last heard of, by this page's clock; 0 for never. */
  heardAt = 0;
  heartbeatMs = 15_000;
  /** What the server's clock is ahead of ours, in milliseconds. */
  skewMs = 0;

  /** @type {EventSource | null} */ #source = null;
  /** @type {AbortController | null} */ #request = null;
  /** @type {any} */ #timer = null;
  #silence = /** @type {any} */ (null);
  #started = 0;
  #failures = 0;
  #polls = 0;
  #closings = 0;
  #heardEver = false;
  /** @type {string | null} */ #cursor = null;

  /**
   * @param {string} url of the stream, without a cursor
   * @param {Handlers} handlers
   * @param {World} [world]
   */
  constructor(url, handlers, world = browser()) {
    this.url = url;
    this.handlers = handlers;
    this.world = world;
    this.#cursor = attempt(() => world.storage?.getItem(this.#key)) ?? null;
    world.document.addEventListener("visibilitychange", this.#onWake);
    world.window.addEventListener("pageshow", this.#onWake);
    world.window.addEventListener("online", this.#onWake);
  }

  /** Starts, or starts afresh from the cursor: for when what we have can't be trusted. */
  connect() {
    this.#hangUp();
    this.#started = this.world.now();
    const source = new this.world.EventSource(this.#address({}));
    this.#source = source;
    this.#timer = this.world.setTimeout(() => this.#poll(), HELLO_TIMEOUT_MS);
    source.addEventListener("hello", (event) => this.#onHello(event));
    source.addEventListener("live", (event) => {
      this.#failures = 0; // not at `hello`: a snapshot that breaks the page must not come at once again
      this.#heard(event);
      this.#to("live", null);
    });
    source.addEventListener("heartbeat", (event) => this.#onHeartbeat(event));
    source.addEventListener("bye", (event) => this.#onBye(event));
    source.onmessage = (event) => this.#onMessage(event);
    source.onerror = () => this.#onError(source);
  }

  /** Ends for good. */
  close() {
    this.#hangUp();
    this.world.document.removeEventListener("visibilitychange", this.#onWake);
    this.world.window.removeEventListener("pageshow", this.#onWake);
    this.world.window.removeEventListener("online", this.#onWake);
  }

  /** Forgets the cursor, so that a snapshot comes first: for a page that holds no state. */
  forget() {
    this.#cursor = null;
    attempt(() => this.world.storage?.removeItem(this.#key));
  }

  /** The server's time, as well as we know it, in milliseconds since 1970. */
  serverNow() {
    return this.world.now() + this.skewMs;
  }

  get #key() {
    return `touchline:cursor:${this.url}`;
  }

  /** @param {Record<string, string>} more query parameters */
  #address(more) {
    const query = new URLSearchParams(more);
    if (this.#cursor) query.set("last_event_id", this.#cursor);
    const text = query.toString();
    return text ? `${this.url}${this.url.includes("?") ? "&" : "?"}${text}` : this.url;
  }

  /** @param {MessageEvent} event */
  #onHello(event) {
    this.world.clearTimeout(this.#timer);
    const { heartbeat_ms, at } = parse(event.data) ?? {};
    if (heartbeat_ms > 0) this.heartbeatMs = heartbeat_ms;
    if (at) this.skewMs = Date.parse(at) - this.world.now();
    this.#polls = 0;
    this.#closings = 0;
    this.#heard(event);
    this.#to("catching-up", null);
  }

  /** @param {MessageEvent} event */
  #onHeartbeat(event) {
    // Frames are late, never early: of several estimates the largest is the best.
    const { at } = parse(event.data) ?? {};
    if (at) this.skewMs = Math.max(this.skewMs, Date.parse(at) - this.world.now());
    this.#heard(event);
  }

  /** @param {MessageEvent} event */
  #onMessage(event) {
    const message = parse(event.data);
    // The cursor moves last: a page that dies with the message half taken is sent it again.
    if (!message || this.#take([message])) this.#heard(event);
  }

  /**
   * Hands messages on. A page that can't take one has a state nobody can vouch for: from afresh.
   * @param {Message[]} messages
   */
  #take(messages) {
    try {
      for (const message of messages) this.handlers.onMessage(message);
      return true;
    } catch (error) {
      console.error("the page could not take a message", error);
      this.forget();
      this.#retry();
      return false;
    }
  }

  /** @param {MessageEvent} event */
  #onBye(event) {
    const why = parse(event.data)?.reason ?? null;
    if (!event.lastEventId.endsWith(".stop")) return; // EventSource comes back after its `retry`
    this.#hangUp(); // and the cursor is not kept: it would stop the next page too
    this.#to("refused", why);
  }

  /** @param {EventSource} source */
  #onError(source) {
    if (source !== this.#source) return;
    this.#lost();
    if (source.readyState !== source.CLOSED) return; // it is coming back by itself
    this.#closings += 1;
    this.#poll(); // says why, and may get through
  }

  /**
   * Asks for messages in short answers, for networks that hold streams back. It also learns what
   * EventSource doesn't tell: the status of a refusal.
   */
  async #poll() {
    this.#hangUp();
    this.#lost();
    const request = new AbortController();
    this.#request = request;
    this.#timer = this.world.setTimeout(() => request.abort(), (POLL_SECONDS + 10) * 1_000);
    const wait = this.#polls ? POLL_SECONDS : 0; // the first answer is for seeing that it works
    try {
      const url = this.#address({ transport: "poll", wait: String(wait) });
      const response = await this.world.fetch(url, { signal: request.signal });
      if (request !== this.#request) return;
      if (response.status === 204 || FINAL.has(response.status)) return this.#refuse(response);
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const page = await response.json();
      if (request !== this.#request) return;
      this.#onPage(page);
    } catch {
      if (request === this.#request) this.#retry();
    }
  }

  /** @param {{ cursor: string | null, messages: Message[] }} page */
  #onPage({ cursor, messages }) {
    if (!this.#take(messages)) return;
    this.#mark(cursor ?? "");
    // It answers, so what closed the stream may be over; polling is for where that won't help.
    if (this.#closings > 0 && this.#closings < CLOSINGS_BEFORE_POLLING) return this.#retry();
    this.#failures = 0;
    this.#polls += 1;
    this.heartbeatMs = POLL_SECONDS * 1_000;
    this.#to("live", null);
    if (this.#polls % POLLS_BEFORE_STREAMING_AGAIN === 0) this.connect();
    else this.#poll();
  }

  /** @param {Response} response */
  #refuse(response) {
    this.#hangUp();
    this.#to("refused", String(response.status));
  }

  #retry() {
    this.#hangUp();
    this.#polls = 0;
    this.#lost();
    const { first, longest } = BACK_OFF_MS;
    const wait = Math.min(longest, first * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    // Half to one and a half: those who fell together don't get up together.
    const ms = wait * (0.5 + this.world.random());
    this.#timer = this.world.setTimeout(() => this.connect(), ms);
  }

  /** After a sleep EventSource may say OPEN for minutes on a dead connection: begin again. */
  #onWake = (/** @type {Event} */ event) => {
    if (this.world.document.visibilityState === "hidden") return;
    if (event.type === "pageshow" && !(/** @type {PageTransitionEvent} */ (event).persisted)) return;
    if (this.world.now() - this.#started < SAME_WAKE_MS) return;
    this.connect();
  };

  /** @param {MessageEvent} event */
  #heard(event) {
    this.#mark(event.lastEventId);
    this.world.clearTimeout(this.#silence);
    const ms = SILENT_HEARTBEATS * this.heartbeatMs;
    this.#silence = this.world.setTimeout(() => this.connect(), ms);
  }

  /** @param {string} cursor */
  #mark(cursor) {
    this.heardAt = this.world.now();
    this.#heardEver = true;
    if (!cursor || cursor === this.#cursor) return;
    this.#cursor = cursor;
    attempt(() => this.world.storage?.setItem(this.#key, cursor));
  }

  #lost() {
    if (this.#polls === 0) this.#to(this.#heardEver ? "stale" : "connecting", null);
  }

  #hangUp() {
    this.world.clearTimeout(this.#timer);
    this.world.clearTimeout(this.#silence);
    this.#source?.close();
    this.#source = null;
    this.#request?.abort();
    this.#request = null;
  }

  /**
   * @param {State} state
   * @param {string | null} why
   */
  #to(state, why) {
    if (state === this.state && state !== "refused") return;
    this.state = state;
    this.handlers.onState?.(state, why);
  }
}

/**
 * @param {string} text
 * @returns {any} nothing for a frame that was cut short on its way
 */
function parse(text) {
  return attempt(() => JSON.parse(text));
}
