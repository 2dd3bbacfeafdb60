// How the scorer page follows its match: by messages, or by whole states.

import { followMatch } from "../client/match-stream.js";
import { Stream } from "../client/stream.js";

/** @import { Match } from "../client/message-types.js" */
/** @import { StreamState } from "../client/stream.js" */

/** @typedef {{ onMatch: (game: Match) => void, onState: (state: StreamState, reason: string | null) => void }} ServerMatchListener */

/**
 * Where a correction may change everything at once the server sends whole states, and nothing is added
 * up here.
 * @param {string} id of the match
 * @param {boolean} needsWholeStates
 * @param {ServerMatchListener} listener
 */
export function followServerMatch(id, needsWholeStates, listener) {
  if (!needsWholeStates) return followMatch(id, listener);
  const stream = new Stream(`/api/matches/${id}/stream/?mode=state&max_rate=5`, {
    onMessage: (message) => message.type === "snapshot" && listener.onMatch({ ...message.data, seq: message.seq }),
    onState: listener.onState,
  });
  stream.forgetCursor(); // a whole state comes first
  stream.connect();
  return stream;
}
