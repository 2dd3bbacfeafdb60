// Side against side in a match of cricket, and who played what part.

import { html } from "../vendor/htm-preact.js";
import { inningsIn, inningsOf, otherEnd, oversOf } from "./cricket-figures.js";
import { drawFigures } from "./figures.js";
import { Squads } from "./squads.js";

/** @import { End, Figures, Game } from "../client/wire.js" */

/** @param {{ game: Game }} props */
export function Statistics({ game }) {
  if (inningsIn(game).length === 0) return html`<p class="empty">No statistics yet.</p>`;
  return drawFigures({ ...game, statistics: { home: figuresOf(game, "home"), away: figuresOf(game, "away") } });
}

/** What a side did with the bat, and what it gave away with the ball. @param {Game} game @param {End} end @returns {Figures} */
export function figuresOf(game, end) {
  const own = inningsOf(game, end);
  const others = inningsOf(game, otherEnd(end));
  const sum = (/** @type {number[]} */ numbers) => numbers.reduce((all, one) => all + one, 0);
  const balls = own.flatMap((one) => oversOf(one)).flatMap((over) => over.balls);
  return {
    runs: sum(own.map(({ runs }) => runs)),
    fours: sum(own.flatMap(({ batting }) => batting.map(({ fours }) => fours))),
    sixes: sum(own.flatMap(({ batting }) => batting.map(({ sixes }) => sixes))),
    dot_balls: balls.filter((ball) => ball === "." || ball === "W").length,
    best_over: Math.max(0, ...own.flatMap((one) => oversOf(one).map(({ runs }) => runs))),
    best_partnership: Math.max(0, ...own.flatMap(({ partnerships }) => partnerships.map(({ runs }) => runs))),
    wickets_taken: sum(others.map(({ wickets }) => wickets)),
    maidens_bowled: sum(others.flatMap(({ bowling }) => bowling.map(({ maidens }) => maidens))),
    extras_given: sum(others.flatMap(({ extras }) => Object.values(extras))),
  };
}

/** @param {{ game: Game }} props */
export function LineUps({ game }) {
  return html`<${Squads} game=${game} deeds=${(/** @type {number} */ id) => deedsOf(game, id).map((deed) => html`<span key=${deed} class="deed">${deed}</span>`)} />`;
}

/** `45 (31)`, `2/31 (4.0)` @param {Game} game @param {number} player */
export function deedsOf(game, player) {
  const is = (/** @type {{ player_id: number }} */ { player_id: id }) => id === player;
  return inningsIn(game).flatMap(({ batting, bowling }) => [
    ...batting.filter(is).map(({ runs, balls, out, dismissal }) => `${runs}${out || dismissal !== "not out" ? "" : "*"} (${balls})`),
    ...bowling.filter(is).map(({ wickets, runs, overs }) => `${wickets}/${runs} (${overs})`),
  ]);
}
