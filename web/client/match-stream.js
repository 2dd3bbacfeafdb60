// Follows one match: folds messages into its state and notifies the page.

import { commonView, defaultStatusText } from "../sports/common.js";
import { isSportLoaded, loadSport, sportOf } from "../sports/registry.js";
import { foldMessage } from "./fold.js";
import { Stream } from "./stream.js";

/** @import { FollowedMatch, Match, Message } from "./message-types.js" */
/** @import { StreamState } from "./stream.js" */

const RENDER_DELAY_MS = 16;

/**
 * Passes messages of matches on in order, once the code of their sport is loaded.
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
    const sport = message.type === "snapshot" ? message.data.match?.sport : "";
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
 * Folds a message into a match: a snapshot is its state, any other message has a patch of it.
 * @param {FollowedMatch | null} followed
 * @param {Message} message
 * @returns {FollowedMatch | null}
 */
export function foldMatchMessage(followed, message) {
  const { type, seq, data } = message;
  if (type === "snapshot") {
    const { names, ...state } = data;
    return { seq, state, names };
  }
  if (!followed || seq <= followed.seq) return followed; // sent again after a reload
  const state = foldMessage(followed.state, message) ?? followed.state;
  const { rememberMessage } = sportOf(state.match?.sport);
  const recent = rememberMessage ? rememberMessage(followed.recent, message) : followed.recent;
  return { ...followed, seq, state, recent };
}

/** @type {WeakMap<FollowedMatch, Match>} */
const views = new WeakMap();

/** The match as pages draw it; made once per state. @param {FollowedMatch} followed @returns {Match} */
export function matchView(followed) {
  const known = views.get(followed);
  if (known) return known;
  const common = commonView(followed);
  const view = sportOf(common.sport).viewMatch?.(common, followed) ?? common;
  views.set(followed, view);
  return view;
}

/** @param {string} path of the page: `/matches/3`, `/matches/3/hd` */
export function matchIdFromPath(path) {
  return /^\/matches\/([1-9]\d*)(?:\/|$)/.exec(path)?.[1] ?? null;
}

/** Session-storage key of a match. @param {string} id */
export function storageKeyOf(id) {
  return `touchline:match:${id}`;
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
  let followed = loadStoredMatch(storageKey);
  let renderTimer = 0;
  const notify = () => {
    renderTimer = 0;
    if (followed) listener.onMatch(matchView(followed));
  };
  const receive = deferUntilSportLoaded((message, isLive) => {
    followed = foldMatchMessage(followed, message);
    // Stored before the stream stores its cursor: a match ahead of the cursor skips the repeated
    // messages, one behind it would lose a goal for good.
    storeMatch(storageKey, followed);
    if (followed && isLive) listener.onLiveMessage?.(message, matchView(followed));
    // One notification for a burst of messages. Not an animation frame: background tabs get none,
    // and their title shows the score.
    renderTimer ||= setTimeout(notify, RENDER_DELAY_MS);
  });
  /** @type {Stream} */ const stream = new Stream(`/api/matches/${id}/stream/`, {
    onMessage: (message) => receive(message, stream.state === "live"),
    onState: listener.onState,
  });
  if (!followed) stream.forgetCursor();
  const start = () => {
    // Deferred, since the listener may need the stream that is returned only now.
    if (followed) renderTimer = setTimeout(notify, 0);
    stream.connect();
  };
  // A stored match can't be rendered or updated before its sport is loaded.
  const sport = followed?.state.match.sport ?? "";
  if (!isSportLoaded(sport)) loadSport(sport).then(start);
  else start();
  return stream;
}

/**
 * @param {string} key
 * @returns {FollowedMatch | null}
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
 * @param {FollowedMatch | null} followed
 */
function storeMatch(key, followed) {
  try {
    sessionStorage.setItem(key, JSON.stringify(followed));
  } catch {
    // Storage is full or blocked. A newer cursor must not meet an older match.
    try {
      sessionStorage.removeItem(key);
    } catch {
      // Storage is blocked, so it holds no older match.
    }
  }
}
