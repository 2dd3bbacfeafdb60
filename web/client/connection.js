// One connection that comes back by itself: after a restart, a tunnel, a sleep or a proxy.
//
// The browser's EventSource reconnects on its own, but gives up for good on any answer but a 200 and
// doesn't notice a connection that died in silence. This adds what is missing and leaves the rest to
// it; where streamed bytes are held back it asks in short answers.

import { pollOnce } from "./poll.js";
import { tryOrUndefined } from "./environment.js";

/** @import { PollResult, MessageBatch } from "./poll.js" */
/** @import { Message } from "./message-types.js" */
/** @import { NetworkEnvironment } from "./environment.js" */

/**
 * @typedef {object} LivenessSignal of life, with what it says
 * @property {string | null} cursor
 * @property {number} [heartbeatMs]
 * @property {string} [serverTime] the server's clock
 *
 * @typedef {object} ConnectionListener
 * @property {(message: Message, cursor: string | null) => void} onMessage
 * @property {(signal: LivenessSignal) => void} onLivenessSignal
 * @property {(phase: "opened" | "live" | "lost") => void} onPhase
 * @property {(reason: string, remaining: { topics?: string[], cursor?: string }) => void} onRefused nothing more is tried
 *
 * @typedef {(cursor: string | null, parameters: Record<string, string>) => string | Promise<string>} UrlBuilder
 */

const HELLO_TIMEOUT_MS = 5_000; // longer, and a proxy that buffers keeps the page empty
const MAX_MISSED_HEARTBEATS = 3; // a busy server may be one late, a lost packet costs another
const POLL_WAIT_MS = 15_000; // shorter than the usual proxy's 30 or 60 s
const STREAM_PROBE_INTERVAL_MS = 600_000; // a laptop leaves the office; a proxy that buffers stays for years
const BACKOFF_MS = { min: 1_000, max: 30_000 };
const CLOSES_BEFORE_POLLING = 3;
const SILENT_OPENS_BEFORE_POLLING = 2; // hellos that were followed by nothing: what comes after is held back

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
   * @param {boolean} [withCredentials] cookies also go to another site
   */
  constructor(buildUrl, listener, environment, withCredentials = false) {
    this.buildUrl = buildUrl;
    this.listener = listener;
    this.environment = environment;
    this.withCredentials = withCredentials;
  }

  /** Starts, or starts afresh from the cursor. */
  async open() {
    const generation = this.close();
    this.openedAt = this.environment.now();
    this.#receivedSinceHello = false;
    this.#openTimer = this.environment.setTimeout(() => this.#poll(), HELLO_TIMEOUT_MS);
    const url = await this.#buildUrl({});
    if (generation === this.#generation && url) this.#eventSource = this.#openEventSource(url);
  }

  /** Hangs up. What was on its way is not heard any more. */
  close() {
    this.#dropProbe();
    return this.#closeCurrent();
  }

  /** Tries again after a while that grows. @param {number} [atLeastMs] */
  scheduleReconnect(atLeastMs = 0) {
    this.close();
    this.#successfulPolls = 0;
    this.listener.onPhase("lost");
    const { min, max } = BACKOFF_MS;
    const backoffMs = Math.min(max, min * 2 ** Math.min(this.#failedAttempts, 16));
    this.#failedAttempts += 1;
    // Half to one and a half: those who fell together don't get up together.
    const delayMs = Math.max(backoffMs, atLeastMs) * (0.5 + this.environment.random());
    this.#openTimer = this.environment.setTimeout(() => this.open(), Math.max(delayMs, atLeastMs));
  }

  /** @param {Record<string, string>} parameters */
  #buildUrl(parameters) {
    try {
      const url = this.buildUrl(this.cursor, parameters);
      return typeof url === "string" ? url : url.catch(() => null); // the timer tries again
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
      this.#failedAttempts = 0; // not at `hello`: a snapshot that breaks the page must not come at once again
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
   * The server lives. But where it says that it can't see what happens, it is as if it were silent.
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
    // The cursor moves last: who dies with the message half taken is sent it again.
    if (message) this.listener.onMessage(message, event.lastEventId || null);
    if (this.#eventSource) this.#signalLiveness(event.lastEventId, {}, Boolean(message));
  }

  /** @param {MessageEvent} event */
  #onBye(event) {
    const { reason = "bye", topics, cursor } = parseJsonOrUndefined(event.data) ?? {};
    // Without the stop EventSource comes back after its `retry`, where all of it was not lost.
    if (!event.lastEventId.endsWith(".stop") && !topics) return;
    this.close(); // and the cursor is not kept: it would stop the next page too
    this.listener.onRefused(reason, { topics, cursor });
  }

  /** @param {EventSource} source */
  #onError(source) {
    if (source === this.#probeSource) return this.#dropProbe();
    if (source !== this.#eventSource) return;
    this.listener.onPhase("lost");
    if (source.readyState !== source.CLOSED) return; // it is coming back by itself
    this.#closesInARow += 1;
    this.#poll(); // says why, and may get through
  }

  async #poll() {
    const { environment, withCredentials } = this;
    const generation = this.#closeCurrent();
    if (this.#successfulPolls === 0) this.listener.onPhase("lost");
    const request = new AbortController();
    this.#pollRequest = request;
    const waitMs = this.#successfulPolls ? POLL_WAIT_MS : 0; // the first answer is for seeing that it works
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
    messages.forEach((message, at) => {
      const last = at === messages.length - 1;
      if (generation === this.#generation) this.listener.onMessage(message, last ? cursor : null);
    });
    if (generation !== this.#generation) return; // the listener could not take it
    if (cursor) this.cursor = cursor;
    this.listener.onLivenessSignal({ cursor, heartbeatMs: POLL_WAIT_MS });
    // It answers, so what closed the stream may be over; polling is for where that won't help.
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

  /** Opens a stream beside the polling: nobody waits for what may never speak. */
  async #probeStreaming() {
    this.#nextProbeAt = this.environment.now() + STREAM_PROBE_INTERVAL_MS;
    const generation = this.#generation;
    const url = await this.#buildUrl({ padding: "1" }); // some proxies only hold back the first bytes
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
   * @param {{ at?: string, heartbeat_ms?: number }} said
   * @param {boolean} [isAlreadyDelivered] the listener has the cursor already, with its message
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
 * @returns {any} nothing for a frame that was cut short on its way
 */
function parseJsonOrUndefined(text) {
  return tryOrUndefined(() => JSON.parse(text));
}
