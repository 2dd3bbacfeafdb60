// Tracks what was delivered to a page: no duplicates, no gaps, and the cursor to resume from.

import { topicIncludes, isTopic, isWholeStream, partsOf, positionsForTopics, parseCursor, seqOf, formatCursor } from "./cursor.js";

/** @import { Positions } from "./cursor.js" */
/** @import { Message } from "./message-types.js" */

export class DeliveryTracker {
  /** @type {string | null} in a format that this version can't parse */ #opaqueCursor = null;
  /** @type {Positions | null} */ #positions = null;
  /** @type {Map<string, number>} the last delivered seq of each topic */ #lastSeqByTopic = new Map();

  /**
   * @param {string[]} topics
   * @param {string | null} cursor
   */
  constructor(topics, cursor) {
    this.topics = topics;
    this.#positions = positionsForTopics(parseCursor(cursor, topics), topics);
    if (!this.#positions) this.#opaqueCursor = cursor;
    for (const topic of topics) {
      const seq = seqOf(this.#positions, topic);
      if (seq !== undefined) this.#lastSeqByTopic.set(topic, seq);
    }
  }

  get cursor() {
    return formatCursor(this.#positions) ?? this.#opaqueCursor;
  }

  /**
   * Classifies a message; `gap` means that an earlier one is missing.
   * @param {Message} message
   * @returns {"new" | "known" | "gap"}
   */
  classify({ type, topic, seq }) {
    if (!this.topics.every(isTopic)) return "new";
    // A snapshot is the whole state and valid after any message.
    if (type === "snapshot") return this.topics.includes(topic) ? "new" : "known";
    const matchingTopics = this.topics.filter((subscribedTopic) => topicIncludes(subscribedTopic, topic));
    const undeliveredTopics = matchingTopics.filter((subscribedTopic) => !(seq <= (this.#lastSeqByTopic.get(subscribedTopic) ?? -1)));
    if (undeliveredTopics.length === 0) return "known";
    return undeliveredTopics.some((subscribedTopic) => this.#hasGapBefore(subscribedTopic, seq - 1)) ? "gap" : "new";
  }

  /**
   * Records that the page has handled a message.
   * @param {Message} message
   * @param {string | null} cursor after the message
   */
  recordDelivery({ type, topic, seq }, cursor) {
    for (const subscribedTopic of this.topics) {
      if (type === "snapshot" ? subscribedTopic === topic : topicIncludes(subscribedTopic, topic)) this.#lastSeqByTopic.set(subscribedTopic, seq);
    }
    if (type === "snapshot") for (const part of partsOf(topic)) this.#positions?.seqByPart.delete(part); // the snapshot may be older
    this.#moveCursor(cursor);
  }

  /**
   * Moves to a cursor that arrived without a message.
   * @param {string | null} cursor
   * @returns {boolean} false if an earlier message was not delivered
   */
  advanceTo(cursor) {
    const positions = parseCursor(cursor, this.topics);
    const isSameEpoch = positions && positions.epoch === this.#positions?.epoch;
    if (isSameEpoch && this.topics.some((subscribedTopic) => this.#hasGapBefore(subscribedTopic, seqOf(positions, subscribedTopic) ?? 0))) return false;
    this.#moveCursor(cursor);
    return true;
  }

  /**
   * Whether `seq` of a whole stream was not delivered, though the stream is past it.
   * @param {string} topic
   * @param {number} seq
   */
  #hasGapBefore(topic, seq) {
    const lastSeq = this.#lastSeqByTopic.get(topic);
    return isWholeStream(topic) && lastSeq !== undefined && seq > lastSeq;
  }

  /** @param {string | null} cursor */
  #moveCursor(cursor) {
    if (!cursor) return;
    const positions = positionsForTopics(parseCursor(cursor, this.topics), this.topics);
    if (!positions) {
      this.#opaqueCursor = cursor;
      this.#positions = null;
    } else if (positions.epoch !== this.#positions?.epoch) {
      this.#positions = positions;
    } else {
      // Never backwards: a connection that tabs share may repeat messages for another tab.
      const { seqByPart } = this.#positions;
      for (const [part, seq] of positions.seqByPart) seqByPart.set(part, Math.max(seq, seqByPart.get(part) ?? 0));
    }
  }
}
