// The line-ups of both sides of a match, with each player's performance.

import { teamColour } from "../client/colour.js";
import { listAll } from "../common/api.js";
import { html, useEffect, useState } from "../vendor/htm-preact.js";

/** @import { Child } from "../vendor/htm-preact.js" */
/** @import { Side, Match } from "../client/message-types.js" */

/** @typedef {{ id: number, name: string, shirt_number?: number | null }} Player */

/** @param {{ game: Match, renderPerformance: (playerId: number) => Child }} props */
export function LineUps({ game, renderPerformance }) {
  const sides = /** @type {Side[]} */ (["home", "away"]);
  return html`<div class="squads">${sides.map((side) => html`<${TeamLineUp} key=${game.teams[side].id} side=${side} game=${game} renderPerformance=${renderPerformance} />`)}</div>`;
}

/** @param {{ side: Side, game: Match, renderPerformance: (playerId: number) => Child }} props */
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
    <${LineUpPlayers} players=${players ?? []} renderPerformance=${renderPerformance} />
  </section>`;
}

/** @param {{ players: Player[], renderPerformance: (playerId: number) => Child }} props */
function LineUpPlayers({ players, renderPerformance }) {
  const sortedPlayers = [...players].sort((one, other) => (one.shirt_number ?? 1_000) - (other.shirt_number ?? 1_000) || one.id - other.id);
  return html`<ol class="players">${sortedPlayers.map(({ id, name, shirt_number }) => html`
    <li key=${id}><span class="shirt">${shirt_number ?? ""}</span> <span class="name">${name}</span>
      <span class="performances">${renderPerformance(id)}</span></li>`)}</ol>`;
}
