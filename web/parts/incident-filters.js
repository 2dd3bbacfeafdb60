// What of a match concerns one team, or one player. Pure.

import { sortIncidents } from "../sports/football-incidents.js";

/** @import { Incident } from "../client/message-types.js" */

/** The newest first. @param {Incident[]} incidents @param {number} teamId */
export function incidentsOfTeam(incidents, teamId) {
  return sortIncidents(incidents.filter(({ team_id }) => team_id === teamId)).reverse();
}

/**
 * All of them where nobody is chosen; else those the player had a part in.
 * @param {Incident[]} incidents
 * @param {number} playerId 0 for nobody
 */
export function incidentsOfPlayer(incidents, playerId) {
  if (!playerId) return incidents;
  return incidents.filter(({ player_id, related_player_id }) => player_id === playerId || related_player_id === playerId);
}
