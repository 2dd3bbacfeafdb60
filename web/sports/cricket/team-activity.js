// What the players of one side have done in a cricket match: batting and bowling.

import { html } from "../../vendor/htm-preact.js";
import { chaseText, allInnings, leadText, inningsName, resultText } from "./innings.js";

/** @import { Match } from "../../client/message-types.js" */
/** @import { CricketMatch, Innings } from "./types.js" */

/** @param {{ game: Match, teamId: number, playerId: number, emptyText: string }} props */
export function CricketTeamActivity({ game, teamId, playerId, emptyText }) {
  const sections = allInnings(game)
    .map((innings) => ({ innings, performances: innings.batting_team_id === teamId ? battingPerformances(game, innings) : bowlingPerformances(innings) }))
    .map(({ innings, performances }) => ({ innings, did: performances.filter(({ id }) => !playerId || id === playerId) }))
    .filter(({ did: performances }) => performances.length > 0)
    .reverse(); // the innings in play first
  const summaryText = resultText(game) || chaseText(game) || leadText(game);
  return html`
    ${summaryText && html`<p class="summary">${summaryText}</p>`}
    ${sections.length === 0 && html`<p class="empty">${emptyText}</p>`}
    ${sections.map(({ innings, did: performances }) => html`<section key=${innings.number} class="innings-performances">
      <h3 class="day">${innings.batting_team_id === teamId ? "Batting" : `Bowling to ${inningsName(game, innings)}`}</h3>
      <ol class="players">${performances.map(({ id, name, dismissal, figures }) => html`<li key=${id}><span class="name">${name}</span> <span class="performances">${dismissal && html`<span>${dismissal}</span>`} <b>${figures}</b></span></li>`)}</ol>
    </section>`)}`;
}

/** @typedef {{ id: number, name: string, dismissal: string, figures: string }} PlayerPerformance `Ada Okafor`, `b Larsen`, `45 (32)` */

/** @param {Match} game @param {Innings} innings @returns {PlayerPerformance[]} */
function battingPerformances(game, { batting, completed }) {
  const { live } = /** @type {CricketMatch} */ (game);
  const isBatting = (/** @type {number} */ id) => !completed && (live.striker?.player_id === id || live.non_striker?.player_id === id);
  return batting.map(({ player_id: id, name, runs, balls, dismissal }) => ({
    id, name, dismissal: isBatting(id) ? "batting" : dismissal, figures: `${runs}${isBatting(id) ? "*" : ""} (${balls})`,
  }));
}

/** @param {Innings} innings @returns {PlayerPerformance[]} */
function bowlingPerformances({ bowling }) {
  return bowling.map(({ player_id: id, name, wickets, runs, overs }) => ({ id, name, dismissal: "", figures: `${wickets}/${runs} (${overs})` }));
}
