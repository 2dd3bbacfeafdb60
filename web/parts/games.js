// The matches of a list, moved on while they are played: one stream carries up to 30 of them.

import { apply, bring, sportOf, stands, whenHere } from "../client/game.js";
import { Stream } from "../client/stream.js";
import { elapsedMs } from "../sports/generic.js";
import { startOf } from "./bulletin.js";
import { timeOfDay } from "./dates.js";

/** @import { Game } from "../client/wire.js" */

const TOPICS = 30; // two are left for the page itself: a connection has room for 32
const MOVING = ["live", "paused", "scheduled"];
const DRAW_AFTER_MS = 16; // many messages at once are drawn once

export class Games {
  /** @type {Map<number, Game>} */ #told = new Map();
  /** @type {Stream | null} */ #stream = null;
  #following = "";
  #timer = 0;

  /**
   * @param {() => void} onChange
   * @param {(state: import("../client/stream.js").State, why: string | null, since: number) => void} [onState]
   */
  constructor(onChange, onState) {
    this.onChange = onChange;
    this.onState = onState;
  }

  serverNow() {
    return this.#stream?.serverNow() ?? Date.now();
  }

  /** What the stream has told is newer than what a list says. @param {Game} game */
  newest(game) {
    return { ...game, ...this.#told.get(game.id) };
  }

  /** Brings what draws these: a match that is over is told by no stream. @param {Game[]} games */
  async bring(games) {
    const sports = new Set(games.map(({ sport }) => sport));
    await Promise.all([...sports].map(bring));
    this.onChange();
  }

  /** What a side has made, as its sport writes it. @param {Game} game @param {"home" | "away"} end */
  number(game, end) {
    return sportOf(game.sport).number?.(game, end) ?? game.score?.[end];
  }

  /** Follows those that may move, the ones being played before the ones to come. @param {Game[]} games */
  watch(games) {
    const wanted = games
      .map((game) => this.newest(game))
      .filter(({ status }) => MOVING.includes(status))
      .sort((one, other) => Number(one.status === "scheduled") - Number(other.status === "scheduled") || startOf(one) - startOf(other))
      .slice(0, TOPICS)
      .map(({ id }) => `match_${id}`)
      .sort();
    if (wanted.join() === this.#following) return;
    this.#following = wanted.join();
    this.#stream?.close();
    this.#stream = wanted.length > 0 ? this.#open(wanted) : null;
    if (!this.#stream) this.onState?.("live", null, Date.now());
  }

  /** @param {string[]} topics */
  #open(topics) {
    const stream = new Stream(topics, {
      onMessage: whenHere((message) => {
        const id = Number(message.topic.split("_")[1]);
        const game = apply(this.#told.get(id) ?? null, message);
        if (game) this.#told.set(id, game);
        this.#timer ||= setTimeout(() => {
          this.#timer = 0;
          this.onChange();
        }, DRAW_AFTER_MS);
      }),
      onState: this.onState,
    });
    stream.forget(); // the page keeps no matches, so it begins with snapshots
    stream.connect();
    return stream;
  }

  /** What stands beside a match: its clock, the time it begins, or how it ended. @param {Game} game */
  time(game) {
    const { status, clock, sport, starts_at } = game;
    if (status === "live" && clock?.at) {
      const { text, added } = sportOf(sport).clock(clock, elapsedMs(clock, this.serverNow()));
      return text ? `${text}${added && ` ${added}`}` : stands(game);
    }
    if (status === "scheduled" && starts_at) return timeOfDay(starts_at);
    return stands(game);
  }
}
