// One reader of a hub, and the words that the two exchange.

import { earliestPositions, topicIncludes, positionsForTopics, parseCursor, streamOf } from "./cursor.js";

/** @import { Positions } from "./cursor.js" */
/** @import { Message } from "./message-types.js" */

/**
 * What a reader says to the hub, and the hub to a reader. All of it can be posted between windows.
 * @typedef {{ command: "join", topics: string[], cursor: string | null, site: ServerAddress }
 *   | { command: "leave" } | { command: "ping" } | { command: "wake" }} HubCommand
 * @typedef {{ update: "message", message: Message, cursor: string | null }
 *   | { update: "sign", cursor: string | null, at?: string, heartbeatMs?: number }
 *   | { update: "phase", phase: "opened" | "live" | "lost", lastReceivedAt: number }
 *   | { update: "refused", topics: string[], reason: string }
 *   | { update: "full" } | { update: "pong" }} HubUpdate
 *
 * @typedef {object} ServerAddress where the server is
 * @property {string} base its address, empty for the page's own
 * @property {boolean} withCredentials
 */

export class Subscriber {
  /** `waiting` for its beginning, `ready` for the connection to be opened, `reading` from it. */
  stage = /** @type {"waiting" | "ready" | "reading"} */ ("waiting");
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
   * The topics on whose streams others stand somewhere, and this reader nowhere.
   * @param {Positions | null} others
   */
  topicsWithoutPosition(others) {
    const { positions } = this;
    const hasPosition = (/** @type {string} */ stream) => positions?.epoch === others?.epoch && positions?.seqByStream.has(stream);
    return this.topics.filter((topic) => others?.seqByStream.has(streamOf(topic)) && !hasPosition(streamOf(topic)));
  }

  /**
   * Takes over the places of a batch that was fetched for some of the topics.
   * @param {string | null} cursor
   * @param {string[]} topics
   * @returns {boolean} whether it can be read
   */
  applyFetchedCursor(cursor, topics) {
    const fetched = parseCursor(cursor, topics);
    if (!fetched) return false;
    const otherPositions = positionsForTopics(this.positions, this.topics.filter((topic) => !topics.includes(topic)));
    const keptSeqs = otherPositions?.epoch === fetched.epoch ? otherPositions.seqByStream : [];
    this.positions = { epoch: fetched.epoch, seqByStream: new Map([...keptSeqs, ...fetched.seqByStream]) };
    return true;
  }
}

/**
 * Who can be told from one cursor, and who not: standing nowhere where another does, they would be told
 * from there on, without a beginning.
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
  return { readers: subscribers, late: deferred };
}
