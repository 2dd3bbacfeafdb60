// What of a match concerns one team, or one player. Pure.

import { inOrder } from "../sports/incidents.js";

/** @import { Incident } from "../client/wire.js" */

/** The newest first. @param {Incident[]} incidents @param {number} team */
export function ofTeam(incidents, team) {
  return inOrder(incidents.filter(({ team_id }) => team_id === team)).reverse();
}

/**
 * All of them where nobody is chosen; else those the player had a part in.
 * @param {Incident[]} incidents
 * @param {number} player 0 for nobody
 */
export function ofPlayer(incidents, player) {
  if (!player) return incidents;
  return incidents.filter(({ player_id, related_player_id }) => player_id === player || related_player_id === player);
}
