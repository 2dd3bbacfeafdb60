// How the console hears of its match: message by message, or as one whole state after each change.

import { follow } from "../client/game.js";
import { Stream } from "../client/stream.js";

/** @import { Game } from "../client/wire.js" */
/** @import { State } from "../client/stream.js" */

/** @typedef {{ onGame: (game: Game) => void, onState: (state: State, why: string | null) => void }} Listener */

/**
 * A cricket scorer needs figures, quotas and disputes, all of which a correction may change at once:
 * the server's own reckoning is asked for, and nothing is added up here.
 * @param {string} id of the match
 * @param {string} sport "" where it isn't known yet
 * @param {Listener} listener
 */
export function listen(id, sport, listener) {
  if (sport !== "cricket") return follow(id, listener);
  const stream = new Stream(`/api/matches/${id}/stream/?mode=state&max_rate=5`, {
    onMessage: (message) => message.type === "snapshot" && listener.onGame({ ...message.data, seq: message.seq }),
    onState: listener.onState,
  });
  stream.forget(); // the whole state comes first, whatever was heard before
  stream.connect();
  return stream;
}
