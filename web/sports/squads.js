// The players of both sides, with what they did in this match.

import { teamColour } from "../client/colour.js";
import { all } from "../desk/api.js";
import { html, useEffect, useState } from "../vendor/htm-preact.js";
import { describe, inOrder, minute } from "./incidents.js";

/** @import { Child } from "../vendor/htm-preact.js" */
/** @import { End, Game, Incident } from "../client/wire.js" */

/** @typedef {{ id: number, name: string, shirt_number?: number | null }} Player */

/** Worth a mark beside a name. */
const DEEDS = new Set(["goal", "own_goal", "penalty_goal", "yellow_card", "second_yellow", "red_card", "substitution"]);

/** @param {{ game: Game, deeds?: (player: number) => Child }} props what a player did, where it is no incident */
export function Squads({ game, deeds }) {
  const ends = /** @type {End[]} */ (["home", "away"]);
  return html`<div class="squads">${ends.map((end) => html`<${Squad} key=${game.teams[end].id} end=${end} game=${game} deeds=${deeds} />`)}</div>`;
}

/** @param {{ end: End, game: Game, deeds?: (player: number) => Child }} props */
function Squad({ end, game, deeds }) {
  const { id, name, colour } = game.teams[end];
  const [players, setPlayers] = useState(/** @type {Player[] | null} */ (null));
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    all(`/api/teams/${id}/players`).then(({ items, problem }) => {
      if (!problem) return setPlayers(items);
      const hidden = problem.status > 0 && problem.status < 500;
      setTrouble(hidden ? "The players of this team are not public." : "The players can't be read at the moment.");
    });
  }, [id]);
  return html`<section class="squad" style=${{ "--colour": teamColour(colour, end) }}>
    <h2><a href=${`/teams/${id}`}>${name}</a></h2>
    ${trouble && html`<p class="empty">${trouble}</p>`}
    ${players?.length === 0 && html`<p class="empty">No players are listed.</p>`}
    <${Players} players=${players ?? []} incidents=${game.incidents ?? []} more=${deeds} />
  </section>`;
}

/** @param {{ players: Player[], incidents: Incident[], more?: (player: number) => Child }} props */
function Players({ players, incidents, more }) {
  const byShirt = [...players].sort((one, other) => (one.shirt_number ?? 1_000) - (other.shirt_number ?? 1_000) || one.id - other.id);
  return html`<ol class="players">${byShirt.map(({ id, name, shirt_number }) => {
    const deeds = inOrder(incidents.filter(({ kind, player_id, related_player_id, confirmation }) =>
      DEEDS.has(kind) && confirmation !== "cancelled" && (player_id === id || (kind === "substitution" && related_player_id === id))));
    return html`<li key=${id}><span class="shirt">${shirt_number ?? ""}</span> <span class="name">${name}</span>
      <span class="deeds">${deeds.map((deed) => html`<span key=${deed.id} class="deed" data-kind=${deed.kind}>
        <span class="mark" aria-hidden="true"></span><span class="unseen">${describe(deed)}</span> ${minute(deed)}</span>`)}${more?.(id)}</span></li>`;
  })}</ol>`;
}
