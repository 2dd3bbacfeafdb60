// An event-stream connection that recovers from restarts, network loss, sleep and buffering proxies.
//
// The browser's EventSource reconnects on its own, but gives up on any status but 200 and doesn't
// notice a dead connection. This class adds both and leaves the rest to EventSource; where a proxy
// buffers the stream, it long-polls.

import { pollOnce } from "./poll.js";
import { tryOrUndefined } from "./environment.js";

/** @import { PollResult, MessageBatch } from "./poll.js" */
/** @import { Message } from "./message-types.js" */
/** @import { NetworkEnvironment } from "./environment.js" */

/**
 * @typedef {object} LivenessSignal a frame that shows that the connection is alive
 * @property {string | null} cursor
 * @property {number} [heartbeatMs]
 * @property {string} [serverTime] the server's clock
 *
 * @typedef {object} ConnectionListener
 * @property {(message: Message, cursor: string | null) => void} onMessage
 * @property {(signal: LivenessSignal) => void} onLivenessSignal
 * @property {(phase: "opened" | "live" | "lost") => void} onPhase
 * @property {(reason: string, remaining: { topics?: string[], cursor?: string }) => void} onRefused the connection is closed for good
 *
 * @typedef {(cursor: string | null, parameters: Record<string, string>) => string | Promise<string>} UrlBuilder
 */

const HELLO_TIMEOUT_MS = 5_000; // a longer wait behind a buffering proxy would leave the page empty
const MAX_MISSED_HEARTBEATS = 3; // a busy server may send one late, a lost packet costs another
const POLL_WAIT_MS = 15_000; // below the usual proxy timeout of 30 or 60 s
const STREAM_PROBE_INTERVAL_MS = 600_000; // a laptop may leave the network with the buffering proxy, or stay in it for years
const BACKOFF_MS = { min: 1_000, max: 30_000 };
const CLOSES_BEFORE_POLLING = 3;
const SILENT_OPENS_BEFORE_POLLING = 2; // a `hello` with nothing after it shows that a proxy buffers what follows

export class Connection {
  openedAt = -Infinity;
  /** @type {string | null} */ cursor = null;

  /** @type {EventSource | null} */ #eventSource = null;
  /** @type {EventSource | null} */ #probeSource = null;
  /** @type {AbortController | null} */ #pollRequest = null;
  /** @type {any} */ #openTimer = null;
  /** @type {any} */ #silenceTimer = null;
  /** @type {any} */ #probeTimer = null;
  #generation = 0;
  #heartbeatMs = 15_000;
  #failedAttempts = 0;
  #closesInARow = 0;
  #silentOpens = 0;
  #receivedSinceHello = false;
  #isStale = false;
  #successfulPolls = 0;
  #nextProbeAt = 0;

  /**
   * @param {UrlBuilder} buildUrl
   * @param {ConnectionListener} listener
   * @param {NetworkEnvironment} environment
   * @param {boolean} [withCredentials] send cookies to another site
   */
  constructor(buildUrl, listener, environment, withCredentials = false) {
    this.buildUrl = buildUrl;
    this.listener = listener;
    this.environment = environment;
    this.withCredentials = withCredentials;
  }

  /** Opens or reopens the connection at the cursor. */
  async open() {
    const generation = this.close();
    this.openedAt = this.environment.now();
    this.#receivedSinceHello = false;
    this.#openTimer = this.environment.setTimeout(() => this.#poll(), HELLO_TIMEOUT_MS);
    const url = await this.#buildUrl({});
    if (generation === this.#generation && url) this.#eventSource = this.#openEventSource(url);
  }

  /** Closes the connection; events in flight are dropped. */
  close() {
    this.#dropProbe();
    return this.#closeCurrent();
  }

  /** Reconnects after an exponential back-off. @param {number} [atLeastMs] */
  scheduleReconnect(atLeastMs = 0) {
    this.close();
    this.#successfulPolls = 0;
    this.listener.onPhase("lost");
    const { min, max } = BACKOFF_MS;
    const backoffMs = Math.min(max, min * 2 ** Math.min(this.#failedAttempts, 16));
    this.#failedAttempts += 1;
    // Jitter of 0.5 to 1.5, so that clients that failed together don't reconnect together.
    const delayMs = Math.max(backoffMs, atLeastMs) * (0.5 + this.environment.random());
    this.#openTimer = this.environment.setTimeout(() => this.open(), Math.max(delayMs, atLeastMs));
  }

  /** @param {Record<string, string>} parameters */
  #buildUrl(parameters) {
    try {
      const url = this.buildUrl(this.cursor, parameters);
      return typeof url === "string" ? url : url.catch(() => null); // the timer retries
    } catch {
      return null;
    }
  }

  /** @param {string} url */
  #openEventSource(url) {
    const source = new this.environment.EventSource(url, { withCredentials: this.withCredentials });
    const addHandler = (/** @type {string} */ name, /** @type {(event: MessageEvent) => void} */ handler) =>
      source.addEventListener(name, (event) => source === this.#eventSource && handler(event));
    source.addEventListener("hello", (event) => this.#onHello(source, event));
    addHandler("live", (event) => {
      this.#failedAttempts = 0; // not at `hello`: a snapshot that breaks the page must not be fetched again at once
      this.#signalLiveness(event.lastEventId, {});
      this.listener.onPhase("live");
    });
    addHandler("heartbeat", (event) => {
      this.#receivedSinceHello = true;
      this.#onHeartbeat(event.lastEventId, parseJsonOrUndefined(event.data) ?? {});
    });
    addHandler("bye", (event) => this.#onBye(event));
    source.onmessage = (event) => source === this.#eventSource && this.#onMessage(event);
    source.onerror = () => this.#onError(source);
    return source;
  }

  /**
   * @param {EventSource} source
   * @param {MessageEvent} event
   */
  #onHello(source, event) {
    if (source === this.#probeSource) this.#adoptProbe(source);
    if (source !== this.#eventSource) return;
    this.environment.clearTimeout(this.#openTimer);
    this.#successfulPolls = 0;
    this.#closesInARow = 0;
    this.#isStale = false;
    const data = parseJsonOrUndefined(event.data) ?? {};
    if (data.heartbeat_ms > 0) this.#heartbeatMs = data.heartbeat_ms;
    this.listener.onPhase("opened");
    this.#signalLiveness(event.lastEventId, { ...data, heartbeat_ms: this.#heartbeatMs });
  }

  /**
   * A server that reports itself stale is treated as a lost connection, though the stream stays open.
   * @param {string} cursor
   * @param {{ at?: string, stale_since?: string }} data
   */
  #onHeartbeat(cursor, data) {
    const wasStale = this.#isStale;
    this.#isStale = data.stale_since !== undefined;
    if (this.#isStale) this.#restartSilenceTimer();
    else this.#signalLiveness(cursor, data);
    if (this.#isStale || wasStale) this.listener.onPhase(this.#isStale ? "lost" : "live");
  }

  /** @param {MessageEvent} event */
  #onMessage(event) {
    const message = parseJsonOrUndefined(event.data);
    if (message?.type !== "snapshot") this.#receivedSinceHello = true;
    // The cursor moves last, so that a page that dies while handling the message receives it again.
    if (message) this.listener.onMessage(message, event.lastEventId || null);
    if (this.#eventSource) this.#signalLiveness(event.lastEventId, {}, Boolean(message));
  }

  /** @param {MessageEvent} event */
  #onBye(event) {
    const { reason = "bye", topics } = parseJsonOrUndefined(event.data) ?? {};
    // Unless its cursor stops topics, EventSource reconnects by itself after its `retry`.
    if (!/-stop(\.|$)/.test(event.lastEventId)) return;
    this.close(); // the cursor is not stored: it would stop the next page too
    this.listener.onRefused(reason, { topics, cursor: topics && event.lastEventId });
  }

  /** @param {EventSource} source */
  #onError(source) {
    if (source === this.#probeSource) return this.#dropProbe();
    if (source !== this.#eventSource) return;
    this.listener.onPhase("lost");
    if (source.readyState !== source.CLOSED) return; // EventSource reconnects by itself
    this.#closesInARow += 1;
    this.#poll(); // the poll tells the status, and may succeed
  }

  async #poll() {
    const { environment, withCredentials } = this;
    const generation = this.#closeCurrent();
    if (this.#successfulPolls === 0) this.listener.onPhase("lost");
    const request = new AbortController();
    this.#pollRequest = request;
    const waitMs = this.#successfulPolls ? POLL_WAIT_MS : 0; // the first poll returns at once and shows whether polling works
    if (this.#successfulPolls && environment.now() >= this.#nextProbeAt) await this.#probeStreaming();
    const url = await this.#buildUrl({ transport: "poll", wait: String(waitMs / 1_000) });
    if (generation !== this.#generation) return;
    const credentials = withCredentials ? "include" : "same-origin";
    const options = /** @type {const} */ ({ waitMs, signal: request.signal, credentials });
    const result = url ? await pollOnce(environment, url, options) : /** @type {PollResult} */ ({ kind: "later" });
    if (generation === this.#generation) this.#onPollResult(result);
  }

  /** @param {PollResult} answer */
  #onPollResult({ kind, batch, status, retryAfterMs }) {
    if (kind === "batch" && batch) return this.#onBatch(batch);
    if (kind === "later") return this.scheduleReconnect(retryAfterMs);
    this.close();
    this.listener.onRefused(status ?? "refused", {});
  }

  /** @param {MessageBatch} batch */
  #onBatch({ cursor, messages }) {
    const generation = this.#generation;
    if (this.#successfulPolls === 0) this.listener.onPhase("opened");
    messages.forEach((message, index) => {
      const last = index === messages.length - 1;
      if (generation === this.#generation) this.listener.onMessage(message, last ? cursor : null);
    });
    if (generation !== this.#generation) return; // the listener could not handle the message
    if (cursor) this.cursor = cursor;
    this.listener.onLivenessSignal({ cursor, heartbeatMs: POLL_WAIT_MS });
    // The server answers, so the stream may work again; polling is for networks where it keeps failing.
    if (this.#closesInARow > 0 && this.#closesInARow < CLOSES_BEFORE_POLLING) return this.scheduleReconnect();
    this.#failedAttempts = 0;
    if (this.#successfulPolls === 0) this.#nextProbeAt = this.environment.now() + STREAM_PROBE_INTERVAL_MS;
    this.#successfulPolls += 1;
    this.listener.onPhase("live");
    this.#poll();
  }

  #closeCurrent() {
    this.environment.clearTimeout(this.#openTimer);
    this.environment.clearTimeout(this.#silenceTimer);
    this.#eventSource?.close();
    this.#pollRequest?.abort();
    this.#eventSource = this.#pollRequest = null;
    this.#generation += 1;
    return this.#generation;
  }

  /** Opens a stream beside the polling, which goes on until the stream proves to work. */
  async #probeStreaming() {
    this.#nextProbeAt = this.environment.now() + STREAM_PROBE_INTERVAL_MS;
    const generation = this.#generation;
    const url = await this.#buildUrl({ padding: "1" }); // some proxies buffer only the first bytes
    if (!url || generation !== this.#generation) return;
    this.#probeTimer = this.environment.setTimeout(() => this.#dropProbe(), HELLO_TIMEOUT_MS);
    this.#probeSource = this.#openEventSource(url);
  }

  #dropProbe() {
    this.environment.clearTimeout(this.#probeTimer);
    this.#probeSource?.close();
    this.#probeSource = null;
  }

  /** @param {EventSource} source */
  #adoptProbe(source) {
    this.environment.clearTimeout(this.#probeTimer);
    this.#probeSource = null;
    this.#closeCurrent();
    this.openedAt = this.environment.now();
    this.#eventSource = source;
  }

  /**
   * @param {string} cursor
   * @param {{ at?: string, heartbeat_ms?: number }} data
   * @param {boolean} [isAlreadyDelivered] the listener already received the cursor with its message
   */
  #signalLiveness(cursor, { at, heartbeat_ms }, isAlreadyDelivered = false) {
    if (cursor) this.cursor = cursor;
    this.#restartSilenceTimer();
    if (!isAlreadyDelivered) this.listener.onLivenessSignal({ cursor: cursor || null, serverTime: at, heartbeatMs: heartbeat_ms });
  }

  /** Waits for the next sign of life. */
  #restartSilenceTimer() {
    this.environment.clearTimeout(this.#silenceTimer);
    const ms = MAX_MISSED_HEARTBEATS * this.#heartbeatMs;
    this.#silenceTimer = this.environment.setTimeout(() => this.#onSilence(), ms);
  }

  #onSilence() {
    this.#silentOpens = this.#receivedSinceHello ? 0 : this.#silentOpens + 1;
    this.listener.onPhase("lost");
    if (this.#silentOpens < SILENT_OPENS_BEFORE_POLLING) this.open();
    else this.#poll();
  }
}

/**
 * @param {string} text
 * @returns {any} undefined for a frame that was cut off
 */
function parseJsonOrUndefined(text) {
  return tryOrUndefined(() => JSON.parse(text));
}
