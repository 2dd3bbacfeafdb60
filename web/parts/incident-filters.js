// Filters a match's incidents by team or player; pure.

import { sortIncidents } from "../sports/football/incidents.js";

/** @import { Incident } from "../client/message-types.js" */

/** Newest first. @param {Incident[]} incidents @param {number} teamId */
export function incidentsOfTeam(incidents, teamId) {
  return sortIncidents(incidents.filter(({ team_id }) => team_id === teamId)).reverse();
}

/**
 * The incidents that a player had a part in, or all.
 * @param {Incident[]} incidents
 * @param {number} playerId 0 for all
 */
export function incidentsOfPlayer(incidents, playerId) {
  if (!playerId) return incidents;
  return incidents.filter(({ player_id, related_player_id }) => player_id === playerId || related_player_id === playerId);
}
