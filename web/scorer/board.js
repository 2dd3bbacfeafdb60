// Score and clock, with what was recorded on this device.

import { html } from "../vendor/htm-preact.js";
import { sportOf } from "../client/game.js";
import { inkOn, teamColour } from "../client/colour.js";
import { elapsedMs, inWords, standing } from "../sports/generic.js";

/** @import { End } from "../client/wire.js" */
/** @import { Console } from "./console.js" */
/** @import { Expected } from "./project.js" */

/** @param {{ console: Console, game: Expected }} props */
export function Board({ console, game }) {
  const { clock, status, score, shootout_score: kicks, teams } = game;
  const sport = sportOf(game.sport);
  const time = clock && (status === "live" || status === "paused") ? sport.clock(clock, elapsedMs(clock, console.now())) : null;
  const period = clock?.period ? (sport.periods[clock.period] ?? inWords(clock.period)) : "";
  return html`
    <section class="board" aria-label="Score">
      <${Name} game=${game} end="home" />
      <p class="numbers"><span id="home-score">${score?.home ?? 0}</span><span class="dash">–</span><span id="away-score">${score?.away ?? 0}</span></p>
      <${Name} game=${game} end="away" />
      <p class="state" data-status=${status}>
        <strong class="time" id="clock">${time?.text}${time?.added && html` <small>${time.added}</small>`}</strong>
        <span id="period">${status === "live" && period ? period : standing(/** @type {any} */ (game))}</span>
        ${kicks && html`<span>${kicks.home}–${kicks.away} on penalties</span>`}
      </p>
    </section>`;
}

/** @param {{ game: Expected, end: End }} props */
function Name({ game, end }) {
  const { name, short_name, colour } = game.teams[end];
  const background = teamColour(colour, end);
  return html`<p class="name ${end}"><span class="badge" style=${{ background, color: inkOn(background) }}>${short_name || name.slice(0, 3)}</span><span class="full">${name}</span></p>`;
}
