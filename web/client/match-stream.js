// Follows one match: applies messages to its state and notifies the page.

import { applyCommonFields, defaultStatusText } from "../sports/common.js";
import { isSportLoaded, loadSport, sportOf } from "../sports/registry.js";
import { Stream } from "./stream.js";

/** @import { Match, Message } from "./message-types.js" */
/** @import { StreamState } from "./stream.js" */

const RENDER_DELAY_MS = 16;

/**
 * Passes messages of matches or events on in order, once the code of their sport is loaded.
 * @param {(message: Message, isLive: boolean) => void} handler
 * @returns {(message: Message, isLive?: boolean) => void} `isLive` if the stream was live when the message arrived
 */
export function deferUntilSportLoaded(handler) {
  /** @type {[Message, boolean][]} */ let queued = [];
  const drain = () => {
    const ready = queued;
    queued = [];
    for (const [message, isLive] of ready) handler(message, isLive);
  };
  return (message, isLive = false) => {
    const isQueueing = queued.length > 0;
    const sport = message.type === "snapshot" ? (message.data.sport ?? message.data.event?.sport) : "";
    if (!isQueueing && isSportLoaded(sport)) return handler(message, isLive);
    queued.push([message, isLive]);
    if (!isQueueing) loadSport(sport).then(drain);
  };
}

/** The match's status in the words of its sport. @param {Match} game */
export function matchStatusText(game) {
  return sportOf(game.sport).statusText?.(game) ?? defaultStatusText(game);
}

/**
 * Applies a message to a match. Its score, clock and status are complete and replace
 * the previous ones; nothing is ever added up here.
 * @param {Match | null} game
 * @param {Message} message
 * @returns {Match | null}
 */
export function applyMessage(game, message) {
  if (message.type === "snapshot") return { ...message.data, seq: message.seq };
  if (!game || message.seq <= game.seq) return game; // sent again after a reload
  const next = sportOf(game.sport).applyMessage(applyCommonFields(game, message), message);
  return { ...next, seq: message.seq };
}

/** @param {string} path of the page: `/matches/3`, `/matches/3/hd` */
export function matchIdFromPath(path) {
  return /^\/matches\/([1-9]\d*)(?:\/|$)/.exec(path)?.[1] ?? null;
}

/** Session-storage key of a match. @param {string} id */
export function storageKeyOf(id) {
  return `touchline:game:${id}`;
}

/**
 * @typedef {object} MatchListener
 * @property {(game: Match) => void} onMatch
 * @property {(message: Message, game: Match) => void} [onLiveMessage] for messages after the stream became live
 * @property {(state: StreamState, reason: string | null, since: number) => void} onState
 */

/**
 * @param {string} id
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
  const receive = deferUntilSportLoaded((message, isLive) => {
    game = applyMessage(game, message);
    // Stored before the stream stores its cursor: a match ahead of the cursor skips the repeated
    // messages, one behind it would lose a goal for good.
    storeMatch(storageKey, game);
    if (game && isLive) listener.onLiveMessage?.(message, game);
    // One notification for a burst of messages. Not an animation frame: background tabs get none,
    // and their title shows the score.
    renderTimer ||= setTimeout(notify, RENDER_DELAY_MS);
  });
  /** @type {Stream} */ const stream = new Stream(`/api/matches/${id}/stream/`, {
    onMessage: (message) => receive(message, stream.state === "live"),
    onState: listener.onState,
  });
  if (!game) stream.forgetCursor();
  const start = () => {
    // Deferred, since the listener may need the stream that is returned only now.
    if (game) renderTimer = setTimeout(notify, 0);
    stream.connect();
  };
  // A stored match can't be rendered or updated before its sport is loaded.
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
    // Storage is full or blocked. A newer cursor must not meet an older match.
    try {
      sessionStorage.removeItem(key);
    } catch {
      // Storage is blocked, so it holds no older match.
    }
  }
}
