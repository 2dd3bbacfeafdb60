// What the players of one side have done in a match of cricket so far: with the bat, and with the ball.

import { html } from "../vendor/htm-preact.js";
import { chase, inningsIn, lead, nameOf, resultText } from "./cricket-figures.js";

/** @import { Game } from "../client/wire.js" */
/** @import { Innings } from "./innings.js" */
/** @import { Match } from "./cricket-fold.js" */

/** @param {{ game: Game, team: number, player: number, empty: string }} props */
export function Deeds({ game, team, player, empty }) {
  const parts = inningsIn(game)
    .map((innings) => ({ innings, did: innings.batting_team_id === team ? batted(game, innings) : bowled(innings) }))
    .map(({ innings, did }) => ({ innings, did: did.filter(({ id }) => !player || id === player) }))
    .filter(({ did }) => did.length > 0)
    .reverse(); // what is being played comes first
  const said = resultText(game) || chase(game) || lead(game);
  return html`
    ${said && html`<p class="said">${said}</p>`}
    ${parts.length === 0 && html`<p class="empty">${empty}</p>`}
    ${parts.map(({ innings, did }) => html`<section key=${innings.number} class="deeds-of">
      <h3 class="day">${innings.batting_team_id === team ? "Batting" : `Bowling to ${nameOf(game, innings)}`}</h3>
      <ol class="players">${did.map(({ id, name, how, figures }) => html`<li key=${id}><span class="name">${name}</span> <span class="deeds">${how && html`<span>${how}</span>`} <b>${figures}</b></span></li>`)}</ol>
    </section>`)}`;
}

/** @typedef {{ id: number, name: string, how: string, figures: string }} Deed `Ada Okafor`, `b Larsen`, `45 (32)` */

/** @param {Game} game @param {Innings} innings @returns {Deed[]} */
function batted(game, { batting, completed }) {
  const { live } = /** @type {Match} */ (game);
  const isIn = (/** @type {number} */ id) => !completed && (live.striker?.player_id === id || live.non_striker?.player_id === id);
  return batting.map(({ player_id: id, name, runs, balls, dismissal }) => ({
    id, name, how: isIn(id) ? "batting" : dismissal, figures: `${runs}${isIn(id) ? "*" : ""} (${balls})`,
  }));
}

/** @param {Innings} innings @returns {Deed[]} */
function bowled({ bowling }) {
  return bowling.map(({ player_id: id, name, wickets, runs, overs }) => ({ id, name, how: "", figures: `${wickets}/${runs} (${overs})` }));
}
