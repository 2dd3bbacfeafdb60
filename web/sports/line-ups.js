// The line-ups of both sides, with each player's incidents.

import { teamColour } from "../client/colour.js";
import { listAll } from "../common/api.js";
import { html, useEffect, useState } from "../vendor/htm-preact.js";
import { kindLabel, sortIncidents, minuteText } from "./football/incidents.js";

/** @import { Child } from "../vendor/htm-preact.js" */
/** @import { Side, Match, Incident } from "../client/message-types.js" */

/** @typedef {{ id: number, name: string, shirt_number?: number | null }} Player */

/** Incidents shown as an icon beside a name. */
const MARKED_KINDS = new Set(["goal", "own_goal", "penalty_goal", "yellow_card", "second_yellow", "red_card", "substitution"]);

/** @param {{ game: Match, renderPerformance?: (player: number) => Child }} props a player's performance beside incidents */
export function LineUps({ game, renderPerformance }) {
  const sides = /** @type {Side[]} */ (["home", "away"]);
  return html`<div class="squads">${sides.map((side) => html`<${TeamLineUp} key=${game.teams[side].id} side=${side} game=${game} renderPerformance=${renderPerformance} />`)}</div>`;
}

/** @param {{ side: Side, game: Match, renderPerformance?: (player: number) => Child }} props */
function TeamLineUp({ side, game, renderPerformance }) {
  const { id, name, colour } = game.teams[side];
  const [players, setPlayers] = useState(/** @type {Player[] | null} */ (null));
  const [errorText, setErrorText] = useState("");
  useEffect(() => {
    listAll(`/api/teams/${id}/players`).then(({ items, problem }) => {
      if (!problem) return setPlayers(items);
      const isHidden = problem.status > 0 && problem.status < 500;
      setErrorText(isHidden ? "The players of this team are not public." : "The players can't be read at the moment.");
    });
  }, [id]);
  return html`<section class="squad" style=${{ "--colour": teamColour(colour, side) }}>
    <h2><a href=${`/teams/${id}`}>${name}</a></h2>
    ${errorText && html`<p class="empty">${errorText}</p>`}
    ${players?.length === 0 && html`<p class="empty">No players are listed.</p>`}
    <${LineUpPlayers} players=${players ?? []} incidents=${game.incidents ?? []} renderPerformance=${renderPerformance} />
  </section>`;
}

/** @param {{ players: Player[], incidents: Incident[], renderPerformance?: (player: number) => Child }} props */
function LineUpPlayers({ players, incidents, renderPerformance }) {
  const sortedPlayers = [...players].sort((one, other) => (one.shirt_number ?? 1_000) - (other.shirt_number ?? 1_000) || one.id - other.id);
  return html`<ol class="players">${sortedPlayers.map(({ id, name, shirt_number }) => {
    const playerIncidents = sortIncidents(incidents.filter(({ kind, player_id, related_player_id, confirmation }) =>
      MARKED_KINDS.has(kind) && confirmation !== "cancelled" && (player_id === id || (kind === "substitution" && related_player_id === id))));
    return html`<li key=${id}><span class="shirt">${shirt_number ?? ""}</span> <span class="name">${name}</span>
      <span class="performances">${playerIncidents.map((incident) => html`<span key=${incident.id} class="performance" data-kind=${incident.kind}>
        <span class="mark" aria-hidden="true"></span><span class="visually-hidden">${kindLabel(incident)}</span> ${minuteText(incident)}</span>`)}${renderPerformance?.(id)}</span></li>`;
  })}</ol>`;
}
