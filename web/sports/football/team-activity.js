// The incidents of one team, or of one of its players.

import { html } from "../../vendor/htm-preact.js";
import { renderIncidents, sortIncidents } from "./incidents.js";

/** @import { Match, Incident } from "../../client/message-types.js" */

/** @param {{ game: Match, teamId: number, playerId: number, emptyText: string }} props */
export function FootballTeamActivity({ game, teamId, playerId, emptyText }) {
  const incidents = incidentsOfPlayer(incidentsOfTeam(game.incidents ?? [], teamId), playerId);
  if (incidents.length === 0) return html`<p class="empty">${emptyText}</p>`;
  return html`<ol class="timeline of-team" tabindex="0" aria-label="What happened">${renderIncidents(game, incidents)}</ol>`;
}

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
