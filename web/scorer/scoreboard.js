// Score and clock, including unsettled commands.

import { html } from "../vendor/htm-preact.js";
import { sportOf } from "../sports/registry.js";
import { textColourOn, teamColour } from "../client/colour.js";
import { humanize } from "../common/text.js";
import { clockElapsedMs, defaultStatusText } from "../sports/common.js";

/** @import { Side } from "../client/message-types.js" */
/** @import { Scorebook } from "./scorebook.js" */
/** @import { ProjectedMatch } from "./projected-match.js" */

/** @param {{ scorebook: Scorebook, game: ProjectedMatch }} props */
export function Scoreboard({ scorebook, game }) {
  const { clock, status, score, shootout_score: shootoutScore, teams } = game;
  const sport = sportOf(game.sport);
  const clockText = clock && (status === "live" || status === "paused") ? sport.formatClock(clock, clockElapsedMs(clock, scorebook.serverNow())) : null;
  const period = clock?.period ? (sport.periodNames[clock.period] ?? humanize(clock.period)) : "";
  return html`
    <section class="board" aria-label="Score">
      <${TeamName} game=${game} side="home" />
      <p class="numbers"><span id="home-score">${score?.home ?? 0}</span><span class="dash">–</span><span id="away-score">${score?.away ?? 0}</span></p>
      <${TeamName} game=${game} side="away" />
      <p class="state" data-status=${status}>
        <strong class="time" id="clock">${clockText?.text}${clockText?.added && html` <small>${clockText.added}</small>`}</strong>
        <span id="period">${status === "live" && period ? period : defaultStatusText(/** @type {any} */ (game))}</span>
        ${shootoutScore && html`<span>${shootoutScore.home}–${shootoutScore.away} on penalties</span>`}
      </p>
    </section>`;
}

/** @param {{ game: ProjectedMatch, side: Side }} props */
function TeamName({ game, side }) {
  const { name, short_name, colour } = game.teams[side];
  const background = teamColour(colour, side);
  return html`<p class="name ${side}"><span class="badge" style=${{ background, color: textColourOn(background) }}>${short_name || name.slice(0, 3)}</span><span class="full">${name}</span></p>`;
}
