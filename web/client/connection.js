// One connection that comes back by itself: after a restart, a tunnel, a sleep or a proxy.
//
// The browser's EventSource reconnects on its own, but gives up for good on any answer but a 200 and
// doesn't notice a connection that died in silence. This adds what is missing and leaves the rest to
// it; where streamed bytes are held back it asks in short answers.

import { ask } from "./ask.js";
import { attempt } from "./world.js";

/** @import { Answer, Batch } from "./ask.js" */
/** @import { Message } from "./wire.js" */
/** @import { Net } from "./world.js" */

/**
 * @typedef {object} Sign of life, with what it says
 * @property {string | null} cursor
 * @property {number} [heartbeatMs]
 * @property {string} [at] the server's clock
 *
 * @typedef {object} Listener
 * @property {(message: Message, cursor: string | null) => void} onMessage
 * @property {(sign: Sign) => void} onSign
 * @property {(phase: "opened" | "live" | "lost") => void} onPhase
 * @property {(why: string, left: { topics?: string[], cursor?: string }) => void} onRefused nothing more is tried
 *
 * @typedef {(cursor: string | null, more: Record<string, string>) => string | Promise<string>} Address
 */

const HELLO_TIMEOUT_MS = 5_000; // longer, and a proxy that buffers keeps the page empty
const SILENT_HEARTBEATS = 3; // a busy server may be one late, a lost packet costs another
const POLL_MS = 15_000; // shorter than the usual proxy's 30 or 60 s
const STREAM_AGAIN_MS = 600_000; // a laptop leaves the office; a proxy that buffers stays for years
const BACK_OFF_MS = { first: 1_000, longest: 30_000 };
const CLOSINGS_BEFORE_POLLING = 3;
const DEAF_BEFORE_POLLING = 2; // hellos that were followed by nothing: what comes after is held back

export class Connection {
  openedAt = -Infinity;
  /** @type {string | null} */ cursor = null;

  /** @type {EventSource | null} */ #source = null;
  /** @type {EventSource | null} */ #probe = null;
  /** @type {AbortController | null} */ #request = null;
  /** @type {any} */ #timer = null;
  /** @type {any} */ #silence = null;
  /** @type {any} */ #probing = null;
  #round = 0;
  #heartbeatMs = 15_000;
  #failures = 0;
  #closings = 0;
  #deaf = 0;
  #heardMore = false;
  #isStale = false;
  #polls = 0;
  #streamAgainAt = 0;

  /**
   * @param {Address} address
   * @param {Listener} listener
   * @param {Net} world
   * @param {boolean} [withCredentials] cookies also go to another site
   */
  constructor(address, listener, world, withCredentials = false) {
    this.address = address;
    this.listener = listener;
    this.world = world;
    this.withCredentials = withCredentials;
  }

  /** Starts, or starts afresh from the cursor. */
  async open() {
    const round = this.close();
    this.openedAt = this.world.now();
    this.#heardMore = false;
    this.#timer = this.world.setTimeout(() => this.#poll(), HELLO_TIMEOUT_MS);
    const url = await this.#url({});
    if (round === this.#round && url) this.#source = this.#listen(url);
  }

  /** Hangs up. What was on its way is not heard any more. */
  close() {
    this.#dropProbe();
    return this.#hangUp();
  }

  /** Tries again after a while that grows. @param {number} [atLeastMs] */
  retry(atLeastMs = 0) {
    this.close();
    this.#polls = 0;
    this.listener.onPhase("lost");
    const { first, longest } = BACK_OFF_MS;
    const wait = Math.min(longest, first * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    // Half to one and a half: those who fell together don't get up together.
    const ms = Math.max(wait, atLeastMs) * (0.5 + this.world.random());
    this.#timer = this.world.setTimeout(() => this.open(), Math.max(ms, atLeastMs));
  }

  /** @param {Record<string, string>} more */
  #url(more) {
    try {
      const url = this.address(this.cursor, more);
      return typeof url === "string" ? url : url.catch(() => null); // the timer tries again
    } catch {
      return null;
    }
  }

  /** @param {string} url */
  #listen(url) {
    const source = new this.world.EventSource(url, { withCredentials: this.withCredentials });
    const on = (/** @type {string} */ name, /** @type {(event: MessageEvent) => void} */ act) =>
      source.addEventListener(name, (event) => source === this.#source && act(event));
    source.addEventListener("hello", (event) => this.#onHello(source, event));
    on("live", (event) => {
      this.#failures = 0; // not at `hello`: a snapshot that breaks the page must not come at once again
      this.#sign(event.lastEventId, {});
      this.listener.onPhase("live");
    });
    on("heartbeat", (event) => {
      this.#heardMore = true;
      this.#onHeartbeat(event.lastEventId, parse(event.data) ?? {});
    });
    on("bye", (event) => this.#onBye(event));
    source.onmessage = (event) => source === this.#source && this.#onMessage(event);
    source.onerror = () => this.#onError(source);
    return source;
  }

  /**
   * @param {EventSource} source
   * @param {MessageEvent} event
   */
  #onHello(source, event) {
    if (source === this.#probe) this.#takeProbe(source);
    if (source !== this.#source) return;
    this.world.clearTimeout(this.#timer);
    this.#polls = 0;
    this.#closings = 0;
    this.#isStale = false;
    const said = parse(event.data) ?? {};
    if (said.heartbeat_ms > 0) this.#heartbeatMs = said.heartbeat_ms;
    this.listener.onPhase("opened");
    this.#sign(event.lastEventId, { ...said, heartbeat_ms: this.#heartbeatMs });
  }

  /**
   * The server lives. But where it says that it can't see what happens, it is as if it were silent.
   * @param {string} cursor
   * @param {{ at?: string, stale_since?: string }} said
   */
  #onHeartbeat(cursor, said) {
    const wasStale = this.#isStale;
    this.#isStale = said.stale_since !== undefined;
    if (this.#isStale) this.#watch();
    else this.#sign(cursor, said);
    if (this.#isStale || wasStale) this.listener.onPhase(this.#isStale ? "lost" : "live");
  }

  /** @param {MessageEvent} event */
  #onMessage(event) {
    const message = parse(event.data);
    if (message?.type !== "snapshot") this.#heardMore = true;
    // The cursor moves last: who dies with the message half taken is sent it again.
    if (message) this.listener.onMessage(message, event.lastEventId || null);
    if (this.#source) this.#sign(event.lastEventId, {}, Boolean(message));
  }

  /** @param {MessageEvent} event */
  #onBye(event) {
    const { reason = "bye", topics, cursor } = parse(event.data) ?? {};
    // Without the stop EventSource comes back after its `retry`, where all of it was not lost.
    if (!event.lastEventId.endsWith(".stop") && !topics) return;
    this.close(); // and the cursor is not kept: it would stop the next page too
    this.listener.onRefused(reason, { topics, cursor });
  }

  /** @param {EventSource} source */
  #onError(source) {
    if (source === this.#probe) return this.#dropProbe();
    if (source !== this.#source) return;
    this.listener.onPhase("lost");
    if (source.readyState !== source.CLOSED) return; // it is coming back by itself
    this.#closings += 1;
    this.#poll(); // says why, and may get through
  }

  async #poll() {
    const { world, withCredentials } = this;
    const round = this.#hangUp();
    if (this.#polls === 0) this.listener.onPhase("lost");
    const request = new AbortController();
    this.#request = request;
    const waitMs = this.#polls ? POLL_MS : 0; // the first answer is for seeing that it works
    if (this.#polls && world.now() >= this.#streamAgainAt) await this.#tryStreaming();
    const url = await this.#url({ transport: "poll", wait: String(waitMs / 1_000) });
    if (round !== this.#round) return;
    const credentials = withCredentials ? "include" : "same-origin";
    const how = /** @type {const} */ ({ waitMs, signal: request.signal, credentials });
    const answer = url ? await ask(world, url, how) : /** @type {Answer} */ ({ kind: "later" });
    if (round === this.#round) this.#onAnswer(answer);
  }

  /** @param {Answer} answer */
  #onAnswer({ kind, batch, why, waitMs }) {
    if (kind === "batch" && batch) return this.#onBatch(batch);
    if (kind === "later") return this.retry(waitMs);
    this.close();
    this.listener.onRefused(why ?? "refused", {});
  }

  /** @param {Batch} batch */
  #onBatch({ cursor, messages }) {
    const round = this.#round;
    if (this.#polls === 0) this.listener.onPhase("opened");
    messages.forEach((message, at) => {
      const last = at === messages.length - 1;
      if (round === this.#round) this.listener.onMessage(message, last ? cursor : null);
    });
    if (round !== this.#round) return; // the listener could not take it
    if (cursor) this.cursor = cursor;
    this.listener.onSign({ cursor, heartbeatMs: POLL_MS });
    // It answers, so what closed the stream may be over; polling is for where that won't help.
    if (this.#closings > 0 && this.#closings < CLOSINGS_BEFORE_POLLING) return this.retry();
    this.#failures = 0;
    if (this.#polls === 0) this.#streamAgainAt = this.world.now() + STREAM_AGAIN_MS;
    this.#polls += 1;
    this.listener.onPhase("live");
    this.#poll();
  }

  #hangUp() {
    this.world.clearTimeout(this.#timer);
    this.world.clearTimeout(this.#silence);
    this.#source?.close();
    this.#request?.abort();
    this.#source = this.#request = null;
    this.#round += 1;
    return this.#round;
  }

  /** Opens a stream beside the polling: nobody waits for what may never speak. */
  async #tryStreaming() {
    this.#streamAgainAt = this.world.now() + STREAM_AGAIN_MS;
    const round = this.#round;
    const url = await this.#url({ padding: "1" }); // some proxies only hold back the first bytes
    if (!url || round !== this.#round) return;
    this.#probing = this.world.setTimeout(() => this.#dropProbe(), HELLO_TIMEOUT_MS);
    this.#probe = this.#listen(url);
  }

  #dropProbe() {
    this.world.clearTimeout(this.#probing);
    this.#probe?.close();
    this.#probe = null;
  }

  /** @param {EventSource} source */
  #takeProbe(source) {
    this.world.clearTimeout(this.#probing);
    this.#probe = null;
    this.#hangUp();
    this.openedAt = this.world.now();
    this.#source = source;
  }

  /**
   * @param {string} cursor
   * @param {{ at?: string, heartbeat_ms?: number }} said
   * @param {boolean} [told] the listener has the cursor already, with its message
   */
  #sign(cursor, { at, heartbeat_ms }, told = false) {
    if (cursor) this.cursor = cursor;
    this.#watch();
    if (!told) this.listener.onSign({ cursor: cursor || null, at, heartbeatMs: heartbeat_ms });
  }

  /** Waits for the next sign of life. */
  #watch() {
    this.world.clearTimeout(this.#silence);
    const ms = SILENT_HEARTBEATS * this.#heartbeatMs;
    this.#silence = this.world.setTimeout(() => this.#onSilence(), ms);
  }

  #onSilence() {
    this.#deaf = this.#heardMore ? 0 : this.#deaf + 1;
    this.listener.onPhase("lost");
    if (this.#deaf < DEAF_BEFORE_POLLING) this.open();
    else this.#poll();
  }
}

/**
 * @param {string} text
 * @returns {any} nothing for a frame that was cut short on its way
 */
function parse(text) {
  return attempt(() => JSON.parse(text));
}
