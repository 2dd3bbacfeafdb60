// One connection for many readers: the tabs of a browser, or the streams of one page.
//
// A reader joins with its topics and its cursor. The connection is then opened again from the places
// that nobody is behind, so that each gets all it lacks; what others have already they leave out.

import { ask } from "./ask.js";
import { Connection } from "./connection.js";
import { earliest, only, read, streamOf, write } from "./cursor.js";
import { Reader, together } from "./reader.js";

/** @import { Answer } from "./ask.js" */
/** @import { Listener } from "./connection.js" */
/** @import { Places } from "./cursor.js" */
/** @import { Asked, Said, Site } from "./reader.js" */
/** @import { Net } from "./world.js" */

/** @typedef {(topics: string[], cursor: string | null, more: Record<string, string>) => string | Promise<string>} Route */

const MOST_TOPICS = 32; // the server's limit for one connection
const GATHER_MS = 100; // tabs that are restored together join together
const SAME_WAKE_MS = 1_000; // `pageshow`, `visibilitychange` and `online` come as one volley
const GONE_AFTER_MS = 180_000; // a tab in the background may be given one timer a minute
const ASK_AGAIN_MS = 2_000;

export class Hub {
  /** @type {Map<unknown, Reader>} */ #readers = new Map();
  /** @type {string[]} */ #topics = [];
  /** @type {Places | null} */ #places = null;
  /** @type {any} */ #gathering = null;
  #heardAt = 0;
  #isOpen = false;

  /**
   * @param {Site} site
   * @param {Net} world
   * @param {Route} [route]
   */
  constructor(site, world, route = routeTo(site)) {
    this.site = site;
    this.world = world;
    this.route = route;
    this.connection = new Connection(
      (cursor, more) => route(this.#topics, cursor, more),
      this.#listener(),
      world,
      site.withCredentials,
    );
  }

  /**
   * @param {unknown} key of the reader, the same each time
   * @param {Asked} asked
   * @param {(said: Said) => void} tell
   */
  hear(key, asked, tell) {
    const reader = this.#readers.get(key);
    if (reader) reader.heardAt = this.world.now();
    if (asked.do === "ping") tell({ say: "pong" });
    else if (asked.do === "join") this.#join(key, new Reader(asked.topics, asked.cursor, tell));
    else if (asked.do === "leave") this.#leave(key);
    else if (asked.do === "wake") this.#wake();
    this.#sweep();
  }

  close() {
    this.#readers.clear();
    this.#hangUp();
  }

  /**
   * @param {unknown} key
   * @param {Reader} reader
   */
  #join(key, reader) {
    this.#leave(key);
    const wanted = [...this.#readers.values(), reader].flatMap(({ topics }) => topics);
    if (new Set(wanted).size > MOST_TOPICS) return reader.tell({ say: "full" });
    reader.heardAt = this.world.now();
    this.#readers.set(key, reader);
    this.#begin(key, reader);
  }

  /**
   * Makes a reader ready: fetches what it needs where the connection is already past that.
   * @param {unknown} key
   * @param {Reader} reader
   * @param {boolean} [isLate] it could not be taken along just now
   */
  async #begin(key, reader, isLate = false) {
    const isHere = () => this.#readers.get(key) === reader;
    const lacking = () => reader.topics.filter((topic) => this.#follows(topic) && !this.#knows(reader, topic));
    if (isLate && lacking().length === 0) await this.#pause(); // for what others are to be told first
    while (isHere() && lacking().length > 0 && !(await this.#bring(reader, lacking(), isHere))) await this.#pause();
    if (!isHere()) return;
    reader.stage = "ready";
    if (!this.#isOpen) this.#open();
    else this.#gathering ??= this.world.setTimeout(() => this.#open(), GATHER_MS);
  }

  #pause() {
    const ms = ASK_AGAIN_MS * (0.5 + this.world.random());
    return new Promise((resolve) => this.world.setTimeout(() => resolve(null), ms));
  }

  /** @param {unknown} key */
  #leave(key) {
    this.#readers.delete(key);
    if (this.#readers.size === 0) this.#hangUp();
  }

  #wake() {
    if (!this.#isOpen || this.world.now() - this.connection.openedAt < SAME_WAKE_MS) return;
    this.connection.open(); // after a sleep EventSource may say OPEN for minutes on a dead connection
  }

  /** Those that were closed without a word. */
  #sweep() {
    const limit = this.world.now() - GONE_AFTER_MS;
    for (const [key, { heardAt }] of this.#readers) if (heardAt < limit) this.#leave(key);
  }

  /**
   * @param {Reader} reader
   * @param {string[]} topics
   * @param {() => boolean} isHere
   * @returns {Promise<boolean>} whether it is settled
   */
  async #bring(reader, topics, isHere) {
    const { kind, why, batch } = await this.#ask(topics, reader.cursor);
    if (!isHere()) return true;
    if (kind === "later") return false;
    if (kind === "refused" && topics.length === 1) this.#refuse(reader, topics, why ?? "refused");
    else if (kind === "refused") {
      for (const topic of topics) if (!(await this.#bring(reader, [topic], isHere))) return false;
    } else if (!reader.settle(batch?.cursor ?? null, topics)) {
      reader.tell({ say: "full" }); // a newer server's cursor: who can't share reads alone
      return true;
    }
    reader.tell({ say: "phase", phase: "opened", heardAt: this.world.now() });
    batch?.messages.forEach((message, at) => {
      const last = at === batch.messages.length - 1;
      reader.tell({ say: "message", message, cursor: last ? batch.cursor : null });
    });
    return true;
  }

  /**
   * @param {string[]} topics
   * @param {string | null} cursor
   * @param {Record<string, string>} [more]
   * @returns {Promise<Answer>}
   */
  async #ask(topics, cursor, more = {}) {
    const url = await this.route(topics, cursor, { transport: "poll", wait: "0", ...more });
    return ask(this.world, url, { credentials: this.site.withCredentials ? "include" : "same-origin" });
  }

  /** Whether the connection reads the topic's stream. @param {string} topic */
  #follows(topic) {
    return this.#topics.some((one) => streamOf(one) === streamOf(topic));
  }

  /**
   * Whether the reader stands somewhere in the topic's stream, in the database we read from.
   * @param {Reader} reader
   * @param {string} topic
   */
  #knows({ places }, topic) {
    const sameLog = !this.#places || this.#places.epoch === places?.epoch;
    return Boolean(sameLog && places?.at.has(streamOf(topic)));
  }

  /** Opens the connection for all who wait for it, and anew for the others. */
  #open() {
    this.world.clearTimeout(this.#gathering);
    this.#gathering = null;
    const able = this.#reading();
    if (this.#places) for (const reader of able) reader.places = only(this.#places, reader.topics);
    const ready = [...this.#readers.values()].filter(({ stage }) => stage === "ready");
    // Those who go on come before those who begin, who can be brought what they need.
    able.push(...ready.sort((one, other) => (other.places?.at.size ?? 0) - (one.places?.at.size ?? 0)));
    if (able.length === 0) return this.#hangUp();
    const { readers, late } = together(able);
    this.#topics = [...new Set(readers.flatMap(({ topics }) => topics))].sort();
    this.#places = earliest(readers.map(({ places }) => places));
    // A cursor that we can't read the server may; who is alone with it need not.
    const opaque = this.#readers.size === 1 && !readers[0].places ? readers[0].cursor : null;
    this.connection.cursor = write(this.#places) ?? opaque;
    for (const reader of readers) reader.stage = "reading";
    for (const [key, reader] of this.#readers) {
      if (!late.has(reader)) continue;
      reader.stage = "waiting";
      this.#begin(key, reader, true);
    }
    this.#isOpen = true;
    this.connection.open();
  }

  #hangUp() {
    this.world.clearTimeout(this.#gathering);
    this.#gathering = null;
    this.connection.close();
    this.#isOpen = false;
    this.#topics = [];
    this.#places = null;
  }

  /** @returns {Listener} */
  #listener() {
    return {
      onMessage: (message, cursor) => {
        this.#moveTo(cursor);
        for (const reader of this.#reading()) if (reader.wants(message)) reader.tell({ say: "message", message, cursor });
      },
      onSign: ({ cursor, at, heartbeatMs }) => {
        this.#moveTo(cursor);
        for (const reader of this.#reading()) reader.tell({ say: "sign", cursor, at, heartbeatMs });
      },
      onPhase: (phase) => {
        const heardAt = this.#heardAt;
        for (const reader of this.#reading()) reader.tell({ say: "phase", phase, heardAt });
      },
      onRefused: (why, { topics, cursor }) => this.#onRefused(why, topics, cursor),
    };
  }

  #reading() {
    return [...this.#readers.values()].filter(({ stage }) => stage === "reading");
  }

  /** @param {string | null} cursor */
  #moveTo(cursor) {
    this.#heardAt = this.world.now();
    if (cursor) this.#places = read(cursor, this.#topics);
  }

  /**
   * One topic that may not be read ends the connection of all: goes on without it.
   * @param {string} why
   * @param {string[]} [lost]
   * @param {string} [cursor] of those that remain
   */
  async #onRefused(why, lost, cursor) {
    const asked = this.#topics;
    /** @type {Map<string, string>} */ const refused = new Map();
    for (const topic of lost ?? (asked.length === 1 ? asked : [])) refused.set(topic, why);
    for (const topic of refused.size === 0 ? asked : []) {
      const answer = await this.#ask([topic], null, { snapshot: "never" });
      if (answer.kind === "refused") refused.set(topic, /^\d+$/.test(why) ? String(answer.why) : why);
    }
    if (asked !== this.#topics) return; // opened anew in the meantime
    if (refused.size === 0) return this.connection.retry();
    if (cursor) this.#moveTo(cursor);
    for (const [topic, reason] of refused) {
      for (const reader of this.#readers.values()) this.#refuse(reader, [topic], reason);
    }
    this.#open();
  }

  /**
   * @param {Reader} reader
   * @param {string[]} topics
   * @param {string} why
   */
  #refuse(reader, topics, why) {
    if (!topics.some((topic) => reader.topics.includes(topic))) return;
    reader.topics = reader.topics.filter((topic) => !topics.includes(topic));
    reader.tell({ say: "refused", topics, why });
    for (const [key, { topics: left }] of this.#readers) if (left.length === 0) this.#readers.delete(key);
  }
}

/**
 * @param {Site} site
 * @returns {Route}
 */
function routeTo({ base }) {
  return (topics, cursor, more) => {
    const query = new URLSearchParams(topics.map((topic) => ["topic", topic]));
    for (const [name, value] of Object.entries(more)) query.set(name, value);
    if (cursor) query.set("last_event_id", cursor);
    return `${base}/api/stream/?${query}`;
  };
}
