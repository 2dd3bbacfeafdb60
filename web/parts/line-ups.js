// The line-ups of both sides of a match, with each player's performance.

import { teamColour } from "../client/colour.js";
import { listAll } from "../common/api.js";
import { html, useEffect, useState } from "../vendor/htm-preact.js";

/** @import { Child } from "../vendor/htm-preact.js" */
/** @import { Lineup, Side, Match } from "../client/message-types.js" */

/** @typedef {{ id: number, name: string, shirt_number?: number | null }} Player */

/** @param {{ game: Match, renderPerformance: (playerId: number) => Child }} props */
export function LineUps({ game, renderPerformance }) {
  const sides = /** @type {Side[]} */ (["home", "away"]);
  return html`<div class="squads">${sides.map((side) => html`<${TeamLineUp} key=${game.teams[side].id} side=${side} game=${game} renderPerformance=${renderPerformance} />`)}</div>`;
}

/** @param {{ side: Side, game: Match, renderPerformance: (playerId: number) => Child }} props */
function TeamLineUp({ side, game, renderPerformance }) {
  const { id, name, colour } = game.teams[side];
  const lineup = game.lineups?.[side];
  const [players, setPlayers] = useState(/** @type {Player[] | null} */ (null));
  const [errorText, setErrorText] = useState("");
  useEffect(() => {
    listAll(`/api/teams/${id}/players`).then(({ items, problem }) => {
      if (!problem) {
        setErrorText("");
        return setPlayers(items);
      }
      const isHidden = problem.status > 0 && problem.status < 500;
      setErrorText(isHidden ? "The players of this team are not public." : "The players can't be read at the moment.");
    });
    // A new line-up may name a player who has joined since.
  }, [id, listedIds(lineup).join()]);
  return html`<section class="squad" style=${{ "--colour": teamColour(colour, side) }}>
    <h2><a href=${`/teams/${id}`}>${name}</a>${lineup?.shape && html` <span class="shape">${lineup.shape}</span>`}</h2>
    ${errorText && html`<p class="empty">${errorText}</p>`}
    ${players?.length === 0 && html`<p class="empty">No players are listed.</p>`}
    ${players && groupPlayers(players, lineup).map(({ title, members }) => html`
      ${title && html`<h3>${title}</h3>`}
      <${LineUpPlayers} players=${members} captainId=${lineup?.captain_id} renderPerformance=${renderPerformance} />`)}
  </section>`;
}

/** @param {{ players: Player[], captainId?: number, renderPerformance: (playerId: number) => Child }} props */
function LineUpPlayers({ players, captainId, renderPerformance }) {
  return html`<ol class="players">${players.map(({ id, name, shirt_number }) => html`
    <li key=${id}><span class="shirt">${shirt_number ?? ""}</span> <span class="name">${name}${id === captainId && html` <span class="captain"><span aria-hidden="true">(C)</span><span class="visually-hidden">captain</span></span>`}</span>
      <span class="performances">${renderPerformance(id)}</span></li>`)}</ol>`;
}

/** @param {Lineup | undefined} lineup */
function listedIds(lineup) {
  return [...(lineup?.starting ?? []), ...(lineup?.bench ?? []), ...(lineup?.twelfth_id ? [lineup.twelfth_id] : [])];
}

/**
 * The players of a team in the groups of its line-up, in the line-up's order; without one all of
 * them by number. Who isn't listed doesn't play, and isn't shown.
 * @param {Player[]} players
 * @param {Lineup} [lineup]
 * @returns {{ title: string, members: Player[] }[]} groups that have members
 */
export function groupPlayers(players, lineup) {
  if (!lineup) {
    const byNumber = (/** @type {Player} */ one, /** @type {Player} */ other) => (one.shirt_number ?? 1_000) - (other.shirt_number ?? 1_000) || one.id - other.id;
    return [{ title: "", members: [...players].sort(byNumber) }];
  }
  const playerOf = (/** @type {number} */ id) => players.find((player) => player.id === id) ?? { id, name: "Former player" };
  const { starting, bench, twelfth_id: twelfthId } = lineup;
  const groups = [
    { title: "Starting", members: starting.map(playerOf) },
    { title: "Bench", members: bench.map(playerOf) },
    { title: "Twelfth", members: twelfthId ? [playerOf(twelfthId)] : [] },
  ];
  return groups.filter(({ members }) => members.length > 0);
}
