// What a page has been told: nothing twice, nothing left out, and the cursor to go on from.

import { holds, isTopic, isWhole, only, read, streamOf, write } from "./cursor.js";

/** @import { Places } from "./cursor.js" */
/** @import { Message } from "./wire.js" */

export class Ledger {
  /** @type {string | null} of a kind that we can't read */ #opaque = null;
  /** @type {Places | null} */ #places = null;
  /** @type {Map<string, number>} the last seq told of each topic */ #told = new Map();

  /**
   * @param {string[]} topics
   * @param {string | null} cursor
   */
  constructor(topics, cursor) {
    this.topics = topics;
    this.#places = only(read(cursor, topics), topics);
    if (!this.#places) this.#opaque = cursor;
    for (const topic of topics) {
      const seq = this.#places?.at.get(streamOf(topic));
      if (seq !== undefined) this.#told.set(topic, seq);
    }
  }

  get cursor() {
    return write(this.#places) ?? this.#opaque;
  }

  /**
   * What to do with a message: a `gap` means that one before it never came.
   * @param {Message} message
   * @returns {"new" | "known" | "gap"}
   */
  judge({ type, topic, seq }) {
    if (!this.topics.every(isTopic)) return "new";
    // A snapshot is the whole state: whatever came before, it is right.
    if (type === "snapshot") return this.topics.includes(topic) ? "new" : "known";
    const mine = this.topics.filter((one) => holds(one, topic));
    const waiting = mine.filter((one) => !(seq <= (this.#told.get(one) ?? -1)));
    if (waiting.length === 0) return "known";
    return waiting.some((one) => this.#misses(one, seq - 1)) ? "gap" : "new";
  }

  /**
   * Notes that the page has a message.
   * @param {Message} message
   * @param {string | null} cursor after it
   */
  note({ type, topic, seq }, cursor) {
    for (const one of this.topics) {
      if (type === "snapshot" ? one === topic : holds(one, topic)) this.#told.set(one, seq);
    }
    if (type === "snapshot") this.#places?.at.delete(streamOf(topic)); // it may lead back
    this.#advance(cursor);
  }

  /**
   * Moves on to a cursor that came without a message.
   * @param {string | null} cursor
   * @returns {boolean} whether all messages before it have been told
   */
  reach(cursor) {
    const places = read(cursor, this.topics);
    const sameLog = places && places.epoch === this.#places?.epoch;
    if (sameLog && this.topics.some((one) => this.#misses(one, places.at.get(streamOf(one)) ?? 0))) return false;
    this.#advance(cursor);
    return true;
  }

  /**
   * Whether `seq` of a whole stream has not been told although it is past.
   * @param {string} topic
   * @param {number} seq
   */
  #misses(topic, seq) {
    const told = this.#told.get(topic);
    return isWhole(topic) && told !== undefined && seq > told;
  }

  /** @param {string | null} cursor */
  #advance(cursor) {
    if (!cursor) return;
    const places = only(read(cursor, this.topics), this.topics);
    if (!places) {
      this.#opaque = cursor;
      this.#places = null;
    } else if (places.epoch !== this.#places?.epoch) {
      this.#places = places;
    } else {
      // Never back: a connection that tabs share may repeat for another what we have.
      const { at } = this.#places;
      for (const [stream, seq] of places.at) at.set(stream, Math.max(seq, at.get(stream) ?? 0));
    }
  }
}
