// Statistics of both sides of a cricket match, and players' performances.

import { html } from "../../vendor/htm-preact.js";
import { allInnings, inningsOfSide, otherSide, overSummaries } from "./innings.js";
import { StatisticsTable } from "../../parts/statistics-table.js";
import { LineUps } from "../../parts/line-ups.js";

/** @import { Side, TeamStatistics, Match } from "../../client/message-types.js" */

/** @param {{ game: Match }} props */
export function CricketStatistics({ game }) {
  if (allInnings(game).length === 0) return html`<p class="empty">No statistics yet.</p>`;
  const statistics = { home: cricketTeamStatistics(game, "home"), away: cricketTeamStatistics(game, "away") };
  return html`<${StatisticsTable} statistics=${statistics} teams=${game.teams} />`;
}

/** A side's batting totals, and the extras it gave away. @param {Match} game @param {Side} side @returns {TeamStatistics} */
export function cricketTeamStatistics(game, side) {
  const sideInnings = inningsOfSide(game, side);
  const opponentInnings = inningsOfSide(game, otherSide(side));
  const sum = (/** @type {number[]} */ numbers) => numbers.reduce((total, one) => total + one, 0);
  const balls = sideInnings.flatMap((one) => overSummaries(one)).flatMap((over) => over.balls);
  return {
    runs: sum(sideInnings.map(({ runs }) => runs)),
    fours: sum(sideInnings.flatMap(({ batting }) => batting.map(({ fours }) => fours))),
    sixes: sum(sideInnings.flatMap(({ batting }) => batting.map(({ sixes }) => sixes))),
    dot_balls: balls.filter((ball) => ball === "." || ball === "W").length,
    best_over: Math.max(0, ...sideInnings.flatMap((one) => overSummaries(one).map(({ runs }) => runs))),
    best_partnership: Math.max(0, ...sideInnings.flatMap(({ partnerships }) => partnerships.map(({ runs }) => runs))),
    wickets_taken: sum(opponentInnings.map(({ wickets }) => wickets)),
    maidens_bowled: sum(opponentInnings.flatMap(({ bowling }) => bowling.map(({ maidens }) => maidens))),
    extras_given: sum(opponentInnings.flatMap(({ extras }) => Object.values(extras))),
  };
}

/** @param {{ game: Match }} props */
export function CricketLineUps({ game }) {
  return html`<${LineUps} game=${game} renderPerformance=${(/** @type {number} */ id) => playerFigures(game, id).map((figures) => html`<span key=${figures} class="performance">${figures}</span>`)} />`;
}

/** `45 (31)`, `2/31 (4.0)` @param {Match} game @param {number} playerId */
export function playerFigures(game, playerId) {
  const isPlayer = (/** @type {{ player_id: number }} */ { player_id: id }) => id === playerId;
  return allInnings(game).flatMap(({ batting, bowling }) => [
    ...batting.filter(isPlayer).map(({ runs, balls, out, dismissal }) => `${runs}${out || dismissal !== "not out" ? "" : "*"} (${balls})`),
    ...bowling.filter(isPlayer).map(({ wickets, runs, overs }) => `${wickets}/${runs} (${overs})`),
  ]);
}
