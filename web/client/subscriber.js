// One subscriber of a hub, and the messages between the two.

import { earliestPositions, topicIncludes, partsOf, positionsForTopics, parseCursor } from "./cursor.js";

/** @import { Positions } from "./cursor.js" */
/** @import { Message } from "./message-types.js" */

/**
 * The messages between subscribers and the hub; all of them can be posted between windows.
 * @typedef {{ command: "join", topics: string[], cursor: string | null, server: ServerAddress }
 *   | { command: "leave" } | { command: "ping" } | { command: "wake" }} HubCommand
 * @typedef {{ update: "message", message: Message, cursor: string | null }
 *   | { update: "liveness", cursor: string | null, at?: string, heartbeatMs?: number }
 *   | { update: "phase", phase: "opened" | "live" | "lost", lastReceivedAt: number }
 *   | { update: "refused", topics: string[], reason: string }
 *   | { update: "full" } | { update: "pong" }} HubUpdate
 *
 * @typedef {object} ServerAddress
 * @property {string} base empty for the page's own site
 * @property {boolean} withCredentials
 */

export class Subscriber {
  /** `waiting` for its first messages, `ready` for the connection, `live` on it. */
  stage = /** @type {"waiting" | "ready" | "live"} */ ("waiting");
  lastCommandAt = 0;

  /**
   * @param {string[]} topics
   * @param {string | null} cursor
   * @param {(update: HubUpdate) => void} send
   */
  constructor(topics, cursor, send) {
    this.topics = topics;
    this.cursor = cursor;
    this.send = send;
    /** @type {Positions | null} */ this.positions = parseCursor(cursor, topics);
  }

  /** @param {Message} message */
  isSubscribedTo(message) {
    return this.topics.some((topic) => topicIncludes(topic, message.topic));
  }

  /**
   * The topics in whose parts others have a position, and this subscriber has none.
   * @param {Positions | null} others
   */
  topicsWithoutPosition(others) {
    const { positions } = this;
    const hasPosition = (/** @type {string} */ part) => positions?.epoch === others?.epoch && positions?.seqByPart.has(part);
    return this.topics.filter((topic) => partsOf(topic).some((part) => others?.seqByPart.has(part) && !hasPosition(part)));
  }

  /**
   * Takes over the positions of a batch that was fetched for some of the topics.
   * @param {string | null} cursor
   * @param {string[]} topics
   * @returns {boolean} false if the cursor can't be parsed
   */
  applyFetchedCursor(cursor, topics) {
    const fetched = parseCursor(cursor, topics);
    if (!fetched) return false;
    const otherPositions = positionsForTopics(this.positions, this.topics.filter((topic) => !topics.includes(topic)));
    this.positions = earliestPositions([fetched, otherPositions]); // a part of both topics stays at the lower seq
    return true;
  }
}

/**
 * Separates candidates that can share one cursor from those that must wait: a subscriber without a
 * position in a stream where another has one would start in the middle.
 * @param {Subscriber[]} candidates
 */
export function selectJoinable(candidates) {
  /** @type {Subscriber[]} */ const subscribers = [];
  /** @type {Set<Subscriber>} */ const deferred = new Set();
  for (const candidate of candidates) {
    const selection = [...subscribers, candidate];
    const positions = earliestPositions(selection.map(({ positions }) => positions));
    if (selection.every((member) => member.topicsWithoutPosition(positions).length === 0)) subscribers.push(candidate);
    else deferred.add(candidate);
  }
  return { joinable: subscribers, deferred };
}
