// The line-ups of both sides, with each player's incidents.

import { html } from "../../vendor/htm-preact.js";
import { LineUps } from "../../parts/line-ups.js";
import { kindLabel, sortIncidents, minuteText } from "./incidents.js";

/** @import { Match, Incident } from "../../client/message-types.js" */

/** Incidents shown as an icon beside a name. */
const MARKED_KINDS = new Set(["goal", "own_goal", "penalty_goal", "yellow_card", "second_yellow", "red_card", "substitution"]);

/** @param {{ game: Match }} props */
export function FootballLineUps({ game }) {
  return html`<${LineUps} game=${game} renderPerformance=${(/** @type {number} */ id) => markedIncidents(game.incidents ?? [], id).map((incident) => html`
    <span key=${incident.id} class="performance" data-kind=${incident.kind}>
      <span class="mark" aria-hidden="true"></span><span class="visually-hidden">${kindLabel(incident)}</span> ${minuteText(incident)}</span>`)} />`;
}

/** @param {Incident[]} incidents @param {number} playerId */
function markedIncidents(incidents, playerId) {
  return sortIncidents(incidents.filter(({ kind, player_id, related_player_id, confirmation }) =>
    MARKED_KINDS.has(kind) && confirmation !== "cancelled" && (player_id === playerId || (kind === "substitution" && related_player_id === playerId))));
}
