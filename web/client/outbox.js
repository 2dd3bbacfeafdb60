// A scorer's outbox: each command reaches the server once, in order, whatever the network does.
//
// A command is kept before it is sent and until the server has settled it, so that a closed tab, a
// crash or a dead network loses none; its `client_id` is its idempotency key, so that sending it twice
// does no harm (docs/client.md).

import { retryAfter } from "./ask.js";
import { DiskEntries } from "./entries.js";
import { Keeper } from "./keeper.js";
import { inTurn } from "./turn.js";
import { attempt, browser, uniqueId } from "./world.js";

/** @import { Entries, Entry } from "./entries.js" */
/** @import { World } from "./world.js" */

/**
 * `empty` all is settled, `sending`, `waiting` for the network or the server, `signed-out` until
 * somebody signs in.
 * @typedef {"empty" | "sending" | "waiting" | "signed-out"} State
 *
 * @typedef {object} Options
 * @property {string} [base] where the server is; empty for the page's own site
 * @property {string} [who] the scorer: what another recorded on this device is left to them
 * @property {() => Promise<Record<string, string>>} [headers] as `Authorization`, where there is no cookie
 * @property {(outbox: Outbox) => void} [onChange]
 * @property {(entry: Entry, answer: any, cursor: string | null) => void} [onSettled] the server has taken it; a stream that has reached the cursor has what it did, and without one it told nothing
 * @property {(entry: Entry, problem: any) => void} [onRefused] it won't; the entry is kept, to be shown
 * @property {World} [world]
 * @property {Entries | null} [entries]
 */

const AT_ONCE = 50; // an over and its corrections; one that fails halfway is cheap to repeat
const SEND_TIMEOUT_MS = 10_000;
const AGAIN_MS = { least: 2_000, most: 4_000 }; // within five seconds of coming back
const SIGNED_OUT_MS = 30_000; // another tab may have signed in
const TRY_LATER = new Set([401, 408, 425, 429]);
const TOO_BIG = new Set([413, 414, 431]); // also said by what stands before the server

export class Outbox {
  /** @type {State} */ state = "empty";
  /** All that is not settled, oldest first: waiting and refused. @type {Entry[]} */ entries = [];

  #timer = /** @type {any} */ (null);
  #notBefore = 0;
  #atOnce = AT_ONCE;
  #isFlushing = false;
  #isAskedAgain = false;
  #isNewNetwork = false;
  #isClosed = false;
  /** @type {AbortController | null} */ #request = null;
  /** @type {Promise<unknown>} entries are kept one after the other */ #kept = Promise.resolve();

  /**
   * @param {number | string} matchId
   * @param {Options} [options]
   */
  constructor(matchId, options = {}) {
    const { world = browser(), base = "", who = "" } = options;
    this.world = world;
    this.options = options;
    this.url = `${base}/api/matches/${matchId}/sync`;
    this.scope = `${base} ${matchId} ${who}`;
    const factory = attempt(() => globalThis.indexedDB); // some browsers throw at the mention
    const disk = options.entries === undefined ? factory && new DiskEntries(factory) : options.entries;
    this.keeper = new Keeper(disk ?? null, world);
    this.channel = attempt(() => world.shared?.channel?.("touchline outbox"));
    if (this.channel) this.channel.onmessage = ({ data }) => data === this.scope && this.#onNews();
    world.window.addEventListener("online", this.#onWake);
    world.window.addEventListener("pageshow", this.#onWake);
    world.document.addEventListener("visibilitychange", this.#onWake);
    this.flush(); // what a tab that was closed left behind
  }

  /** `memory` where entries would be lost with the tab; `keeper.why` says why. */
  get keeping() {
    return this.keeper.place;
  }

  /**
   * Records a command, and sends it after those before it. Resolves once it is kept.
   * @param {string} action as `incidents`, `incidents/21`, `balls`, `start`
   * @param {any} [body]
   * @param {{ method?: string, occurredAt?: string }} [how]
   */
  add(action, body = {}, { method = "POST", occurredAt } = {}) {
    const occurred_at = occurredAt ?? new Date(this.world.now()).toISOString();
    const { scope } = this;
    const kept = this.#kept.then(() =>
      this.keeper.add({ scope, client_id: uniqueId(), occurred_at, method, action, body, state: "waiting" }),
    );
    this.#kept = kept.then(() => this.#changed());
    this.#kept.then(() => this.flush());
    return kept;
  }

  /**
   * Sends a refused command again, in its old place; under a new key, since its refusal is remembered.
   * @param {string} clientId
   */
  async retry(clientId) {
    const entry = this.#find(clientId);
    if (!entry) return;
    const { problem: _, ...rest } = entry;
    await this.keeper.replace({ ...rest, client_id: uniqueId(), state: "waiting" });
    await this.#changed();
    this.flush();
  }

  /** Throws a refused command away. @param {string} clientId */
  async discard(clientId) {
    const entry = this.#find(clientId);
    if (entry) await this.keeper.remove(entry.number);
    await this.#changed();
  }

  /** Goes on after somebody signed in. */
  signedIn() {
    this.#notBefore = 0;
    this.flush();
  }

  close() {
    this.#isClosed = true;
    this.world.clearTimeout(this.#timer);
    this.#request?.abort();
    this.channel?.close();
    this.world.window.removeEventListener("online", this.#onWake);
    this.world.window.removeEventListener("pageshow", this.#onWake);
    this.world.document.removeEventListener("visibilitychange", this.#onWake);
  }

  /** Sends what waits, unless the server asked us to wait. */
  async flush() {
    this.#isAskedAgain = true;
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    while (this.#isAskedAgain && !this.#isClosed) {
      this.#isAskedAgain = false;
      await this.#reload();
      const wait = this.#notBefore - this.world.now();
      if (this.#waiting().length === 0) this.#to("empty");
      else if (wait > 0) this.#later(wait);
      else await inTurn(this.world, `touchline outbox ${this.scope}`, () => this.#sendAll());
    }
    this.#isFlushing = false;
  }

  /** @param {string} clientId */
  #find(clientId) {
    return this.entries.find((entry) => entry.client_id === clientId && entry.state === "refused");
  }

  #waiting() {
    return this.entries.filter(({ state }) => state === "waiting");
  }

  async #sendAll() {
    this.#atOnce = AT_ONCE;
    for (;;) {
      await this.#reload(); // another tab may just have sent them
      const batch = this.#waiting().slice(0, this.#atOnce);
      if (batch.length === 0 || this.#isClosed) return this.#to("empty");
      this.#to("sending");
      if (!(await this.#send(batch))) return;
    }
  }

  /**
   * @param {Entry[]} batch
   * @returns {Promise<boolean>} whether to go on
   */
  async #send(batch) {
    const response = await this.#post(batch);
    if (this.#isClosed) return false;
    if (!response) return this.#wait("waiting", 0);
    const { status } = response;
    const said = await response.json().catch(() => null);
    if (status === 401) return this.#wait("signed-out", SIGNED_OUT_MS);
    if (response.ok && Array.isArray(said?.items)) return this.#settle(batch, said.items, response);
    const isProblem = response.headers.get("Content-Type")?.startsWith("application/problem+json");
    const isFinal = status >= 400 && status < 500 && !TRY_LATER.has(status);
    // A hotel's sign-in page is no answer of the server's, whatever its status.
    if (!isFinal || !(isProblem || TOO_BIG.has(status))) return this.#wait("waiting", retryAfter(response, this.world.now()));
    if (batch.length === 1) await this.#refuse(batch[0], said ?? { status, title: response.statusText });
    this.#atOnce = 1; // which of them was it?
    return true;
  }

  /** @param {Entry[]} batch */
  async #post(batch) {
    const request = new AbortController();
    this.#request = request;
    const timer = this.world.setTimeout(() => request.abort(), SEND_TIMEOUT_MS);
    const commands = batch.map(({ client_id, occurred_at, method, action, body }) => ({ client_id, occurred_at, method, action, body }));
    try {
      const headers = { "Content-Type": "application/json", ...(await this.options.headers?.()) };
      const credentials = this.options.base ? "include" : "same-origin";
      const body = JSON.stringify(commands);
      return await this.world.fetch(this.url, { method: "POST", headers, body, credentials, signal: request.signal });
    } catch {
      return null; // no network, or none that answers
    } finally {
      this.world.clearTimeout(timer);
      this.#request = null;
    }
  }

  /**
   * @param {Entry[]} batch
   * @param {any[]} items one for each, named by its key
   * @param {Response} response
   */
  async #settle(batch, items, response) {
    let goesOn = true;
    for (const entry of batch) {
      const item = items.find(({ client_id }) => client_id === entry.client_id);
      const status = item?.problem?.status ?? 0;
      if (item?.status === "applied" || item?.status === "duplicate") {
        await this.keeper.remove(entry.number);
        attempt(() => this.options.onSettled?.(entry, item.answer, item.cursor ?? null));
      } else if (item?.status === "rejected" && status < 500 && !TRY_LATER.has(status)) {
        await this.#refuse(entry, item.problem);
      } else {
        goesOn = false;
      }
    }
    await this.#changed();
    return goesOn || this.#wait("waiting", retryAfter(response, this.world.now()));
  }

  /**
   * @param {Entry} entry
   * @param {any} problem
   */
  async #refuse(entry, problem) {
    const refused = /** @type {Entry} */ ({ ...entry, state: "refused", problem });
    await this.keeper.replace(refused);
    attempt(() => this.options.onRefused?.(refused, problem));
    await this.#changed();
  }

  /**
   * @param {State} state
   * @param {number} ms what the server asks for
   */
  #wait(state, ms) {
    const { least, most } = AGAIN_MS;
    if (ms > 0) this.#notBefore = this.world.now() + ms;
    this.#isAskedAgain = this.#isNewNetwork; // what else came while we tried would meet the same
    this.#isNewNetwork = false;
    this.#to(state);
    this.#later(Math.max(ms, least + (most - least) * this.world.random()));
    return false;
  }

  /** @param {number} ms */
  #later(ms) {
    this.world.clearTimeout(this.#timer);
    this.#timer = this.world.setTimeout(() => this.flush(), ms);
  }

  #onWake = (/** @type {Event} */ event) => {
    if (this.world.document.visibilityState === "hidden") return;
    this.#isNewNetwork = event.type === "online" && this.#request !== null;
    if (this.#isNewNetwork) this.#request?.abort(); // it was sent into the old one
    if (this.state === "signed-out") this.#notBefore = 0;
    this.flush();
  };

  /** Another tab has recorded or settled something. */
  async #onNews() {
    await this.#reload();
    attempt(() => this.options.onChange?.(this));
    this.flush();
  }

  async #reload() {
    this.entries = await this.keeper.oldestFirst(this.scope);
  }

  /** Tells the page, and the scorer's other tabs. */
  async #changed() {
    await this.#reload();
    if (!this.#isClosed) attempt(() => this.channel?.postMessage(this.scope));
    attempt(() => this.options.onChange?.(this));
  }

  /** @param {State} state */
  #to(state) {
    if (state === this.state) return;
    this.state = state;
    attempt(() => this.options.onChange?.(this));
  }
}
