// How the scorer page follows its match: by messages, or by whole states.

import { followMatch } from "../client/match-stream.js";
import { Stream } from "../client/stream.js";

/** @import { Match } from "../client/message-types.js" */
/** @import { StreamState } from "../client/stream.js" */

/** @typedef {{ onMatch: (game: Match) => void, onState: (state: StreamState, reason: string | null) => void }} ServerMatchListener */

/**
 * A cricket scorer needs figures, quotas and disputes, all of which a correction may change at once:
 * the server sends whole states, and nothing is added up here.
 * @param {string} id of the match
 * @param {string} sport empty if not known yet
 * @param {ServerMatchListener} listener
 */
export function followServerMatch(id, sport, listener) {
  if (sport !== "cricket") return followMatch(id, listener);
  const stream = new Stream(`/api/matches/${id}/stream/?mode=state&max_rate=5`, {
    onMessage: (message) => message.type === "snapshot" && listener.onMatch({ ...message.data, seq: message.seq }),
    onState: listener.onState,
  });
  stream.forgetCursor(); // a whole state comes first
  stream.connect();
  return stream;
}
