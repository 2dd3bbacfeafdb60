// What the scorer page says about commands and the outbox; pure.

import { humanize } from "../common/text.js";

/** @import { Match } from "../client/message-types.js" */
/** @import { SportScorer } from "../sports/sport-scorer.js" */
/** @import { ScorerCommand } from "./projected-match.js" */
/** @import { Squads } from "./scorebook.js" */

/**
 * A command in the words of its sport, else of all sports.
 * @param {ScorerCommand} command
 * @param {Pick<SportScorer, "commandText"> | null} sportScorer
 * @param {Match | null} game
 * @param {Squads} squads
 */
export function commandText(command, sportScorer, game, squads) {
  const { action, body } = command;
  const [resource] = action.split("/");
  return sportScorer?.commandText?.(command, game, squads)
    ?? [humanize(resource), body.reason && humanize(body.reason).toLowerCase()].filter(Boolean).join(": ");
}

/** Why a command was refused, in the server's words. @param {any} problem */
export function problemText(problem) {
  const errors = (problem?.errors ?? []).map((/** @type {any} */ { pointer, detail }) =>
    [humanize(String(pointer ?? "").split("/").filter(Boolean).at(-1) ?? ""), detail].filter(Boolean).join(" "));
  return errors.length > 0 ? errors.join("; ") : (problem?.detail ?? problem?.title ?? "The server gave no reason.");
}

/** What the outbox is doing. @param {string} state @param {number} waitingCount */
export function outboxText(state, waitingCount) {
  if (waitingCount === 0) return "All sent";
  const count = `${waitingCount} waiting`;
  if (state === "sending") return `${count}: sending`;
  return state === "signed-out" ? `${count}: sign in to send` : `${count} for the network`;
}
