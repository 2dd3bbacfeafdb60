// The matches of a list, moved on while they are played: one stream carries up to 30 of them.

import { applyMessage, loadSport, sportOf, matchStatusText, deferUntilSportLoaded } from "../client/match-stream.js";
import { Stream } from "../client/stream.js";
import { clockElapsedMs } from "../sports/score-only.js";
import { startTimeMs } from "./page-state.js";
import { formatTime } from "./dates.js";

/** @import { Match } from "../client/message-types.js" */

const MAX_MATCH_TOPICS = 30; // two are left for the page itself: a connection has room for 32
const FOLLOWED_STATUSES = ["live", "paused", "scheduled"];
const RENDER_DELAY_MS = 16; // many messages at once are drawn once

export class LiveMatches {
  /** @type {Map<number, Match>} */ #matchById = new Map();
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

  /** What the stream has told is newer than what a list says. @param {Match} game */
  latest(game) {
    return { ...game, ...this.#matchById.get(game.id) };
  }

  /** Brings what draws these: a match that is over is told by no stream. @param {Match[]} games */
  async loadSports(games) {
    const sports = new Set(games.map(({ sport }) => sport));
    await Promise.all([...sports].map(loadSport));
    this.onChange();
  }

  /** What a side has made, as its sport writes it. @param {Match} game @param {"home" | "away"} side */
  scoreText(game, side) {
    return sportOf(game.sport).scoreText?.(game, side) ?? game.score?.[side];
  }

  /** Follows those that may move, the ones being played before the ones to come. @param {Match[]} games */
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
        const game = applyMessage(this.#matchById.get(id) ?? null, message);
        if (game) this.#matchById.set(id, game);
        this.#renderTimer ||= setTimeout(() => {
          this.#renderTimer = 0;
          this.onChange();
        }, RENDER_DELAY_MS);
      }),
      onState: this.onState,
    });
    stream.forgetCursor(); // the page keeps no matches, so it begins with snapshots
    stream.connect();
    return stream;
  }

  /** What stands beside a match: its clock, the time it begins, or how it ended. @param {Match} game */
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
