// Records balls, next players and undos.

import { spokenBall, ballSymbol } from "./ball-request.js";
import { cricketContextOf } from "./cricket-context.js";

/** @import { Scorebook } from "../../../scorer/scorebook.js" */
/** @import { BallRequest } from "./ball-request.js" */
/** @import { InningsState } from "./innings-state.js" */
/** @import { ProjectedMatch } from "./projected-match.js" */

/** @param {Scorebook} scorebook @returns {InningsState} the current one: the page may show an older one */
export const currentInnings = (scorebook) => /** @type {InningsState} */ (/** @type {ProjectedMatch | null} */ (scorebook.game)?.innings);

/** @param {any} game */
export const needsAgreement = (game) => game.playing_conditions.scorers_required > 1;

/**
 * Records the next ball with its number, so that a second scorer's isn't counted twice.
 * @param {Scorebook} scorebook
 * @param {BallRequest} ball
 * @param {(text: string) => void} onAnnounce
 */
export function recordBall(scorebook, ball, onAnnounce) {
  const innings = currentInnings(scorebook);
  const { nextBallNumber } = innings;
  const { chosenPlayers } = cricketContextOf(scorebook);
  if (!needsAgreement(scorebook.serverMatch)) cricketContextOf(scorebook).rememberState(innings);
  const { number: _, ...playerIds } = chosenPlayers?.number === nextBallNumber ? chosenPlayers : { number: nextBallNumber };
  scorebook.record("balls", { ...ball, ...playerIds, expected_number: nextBallNumber });
  const { runs, wickets } = currentInnings(scorebook);
  onAnnounce(`${spokenBall(ball)}. ${runs} for ${wickets}`);
}

/**
 * Records who comes next. Where scorers must agree, the server's over goes on until the others submit
 * its last ball: then the next ball names the players.
 * @param {Scorebook} scorebook
 * @param {{ batter_id?: number, bowler_id?: number, override?: boolean }} playerChange
 */
export function recordNextPlayer(scorebook, playerChange) {
  const innings = currentInnings(scorebook);
  if (!needsAgreement(scorebook.serverMatch)) return scorebook.record("players", playerChange);
  const { batter_id, ...rest } = playerChange;
  const isVacant = batter_id ? innings.striker === null || innings.nonStriker === null : innings.bowler === null;
  if (!isVacant) return scorebook.record("players", playerChange); // in mid-over, or replacing a batter sent in by mistake
  const roleField = innings.striker === null ? "striker_id" : "non_striker_id";
  return cricketContextOf(scorebook).chooseNextPlayers({ number: innings.nextBallNumber, ...rest, ...(batter_id ? { [roleField]: batter_id } : {}) });
}

/**
 * The last official ball, which can be undone, and its label.
 * @param {any} game
 * @returns {{ number: number, label: string } | null}
 */
export function lastUndoableBall(game) {
  const { innings, pending, live } = game;
  const isPending = (/** @type {any} */ one) => one.number === innings?.nextBallNumber - 1;
  // A pending submission isn't undone, but submitted again.
  if (!innings || innings.nextBallNumber < 2 || (pending ?? []).some(isPending)) return null;
  if (needsAgreement(game) && innings.nextBallNumber > live.next_number) return null;
  const symbol = innings.currentOver.at(-1) ?? innings.previousOver.at(-1);
  return { number: innings.nextBallNumber - 1, label: symbol ? `ball ${innings.nextBallNumber - 1}: ${symbol}` : `ball ${innings.nextBallNumber - 1}` };
}

/** @param {Scorebook} scorebook @param {number} number */
export function undoBall(scorebook, number) {
  const isUnsent = findUnsentBall(scorebook, number) !== null;
  // If that ball was refused, the ball of this number is another scorer's.
  scorebook.record(`balls/${number}`, isUnsent && scorebook.user ? { by: scorebook.user.id } : {}, { method: "DELETE" });
}

/** An unsent ball. @param {Scorebook} scorebook @param {number} number @returns {BallRequest | null} */
export function findUnsentBall({ waitingCommands }, number) {
  const isThisBall = (/** @type {any} */ { action, method, body }) => method === "POST" && action === "balls" && body.expected_number === number;
  return waitingCommands.filter(isThisBall).at(-1)?.body ?? null;
}

const ACTION_NAMES = /** @type {{ [action: string]: string }} */ ({
  toss: "Toss", innings: "Start of an innings", declare: "End of an innings", target: "Target",
  "super-over": "Super over", rulings: "Ruling",
});

/** A command as text for the scorer; null for commands of all sports. @param {{ method: string, action: string, body: any }} command */
export function commandText({ method, action, body }) {
  const [resource, number] = action.split("/");
  if (resource === "balls" && method === "DELETE") return `Remove ball ${number}`;
  if (resource === "balls" && method === "PATCH") return `Correct ball ${number}: ${ballSymbol(body)}`;
  if (resource === "balls" && body.runs) return `Ball ${body.expected_number}: ${ballSymbol(body)}`;
  if (resource === "balls") return body.penalty ? `${body.penalty.runs} penalty runs` : "Wicket between balls";
  if (resource === "players") return playerChangeName(body);
  if (resource === "rulings") return `Ruling on ball ${body.number}`;
  return ACTION_NAMES[resource] ?? null;
}

/** @param {any} body */
function playerChangeName({ batter_id, bowler_id, retire }) {
  if (retire) return "Retirement";
  return batter_id ? "New batter" : bowler_id ? "New bowler" : "Change of players";
}
