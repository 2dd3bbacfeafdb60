// A match with this device's unsettled commands applied: its toss and innings beside what all sports have.

import { applyLifecycleCommand, unprojectedMatch } from "../../../scorer/projected-match.js";
import { cricketContextOf } from "./cricket-context.js";

/** @import { Match } from "../../../client/message-types.js" */
/** @import { ProjectedMatch as CommonProjectedMatch, ScorerCommand } from "../../../scorer/projected-match.js" */
/** @import { Scorebook } from "../../../scorer/scorebook.js" */
/** @import { InningsState } from "./innings-state.js" */

/** @typedef {CommonProjectedMatch & { innings?: InningsState, toss?: any }} ProjectedMatch */

/**
 * @param {Match} game from the server
 * @param {readonly ScorerCommand[]} commands not settled, oldest first
 * @param {Scorebook} scorebook
 * @returns {ProjectedMatch}
 */
export function projectMatch(game, commands, scorebook) {
  const projected = commands.reduce(applyCommand, unprojectedMatch(game));
  return { ...projected, innings: cricketContextOf(scorebook).projectInnings(game, commands) };
}

/** @param {ProjectedMatch} game @param {ScorerCommand} command @returns {ProjectedMatch} */
function applyCommand(game, command) {
  const { method, action, body } = command;
  return method === "POST" && action === "toss" ? { ...game, toss: body } : applyLifecycleCommand(game, command);
}
