// Keeps the matches of a list up to date with one stream for up to 30 of them.

import { deferUntilSportLoaded, foldMatchMessage, matchStatusText, matchView } from "../client/match-stream.js";
import { Stream } from "../client/stream.js";
import { clockElapsedMs } from "../sports/common.js";
import { loadSport, sportOf } from "../sports/registry.js";
import { startTimeMs } from "./page-state.js";
import { formatTime } from "./dates.js";

/** @import { FollowedMatch, Match } from "../client/message-types.js" */

const MAX_MATCH_TOPICS = 30; // leaves two of a connection's 32 topics for the page itself
const FOLLOWED_STATUSES = ["live", "paused", "scheduled"];
const RENDER_DELAY_MS = 16; // one rendering for a burst of messages

export class LiveMatches {
  /** @type {Map<number, FollowedMatch>} */ #followedById = new Map();
  /** @type {Stream | null} */ #stream = null;
  #followedTopics = "";
  #renderTimer = 0;

  /**
   * @param {() => void} onChange
   * @param {(state: import("../client/stream.js").StreamState, reason: string | null, since: number) => void} [onState]
   */
  constructor(onChange, onState) {
    this.onChange = onChange;
    this.onState = onState;
  }

  serverNow() {
    return this.#stream?.serverNow() ?? Date.now();
  }

  /** The newest state of a match: the stream's, else the list's. @param {Match} game */
  latest(game) {
    const followed = this.#followedById.get(game.id);
    return followed ? { ...game, ...matchView(followed) } : game;
  }

  /** Loads the sports of finished matches, which no stream brings. @param {Match[]} games */
  async loadSports(games) {
    const sports = new Set(games.map(({ sport }) => sport));
    await Promise.all([...sports].map(loadSport));
    this.onChange();
  }

  /** A side's score as its sport writes it. @param {Match} game @param {"home" | "away"} side */
  scoreText(game, side) {
    return sportOf(game.sport).scoreText?.(game, side) ?? game.score?.[side];
  }

  /** Follows the matches that may change, live ones first. @param {Match[]} games */
  follow(games) {
    const topics = games
      .map((game) => this.latest(game))
      .filter(({ status }) => FOLLOWED_STATUSES.includes(status))
      .sort((one, other) => Number(one.status === "scheduled") - Number(other.status === "scheduled") || startTimeMs(one) - startTimeMs(other))
      .slice(0, MAX_MATCH_TOPICS)
      .map(({ id }) => `match_${id}`)
      .sort();
    if (topics.join() === this.#followedTopics) return;
    this.#followedTopics = topics.join();
    this.#stream?.close();
    this.#stream = topics.length > 0 ? this.#openStream(topics) : null;
    if (!this.#stream) this.onState?.("live", null, Date.now());
  }

  /** @param {string[]} topics */
  #openStream(topics) {
    const stream = new Stream(topics, {
      onMessage: deferUntilSportLoaded((message) => {
        const id = Number(message.topic.split("_")[1]);
        const followed = foldMatchMessage(this.#followedById.get(id) ?? null, message);
        if (followed) this.#followedById.set(id, followed);
        this.#renderTimer ||= setTimeout(() => {
          this.#renderTimer = 0;
          this.onChange();
        }, RENDER_DELAY_MS);
      }),
      onState: this.onState,
    });
    stream.forgetCursor(); // the page stores no matches, so it starts with snapshots
    stream.connect();
    return stream;
  }

  /** The text beside a match: its clock, its start, or how it ended. @param {Match} game */
  timeText(game) {
    const { status, clock, sport, starts_at } = game;
    if (status === "live" && clock?.at) {
      const { text, added } = sportOf(sport).formatClock(clock, clockElapsedMs(clock, this.serverNow()));
      return text ? `${text}${added && ` ${added}`}` : matchStatusText(game);
    }
    if (status === "scheduled" && starts_at) return formatTime(starts_at);
    return matchStatusText(game);
  }
}
