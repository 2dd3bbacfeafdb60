// A scorer's outbox: each command reaches the server once, in order, despite network failures.
//
// A command is stored before it is sent, and until the server has settled it, so that a closed tab, a
// crash or a dead network loses none; its `client_id` is its idempotency key, so that sending it twice
// is harmless (docs/client.md).

import { retryAfterMs } from "./poll.js";
import { IndexedDbStorage } from "./indexed-db-storage.js";
import { FallbackStorage } from "./fallback-storage.js";
import { withTabLock } from "./tab-lock.js";
import { tryOrUndefined, browserEnvironment, randomId } from "./environment.js";

/** @import { EntryStorage, OutboxEntry } from "./indexed-db-storage.js" */
/** @import { BrowserEnvironment } from "./environment.js" */

/**
 * `empty` all is settled, `sending`, `waiting` for the network or the server, `signed-out` until
 * somebody signs in.
 * @typedef {"empty" | "sending" | "waiting" | "signed-out"} OutboxState
 *
 * @typedef {object} OutboxOptions
 * @property {string} [base] the server's address; empty for the page's own site
 * @property {string} [scorer] whose commands these are; those of other scorers on this device are left alone
 * @property {() => Promise<Record<string, string>>} [headers] such as `Authorization`, if there is no cookie
 * @property {(outbox: Outbox) => void} [onChange]
 * @property {(entry: OutboxEntry, result: any, cursor: string | null) => void} [onSettled] accepted by the server; a stream past `cursor` includes its effect, null if there is none
 * @property {(entry: OutboxEntry, problem: any) => void} [onRefused] the server has refused the entry, which is kept and can be shown
 * @property {BrowserEnvironment} [environment]
 * @property {EntryStorage | null} [storage]
 */

const MAX_BATCH_SIZE = 50; // an over and its corrections; cheap to repeat if it fails halfway
const SEND_TIMEOUT_MS = 10_000;
const RETRY_DELAY_MS = { min: 2_000, max: 4_000 }; // so that it sends within five seconds after the network is back
const SIGNED_OUT_RETRY_MS = 30_000; // another tab may have signed in
const RETRYABLE_STATUSES = new Set([401, 408, 425, 429]);
const TOO_LARGE_STATUSES = new Set([413, 414, 431]); // proxies send these too

export class Outbox {
  /** @type {OutboxState} */ state = "empty";
  /** Unsettled entries, oldest first: waiting and refused. @type {OutboxEntry[]} */ entries = [];

  #flushTimer = /** @type {any} */ (null);
  #earliestSendAt = 0;
  #batchSize = MAX_BATCH_SIZE;
  #isFlushing = false;
  #isFlushRequested = false;
  #hasNetworkChanged = false;
  #isClosed = false;
  /** @type {AbortController | null} */ #request = null;
  /** @type {Promise<unknown>} entries are stored one after the other */ #lastAdd = Promise.resolve();

  /**
   * @param {number | string} matchId
   * @param {OutboxOptions} [options]
   */
  constructor(matchId, options = {}) {
    const { environment = browserEnvironment(), base = "", scorer = "" } = options;
    this.environment = environment;
    this.options = options;
    this.url = `${base}/api/matches/${matchId}/sync`;
    this.scope = `${base} ${matchId} ${scorer}`;
    const factory = tryOrUndefined(() => globalThis.indexedDB); // some browsers throw on access
    const diskStorage = options.storage === undefined ? factory && new IndexedDbStorage(factory) : options.storage;
    this.storage = new FallbackStorage(diskStorage ?? null, environment);
    this.channel = tryOrUndefined(() => environment.sharing?.openChannel?.("touchline outbox"));
    if (this.channel) this.channel.onmessage = ({ data }) => data === this.scope && this.#onOtherTabChange();
    environment.window.addEventListener("online", this.#onWake);
    environment.window.addEventListener("pageshow", this.#onWake);
    environment.document.addEventListener("visibilitychange", this.#onWake);
    this.flush(); // sends what a closed tab left behind
  }

  /** `memory` if entries would be lost with the tab; `storage.failureReason` says why. */
  get storageKind() {
    return this.storage.activeStorage;
  }

  /**
   * Records a command and sends it after the earlier ones. Resolves once it is stored.
   * @param {string} action such as `incidents`, `incidents/21`, `balls`, `start`
   * @param {any} [body]
   * @param {{ method?: string, occurredAt?: string }} [options]
   */
  add(action, body = {}, { method = "POST", occurredAt } = {}) {
    const occurred_at = occurredAt ?? new Date(this.environment.now()).toISOString();
    const { scope } = this;
    const stored = this.#lastAdd.then(() =>
      this.storage.add({ scope, client_id: randomId(), occurred_at, method, action, body, state: "waiting" }),
    );
    this.#lastAdd = stored.then(() => this.#notifyChange());
    this.#lastAdd.then(() => this.flush());
    return stored;
  }

  /**
   * Sends a refused command again in its old place, under a new key: the server remembers the refusal.
   * @param {string} clientId
   */
  async retry(clientId) {
    const entry = this.#findRefusedEntry(clientId);
    if (!entry) return;
    const { problem: _, ...rest } = entry;
    await this.storage.replace({ ...rest, client_id: randomId(), state: "waiting" });
    await this.#notifyChange();
    this.flush();
  }

  /** Deletes a refused command. @param {string} clientId */
  async discard(clientId) {
    const entry = this.#findRefusedEntry(clientId);
    if (entry) await this.storage.remove(entry.number);
    await this.#notifyChange();
  }

  /** Sends again after somebody signed in. */
  resumeAfterSignIn() {
    this.#earliestSendAt = 0;
    this.flush();
  }

  close() {
    this.#isClosed = true;
    this.environment.clearTimeout(this.#flushTimer);
    this.#request?.abort();
    this.channel?.close();
    this.environment.window.removeEventListener("online", this.#onWake);
    this.environment.window.removeEventListener("pageshow", this.#onWake);
    this.environment.document.removeEventListener("visibilitychange", this.#onWake);
  }

  /** Sends waiting entries, unless the server asked to wait. */
  async flush() {
    this.#isFlushRequested = true;
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    while (this.#isFlushRequested && !this.#isClosed) {
      this.#isFlushRequested = false;
      await this.#reloadEntries();
      const waitMs = this.#earliestSendAt - this.environment.now();
      if (this.#waitingEntries().length === 0) this.#setState("empty");
      else if (waitMs > 0) this.#scheduleFlush(waitMs);
      else await withTabLock(this.environment, `touchline outbox ${this.scope}`, () => this.#sendAll());
    }
    this.#isFlushing = false;
  }

  /** @param {string} clientId */
  #findRefusedEntry(clientId) {
    return this.entries.find((entry) => entry.client_id === clientId && entry.state === "refused");
  }

  #waitingEntries() {
    return this.entries.filter(({ state }) => state === "waiting");
  }

  async #sendAll() {
    this.#batchSize = MAX_BATCH_SIZE;
    for (;;) {
      await this.#reloadEntries(); // another tab may have sent them already
      const batch = this.#waitingEntries().slice(0, this.#batchSize);
      if (batch.length === 0 || this.#isClosed) return this.#setState("empty");
      this.#setState("sending");
      if (!(await this.#send(batch))) return;
    }
  }

  /**
   * @param {OutboxEntry[]} batch
   * @returns {Promise<boolean>} whether to continue with the next batch
   */
  async #send(batch) {
    const response = await this.#postBatch(batch);
    if (this.#isClosed) return false;
    if (!response) return this.#backOff("waiting", 0);
    const { status } = response;
    const body = await response.json().catch(() => null);
    if (status === 401) return this.#backOff("signed-out", SIGNED_OUT_RETRY_MS);
    if (response.ok && Array.isArray(body?.items)) return this.#applyResults(batch, body.items, response);
    const isProblem = response.headers.get("Content-Type")?.startsWith("application/problem+json");
    const isFinal = status >= 400 && status < 500 && !RETRYABLE_STATUSES.has(status);
    // A captive portal's sign-in page is not the server's answer, whatever its status.
    if (!isFinal || !(isProblem || TOO_LARGE_STATUSES.has(status))) return this.#backOff("waiting", retryAfterMs(response, this.environment.now()));
    if (batch.length === 1) await this.#refuse(batch[0], body ?? { status, title: response.statusText });
    this.#batchSize = 1; // to find out which entry is too large
    return true;
  }

  /** @param {OutboxEntry[]} batch */
  async #postBatch(batch) {
    const request = new AbortController();
    this.#request = request;
    const timer = this.environment.setTimeout(() => request.abort(), SEND_TIMEOUT_MS);
    const commands = batch.map(({ client_id, occurred_at, method, action, body }) => ({ client_id, occurred_at, method, action, body }));
    try {
      const headers = { "Content-Type": "application/json", ...(await this.options.headers?.()) };
      const credentials = this.options.base ? "include" : "same-origin";
      const body = JSON.stringify(commands);
      return await this.environment.fetch(this.url, { method: "POST", headers, body, credentials, signal: request.signal });
    } catch {
      return null; // no network, or a time-out
    } finally {
      this.environment.clearTimeout(timer);
      this.#request = null;
    }
  }

  /**
   * @param {OutboxEntry[]} batch
   * @param {any[]} items one per entry, matched by its key
   * @param {Response} response
   */
  async #applyResults(batch, items, response) {
    let canContinue = true;
    for (const entry of batch) {
      const item = items.find(({ client_id }) => client_id === entry.client_id);
      const status = item?.problem?.status ?? 0;
      if (item?.status === "applied" || item?.status === "duplicate") {
        await this.storage.remove(entry.number);
        tryOrUndefined(() => this.options.onSettled?.(entry, item.answer, item.cursor ?? null));
      } else if (item?.status === "rejected" && status < 500 && !RETRYABLE_STATUSES.has(status)) {
        await this.#refuse(entry, item.problem);
      } else {
        canContinue = false;
      }
    }
    await this.#notifyChange();
    return canContinue || this.#backOff("waiting", retryAfterMs(response, this.environment.now()));
  }

  /**
   * @param {OutboxEntry} entry
   * @param {any} problem
   */
  async #refuse(entry, problem) {
    const refused = /** @type {OutboxEntry} */ ({ ...entry, state: "refused", problem });
    await this.storage.replace(refused);
    tryOrUndefined(() => this.options.onRefused?.(refused, problem));
    await this.#notifyChange();
  }

  /**
   * @param {OutboxState} state
   * @param {number} serverDelayMs from `Retry-After`
   */
  #backOff(state, serverDelayMs) {
    const { min, max } = RETRY_DELAY_MS;
    if (serverDelayMs > 0) this.#earliestSendAt = this.environment.now() + serverDelayMs;
    this.#isFlushRequested = this.#hasNetworkChanged; // other wake-ups during the attempt would fail the same way
    this.#hasNetworkChanged = false;
    this.#setState(state);
    this.#scheduleFlush(Math.max(serverDelayMs, min + (max - min) * this.environment.random()));
    return false;
  }

  /** @param {number} delayMs */
  #scheduleFlush(delayMs) {
    this.environment.clearTimeout(this.#flushTimer);
    this.#flushTimer = this.environment.setTimeout(() => this.flush(), delayMs);
  }

  #onWake = (/** @type {Event} */ event) => {
    if (this.environment.document.visibilityState === "hidden") return;
    this.#hasNetworkChanged = event.type === "online" && this.#request !== null;
    if (this.#hasNetworkChanged) this.#request?.abort(); // the request went into the old network
    if (this.state === "signed-out") this.#earliestSendAt = 0;
    this.flush();
  };

  /** Another tab has recorded or settled an entry. */
  async #onOtherTabChange() {
    await this.#reloadEntries();
    tryOrUndefined(() => this.options.onChange?.(this));
    this.flush();
  }

  async #reloadEntries() {
    this.entries = await this.storage.oldestFirst(this.scope);
  }

  /** Notifies the page and the scorer's other tabs. */
  async #notifyChange() {
    await this.#reloadEntries();
    if (!this.#isClosed) tryOrUndefined(() => this.channel?.postMessage(this.scope));
    tryOrUndefined(() => this.options.onChange?.(this));
  }

  /** @param {OutboxState} state */
  #setState(state) {
    if (state === this.state) return;
    this.state = state;
    tryOrUndefined(() => this.options.onChange?.(this));
  }
}
