// One reader of a hub, and the words that the two exchange.

import { earliest, holds, only, read, streamOf } from "./cursor.js";

/** @import { Places } from "./cursor.js" */
/** @import { Message } from "./wire.js" */

/**
 * What a reader says to the hub, and the hub to a reader. All of it can be posted between windows.
 * @typedef {{ do: "join", topics: string[], cursor: string | null, site: Site }
 *   | { do: "leave" } | { do: "ping" } | { do: "wake" }} Asked
 * @typedef {{ say: "message", message: Message, cursor: string | null }
 *   | { say: "sign", cursor: string | null, at?: string, heartbeatMs?: number }
 *   | { say: "phase", phase: "opened" | "live" | "lost", heardAt: number }
 *   | { say: "refused", topics: string[], why: string }
 *   | { say: "full" } | { say: "pong" }} Said
 *
 * @typedef {object} Site where the server is
 * @property {string} base its address, empty for the page's own
 * @property {boolean} withCredentials
 */

export class Reader {
  /** `waiting` for its beginning, `ready` for the connection to be opened, `reading` from it. */
  stage = /** @type {"waiting" | "ready" | "reading"} */ ("waiting");
  heardAt = 0;

  /**
   * @param {string[]} topics
   * @param {string | null} cursor
   * @param {(said: Said) => void} tell
   */
  constructor(topics, cursor, tell) {
    this.topics = topics;
    this.cursor = cursor;
    this.tell = tell;
    /** @type {Places | null} */ this.places = read(cursor, topics);
  }

  /** @param {Message} message */
  wants(message) {
    return this.topics.some((topic) => holds(topic, message.topic));
  }

  /**
   * The topics on whose streams others stand somewhere, and this reader nowhere.
   * @param {Places | null} known
   */
  lacks(known) {
    const { places } = this;
    const has = (/** @type {string} */ stream) => places?.epoch === known?.epoch && places?.at.has(stream);
    return this.topics.filter((topic) => known?.at.has(streamOf(topic)) && !has(streamOf(topic)));
  }

  /**
   * Takes over the places of a batch that was fetched for some of the topics.
   * @param {string | null} cursor
   * @param {string[]} topics
   * @returns {boolean} whether it can be read
   */
  settle(cursor, topics) {
    const brought = read(cursor, topics);
    if (!brought) return false;
    const others = only(this.places, this.topics.filter((topic) => !topics.includes(topic)));
    const kept = others?.epoch === brought.epoch ? others.at : [];
    this.places = { epoch: brought.epoch, at: new Map([...kept, ...brought.at]) };
    return true;
  }
}

/**
 * Who can be told from one cursor, and who not: standing nowhere where another does, they would be told
 * from there on, without a beginning.
 * @param {Reader[]} able
 */
export function together(able) {
  /** @type {Reader[]} */ const readers = [];
  /** @type {Set<Reader>} */ const late = new Set();
  for (const reader of able) {
    const all = [...readers, reader];
    const known = earliest(all.map(({ places }) => places));
    if (all.every((one) => one.lacks(known).length === 0)) readers.push(reader);
    else late.add(reader);
  }
  return { readers, late };
}
