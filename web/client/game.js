// Follows one match: messages become the state of a game, and the state is drawn.

import { football } from "../sports/football.js";
import { generic, standing } from "../sports/generic.js";
import { Stream } from "./stream.js";

/** @import { Game, Message } from "./wire.js" */
/** @import { Sport } from "../sports/sport.js" */
/** @import { State } from "./stream.js" */

/** Those whose code is here. @type {{ [sport: string]: Sport }} */
const SPORTS = { football };
/** Those whose code comes with the first match of theirs. @type {{ [sport: string]: () => Promise<Sport> }} */
const OTHERS = { cricket: async () => (await import("../sports/cricket.js")).cricket };

const AGAIN_MS = 3_000; // after a network that failed

const DRAW_AFTER_MS = 16;

/**
 * @param {string} name
 * @returns {Sport}
 */
export function sportOf(name) {
  return Object.hasOwn(SPORTS, name) ? SPORTS[name] : generic;
}

/** @param {string} name */
function isHere(name) {
  return Object.hasOwn(SPORTS, name) || !Object.hasOwn(OTHERS, name);
}

/** Waits until the code of a sport is here. @param {string} name */
export async function bring(name) {
  while (!isHere(name)) {
    try {
      SPORTS[name] = await OTHERS[name]();
    } catch {
      await new Promise((resume) => setTimeout(resume, AGAIN_MS));
    }
  }
}

/**
 * Takes messages in order; those of a sport that isn't here yet when it has come.
 * @param {(message: Message) => void} take
 * @returns {(message: Message) => void}
 */
export function whenHere(take) {
  /** @type {Message[]} */ let held = [];
  const drain = () => {
    const ready = held;
    held = [];
    ready.forEach(take);
  };
  return (message) => {
    const waits = held.length > 0;
    const sport = message.type === "snapshot" ? message.data.sport : "";
    if (!waits && isHere(sport)) return take(message);
    held.push(message);
    if (!waits) bring(sport).then(drain);
  };
}

/** How a match stands, in words of its sport. @param {Game} game */
export function stands(game) {
  return sportOf(game.sport).standing?.(game) ?? standing(game);
}

/**
 * The game after a message. What it says of score, clock and status is the whole of it after the
 * message, so it replaces what we had; nothing is ever added up here.
 * @param {Game | null} game
 * @param {Message} message
 * @returns {Game | null}
 */
export function apply(game, message) {
  if (message.type === "snapshot") return { ...message.data, seq: message.seq };
  if (!game || message.seq <= game.seq) return game; // sent again after a reload
  const next = sportOf(game.sport).apply(generic.apply(game, message), message);
  return { ...next, seq: message.seq };
}

/** @param {string} path of the page: `/matches/3`, `/matches/3/hd` */
export function matchId(path) {
  return /^\/matches\/([1-9]\d*)(?:\/|$)/.exec(path)?.[1] ?? null;
}

/** Where a page keeps the game between reloads. @param {string} id of the match */
export function keptAs(id) {
  return `touchline:game:${id}`;
}

/**
 * @typedef {object} Follower
 * @property {(game: Game) => void} onGame
 * @property {(message: Message, game: Game) => void} [onNews] for what came while we were live
 * @property {(state: State, why: string | null, since: number) => void} onState
 */

/**
 * @param {string} id of the match
 * @param {Follower} follower
 */
export function follow(id, follower) {
  const kept = keptAs(id);
  let game = recall(kept);
  let drawing = 0;
  const draw = () => {
    drawing = 0;
    if (game) follower.onGame(game);
  };
  const stream = new Stream(`/api/matches/${id}/stream/`, {
    onMessage: whenHere((message) => {
      game = apply(game, message);
      // Kept before the stream keeps its cursor: a game that is ahead of the cursor is whole
      // again after a repeat, one that is behind it would miss a goal for good.
      keep(kept, game);
      if (game && stream.state === "live") follower.onNews?.(message, game);
      // A hundred missed messages are drawn once. Not an animation frame: there is none for a tab
      // in the background, whose title shows the score.
      drawing ||= setTimeout(draw, DRAW_AFTER_MS);
    }),
    onState: follower.onState,
  });
  if (!game) stream.forget();
  const start = () => {
    // A little later: whoever draws may need the stream that is returned only now.
    if (game) drawing = setTimeout(draw, 0);
    stream.connect();
  };
  // A game that was kept can be neither drawn nor moved on before its sport is here.
  if (game && !isHere(game.sport)) bring(game.sport).then(start);
  else start();
  return stream;
}

/**
 * @param {string} key
 * @returns {Game | null}
 */
function recall(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {Game | null} game
 */
function keep(key, game) {
  try {
    sessionStorage.setItem(key, JSON.stringify(game));
  } catch {
    // Storage is full or forbidden. An older game must not meet a newer cursor.
    try {
      sessionStorage.removeItem(key);
    } catch {
      // Then there is no older game either.
    }
  }
}
