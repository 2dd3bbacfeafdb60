// Follows one match: messages become the state of a game, and the state is drawn.

import { football } from "../sports/football.js";
import { scoreOnly, defaultStatusText } from "../sports/score-only.js";
import { Stream } from "./stream.js";

/** @import { Match, Message } from "./message-types.js" */
/** @import { Sport } from "../sports/sport.js" */
/** @import { StreamState } from "./stream.js" */

/** Those whose code is here. @type {{ [sport: string]: Sport }} */
const loadedSports = { football };
/** Those whose code comes with the first match of theirs. @type {{ [sport: string]: () => Promise<Sport> }} */
const SPORT_LOADERS = { cricket: async () => (await import("../sports/cricket.js")).cricket };

const LOAD_RETRY_DELAY_MS = 3_000; // after a network that failed

const RENDER_DELAY_MS = 16;

/**
 * @param {string} name
 * @returns {Sport}
 */
export function sportOf(name) {
  return Object.hasOwn(loadedSports, name) ? loadedSports[name] : scoreOnly;
}

/** @param {string} name */
function isSportLoaded(name) {
  return Object.hasOwn(loadedSports, name) || !Object.hasOwn(SPORT_LOADERS, name);
}

/** Waits until the code of a sport is here. @param {string} name */
export async function loadSport(name) {
  while (!isSportLoaded(name)) {
    try {
      loadedSports[name] = await SPORT_LOADERS[name]();
    } catch {
      await new Promise((resume) => setTimeout(resume, LOAD_RETRY_DELAY_MS));
    }
  }
}

/**
 * Takes messages in order; those of a sport that isn't here yet when it has come.
 * @param {(message: Message) => void} handler
 * @returns {(message: Message) => void}
 */
export function deferUntilSportLoaded(handler) {
  /** @type {Message[]} */ let queued = [];
  const drain = () => {
    const ready = queued;
    queued = [];
    ready.forEach(handler);
  };
  return (message) => {
    const isQueueing = queued.length > 0;
    const sport = message.type === "snapshot" ? message.data.sport : "";
    if (!isQueueing && isSportLoaded(sport)) return handler(message);
    queued.push(message);
    if (!isQueueing) loadSport(sport).then(drain);
  };
}

/** How a match stands, in words of its sport. @param {Match} game */
export function matchStatusText(game) {
  return sportOf(game.sport).statusText?.(game) ?? defaultStatusText(game);
}

/**
 * The game after a message. What it says of score, clock and status is the whole of it after the
 * message, so it replaces what we had; nothing is ever added up here.
 * @param {Match | null} game
 * @param {Message} message
 * @returns {Match | null}
 */
export function applyMessage(game, message) {
  if (message.type === "snapshot") return { ...message.data, seq: message.seq };
  if (!game || message.seq <= game.seq) return game; // sent again after a reload
  const next = sportOf(game.sport).applyMessage(scoreOnly.applyMessage(game, message), message);
  return { ...next, seq: message.seq };
}

/** @param {string} path of the page: `/matches/3`, `/matches/3/hd` */
export function matchIdFromPath(path) {
  return /^\/matches\/([1-9]\d*)(?:\/|$)/.exec(path)?.[1] ?? null;
}

/** Where a page keeps the game between reloads. @param {string} id of the match */
export function storageKeyOf(id) {
  return `touchline:game:${id}`;
}

/**
 * @typedef {object} MatchListener
 * @property {(game: Match) => void} onMatch
 * @property {(message: Message, game: Match) => void} [onLiveMessage] for what came while we were live
 * @property {(state: StreamState, reason: string | null, since: number) => void} onState
 */

/**
 * @param {string} id of the match
 * @param {MatchListener} listener
 */
export function followMatch(id, listener) {
  const storageKey = storageKeyOf(id);
  let game = loadStoredMatch(storageKey);
  let renderTimer = 0;
  const notify = () => {
    renderTimer = 0;
    if (game) listener.onMatch(game);
  };
  const stream = new Stream(`/api/matches/${id}/stream/`, {
    onMessage: deferUntilSportLoaded((message) => {
      game = applyMessage(game, message);
      // Kept before the stream keeps its cursor: a game that is ahead of the cursor is whole
      // again after a repeat, one that is behind it would miss a goal for good.
      storeMatch(storageKey, game);
      if (game && stream.state === "live") listener.onLiveMessage?.(message, game);
      // A hundred missed messages are drawn once. Not an animation frame: there is none for a tab
      // in the background, whose title shows the score.
      renderTimer ||= setTimeout(notify, RENDER_DELAY_MS);
    }),
    onState: listener.onState,
  });
  if (!game) stream.forgetCursor();
  const start = () => {
    // A little later: whoever draws may need the stream that is returned only now.
    if (game) renderTimer = setTimeout(notify, 0);
    stream.connect();
  };
  // A game that was kept can be neither drawn nor moved on before its sport is here.
  if (game && !isSportLoaded(game.sport)) loadSport(game.sport).then(start);
  else start();
  return stream;
}

/**
 * @param {string} key
 * @returns {Match | null}
 */
function loadStoredMatch(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {Match | null} game
 */
function storeMatch(key, game) {
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
