// One connection for many subscribers: the tabs of a browser, or the streams of one page.
//
// A subscriber joins with its topics and its cursor. The connection is then reopened at the lowest
// position in each channel, so that nobody misses a message; the others skip what they already have.

import { pollOnce } from "./poll.js";
import { Connection } from "./connection.js";
import { earliestPositions, partsOf, positionsForTopics, parseCursor, seqOf, formatCursor } from "./cursor.js";
import { Subscriber, selectJoinable } from "./subscriber.js";

/** @import { PollResult } from "./poll.js" */
/** @import { ConnectionListener } from "./connection.js" */
/** @import { Positions } from "./cursor.js" */
/** @import { HubCommand, HubUpdate, ServerAddress } from "./subscriber.js" */
/** @import { NetworkEnvironment } from "./environment.js" */

/** @typedef {(topics: string[], cursor: string | null, parameters: Record<string, string>) => string | Promise<string>} StreamUrlBuilder */

const MAX_TOPICS = 32; // the server's limit per connection
const JOIN_BATCH_DELAY_MS = 100; // batches the joins of tabs that the browser restores together
const WAKE_DEBOUNCE_MS = 1_000; // `pageshow`, `visibilitychange` and `online` fire together
const SUBSCRIBER_TIMEOUT_MS = 180_000; // a background tab may get one timer per minute
const POLL_RETRY_DELAY_MS = 2_000;

export class Hub {
  /** @type {Map<unknown, Subscriber>} */ #subscribers = new Map();
  /** @type {string[]} */ #topics = [];
  /** @type {Positions | null} */ #positions = null;
  /** @type {any} */ #openTimer = null;
  #lastReceivedAt = 0;
  #isOpen = false;

  /**
   * @param {ServerAddress} server
   * @param {NetworkEnvironment} environment
   * @param {StreamUrlBuilder} [buildUrl]
   */
  constructor(server, environment, buildUrl = defaultUrlBuilder(server)) {
    this.server = server;
    this.environment = environment;
    this.buildUrl = buildUrl;
    this.connection = new Connection(
      (cursor, parameters) => buildUrl(this.#topics, cursor, parameters),
      this.#connectionListener(),
      environment,
      server.withCredentials,
    );
  }

  /**
   * @param {unknown} key identifies the subscriber
   * @param {HubCommand} command
   * @param {(update: HubUpdate) => void} send
   */
  handleCommand(key, command, send) {
    const subscriber = this.#subscribers.get(key);
    if (subscriber) subscriber.lastCommandAt = this.environment.now();
    if (command.command === "ping") send({ update: "pong" });
    else if (command.command === "join") this.#addSubscriber(key, new Subscriber(command.topics, command.cursor, send));
    else if (command.command === "leave") this.#removeSubscriber(key);
    else if (command.command === "wake") this.#reconnectAfterWake();
    this.#removeSilentSubscribers();
  }

  close() {
    this.#subscribers.clear();
    this.#closeConnection();
  }

  /**
   * @param {unknown} key
   * @param {Subscriber} subscriber
   */
  #addSubscriber(key, subscriber) {
    this.#removeSubscriber(key);
    const allTopics = [...this.#subscribers.values(), subscriber].flatMap(({ topics }) => topics);
    if (new Set(allTopics).size > MAX_TOPICS) return subscriber.send({ update: "full" });
    subscriber.lastCommandAt = this.environment.now();
    this.#subscribers.set(key, subscriber);
    this.#prepareSubscriber(key, subscriber);
  }

  /**
   * Makes a subscriber ready; fetches what it misses if the connection is already past it.
   * @param {unknown} key
   * @param {Subscriber} subscriber
   * @param {boolean} [wasDeferred] the last opening left it out
   */
  async #prepareSubscriber(key, subscriber, wasDeferred = false) {
    const isSubscribed = () => this.#subscribers.get(key) === subscriber;
    const topicsToFetch = () => subscriber.topics.filter((topic) => this.#isConnected(topic) && !this.#hasPosition(subscriber, topic));
    if (wasDeferred && topicsToFetch().length === 0) await this.#waitToRetry(); // until the others have moved past the conflict
    while (isSubscribed() && topicsToFetch().length > 0 && !(await this.#fetchMissedMessages(subscriber, topicsToFetch(), isSubscribed))) await this.#waitToRetry();
    if (!isSubscribed()) return;
    subscriber.stage = "ready";
    if (!this.#isOpen) this.#openConnection();
    else this.#openTimer ??= this.environment.setTimeout(() => this.#openConnection(), JOIN_BATCH_DELAY_MS);
  }

  #waitToRetry() {
    const ms = POLL_RETRY_DELAY_MS * (0.5 + this.environment.random());
    return new Promise((resolve) => this.environment.setTimeout(() => resolve(null), ms));
  }

  /** @param {unknown} key */
  #removeSubscriber(key) {
    this.#subscribers.delete(key);
    if (this.#subscribers.size === 0) this.#closeConnection();
  }

  #reconnectAfterWake() {
    if (!this.#isOpen || this.environment.now() - this.connection.openedAt < WAKE_DEBOUNCE_MS) return;
    this.connection.open(); // after a sleep EventSource may report OPEN for minutes on a dead connection
  }

  /** Removes subscribers whose tab ended without `leave`. */
  #removeSilentSubscribers() {
    const limit = this.environment.now() - SUBSCRIBER_TIMEOUT_MS;
    for (const [key, { lastCommandAt }] of this.#subscribers) if (lastCommandAt < limit) this.#removeSubscriber(key);
  }

  /**
   * @param {Subscriber} subscriber
   * @param {string[]} topics
   * @param {() => boolean} isSubscribed
   * @returns {Promise<boolean>} false if it must be retried
   */
  async #fetchMissedMessages(subscriber, topics, isSubscribed) {
    const { kind, status, batch } = await this.#poll(topics, subscriber.cursor);
    if (!isSubscribed()) return true;
    if (kind === "later") return false;
    if (kind === "refused" && topics.length === 1) this.#refuseTopics(subscriber, topics, status ?? "refused");
    else if (kind === "refused") {
      for (const topic of topics) if (!(await this.#fetchMissedMessages(subscriber, [topic], isSubscribed))) return false;
    } else if (!subscriber.applyFetchedCursor(batch?.cursor ?? null, topics)) {
      subscriber.send({ update: "full" }); // the cursor is of a newer server: the tab uses a hub of its own
      return true;
    }
    subscriber.send({ update: "phase", phase: "opened", lastReceivedAt: this.environment.now() });
    batch?.messages.forEach((message, index) => {
      const isLast = index === batch.messages.length - 1;
      subscriber.send({ update: "message", message, cursor: isLast ? batch.cursor : null });
    });
    return true;
  }

  /**
   * @param {string[]} topics
   * @param {string | null} cursor
   * @param {Record<string, string>} [parameters]
   * @returns {Promise<PollResult>}
   */
  async #poll(topics, cursor, parameters = {}) {
    const url = await this.buildUrl(topics, cursor, { transport: "poll", wait: "0", ...parameters });
    return pollOnce(this.environment, url, { credentials: this.server.withCredentials ? "include" : "same-origin" });
  }

  /** Whether the connection includes a part of the topic. @param {string} topic */
  #isConnected(topic) {
    const connectedParts = new Set(this.#topics.flatMap(partsOf));
    return partsOf(topic).some((part) => connectedParts.has(part));
  }

  /**
   * Whether the subscriber has a position in the topic, of the connection's epoch.
   * @param {Subscriber} reader
   * @param {string} topic
   */
  #hasPosition({ positions }, topic) {
    const isSameEpoch = !this.#positions || this.#positions.epoch === positions?.epoch;
    return isSameEpoch && seqOf(positions, topic) !== undefined;
  }

  /** Opens the connection for all ready subscribers, and reopens it for the others. */
  #openConnection() {
    this.environment.clearTimeout(this.#openTimer);
    this.#openTimer = null;
    const candidates = this.#liveSubscribers();
    if (this.#positions) for (const subscriber of candidates) subscriber.positions = positionsForTopics(this.#positions, subscriber.topics);
    const readySubscribers = [...this.#subscribers.values()].filter(({ stage }) => stage === "ready");
    // Subscribers that resume come before those that start, which can fetch what they miss.
    candidates.push(...readySubscribers.sort((one, other) => (other.positions?.seqByPart.size ?? 0) - (one.positions?.seqByPart.size ?? 0)));
    if (candidates.length === 0) return this.#closeConnection();
    const { joinable: subscribers, deferred } = selectJoinable(candidates);
    this.#topics = [...new Set(subscribers.flatMap(({ topics }) => topics))].sort();
    this.#positions = earliestPositions(subscribers.map(({ positions }) => positions));
    // The server may read a cursor that the hub can't parse; that works for a single subscriber only.
    const opaqueCursor = this.#subscribers.size === 1 && !subscribers[0].positions ? subscribers[0].cursor : null;
    this.connection.cursor = formatCursor(this.#positions) ?? opaqueCursor;
    for (const subscriber of subscribers) subscriber.stage = "live";
    for (const [key, subscriber] of this.#subscribers) {
      if (!deferred.has(subscriber)) continue;
      subscriber.stage = "waiting";
      this.#prepareSubscriber(key, subscriber, true);
    }
    this.#isOpen = true;
    this.connection.open();
  }

  #closeConnection() {
    this.environment.clearTimeout(this.#openTimer);
    this.#openTimer = null;
    this.connection.close();
    this.#isOpen = false;
    this.#topics = [];
    this.#positions = null;
  }

  /** @returns {ConnectionListener} */
  #connectionListener() {
    return {
      onMessage: (message, cursor) => {
        this.#advanceTo(cursor);
        for (const subscriber of this.#liveSubscribers()) if (subscriber.isSubscribedTo(message)) subscriber.send({ update: "message", message, cursor });
      },
      onLivenessSignal: ({ cursor, serverTime, heartbeatMs }) => {
        this.#advanceTo(cursor);
        for (const subscriber of this.#liveSubscribers()) subscriber.send({ update: "liveness", cursor, at: serverTime, heartbeatMs });
      },
      onPhase: (phase) => {
        const lastReceivedAt = this.#lastReceivedAt;
        for (const subscriber of this.#liveSubscribers()) subscriber.send({ update: "phase", phase, lastReceivedAt });
      },
      onRefused: (reason, { topics, cursor }) => this.#onRefused(reason, topics, cursor),
    };
  }

  #liveSubscribers() {
    return [...this.#subscribers.values()].filter(({ stage }) => stage === "live");
  }

  /** @param {string | null} cursor */
  #advanceTo(cursor) {
    this.#lastReceivedAt = this.environment.now();
    if (cursor) this.#positions = parseCursor(cursor, this.#topics);
  }

  /**
   * A topic that is refused ends the whole connection: reopens it without that topic.
   * @param {string} reason
   * @param {string[]} [refusedTopics]
   * @param {string} [cursor] of the remaining topics
   */
  async #onRefused(reason, refusedTopics, cursor) {
    const connectedTopics = this.#topics;
    /** @type {Map<string, string>} */ const reasonByTopic = new Map();
    for (const topic of refusedTopics ?? (connectedTopics.length === 1 ? connectedTopics : [])) reasonByTopic.set(topic, reason);
    for (const topic of reasonByTopic.size === 0 ? connectedTopics : []) {
      const result = await this.#poll([topic], null, { snapshot: "never" });
      if (result.kind === "refused") reasonByTopic.set(topic, /^\d+$/.test(reason) ? String(result.status) : reason);
    }
    if (connectedTopics !== this.#topics) return; // reopened in the meantime
    if (reasonByTopic.size === 0) return this.connection.scheduleReconnect();
    if (cursor) this.#advanceTo(cursor);
    for (const [topic, topicReason] of reasonByTopic) {
      for (const subscriber of this.#subscribers.values()) this.#refuseTopics(subscriber, [topic], topicReason);
    }
    this.#openConnection();
  }

  /**
   * @param {Subscriber} subscriber
   * @param {string[]} topics
   * @param {string} reason
   */
  #refuseTopics(subscriber, topics, reason) {
    if (!topics.some((topic) => subscriber.topics.includes(topic))) return;
    subscriber.topics = subscriber.topics.filter((topic) => !topics.includes(topic));
    subscriber.send({ update: "refused", topics, reason });
    for (const [key, { topics: remainingTopics }] of this.#subscribers) if (remainingTopics.length === 0) this.#subscribers.delete(key);
  }
}

/**
 * @param {ServerAddress} server
 * @returns {StreamUrlBuilder}
 */
function defaultUrlBuilder({ base }) {
  return (topics, cursor, parameters) => {
    const query = new URLSearchParams(topics.map((topic) => ["topic", topic]));
    for (const [name, value] of Object.entries(parameters)) query.set(name, value);
    if (cursor) query.set("last_event_id", cursor);
    return `${base}/api/stream/?${query}`;
  };
}
