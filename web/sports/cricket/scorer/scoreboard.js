// The scoreboard: overs, batters, bowler, the chase, and this over's balls.

import { html } from "../../../vendor/htm-preact.js";
import { textColourOn, teamColour } from "../../../client/colour.js";
import { defaultStatusText } from "../../common.js";
import { outcomeText } from "../innings.js";
import { oversBowledText, oversText } from "./innings-state.js";

/** @import { Side } from "../../../client/message-types.js" */
/** @import { InningsState, PlayingConditions } from "./innings-state.js" */
/** @import { ProjectedMatch } from "./projected-match.js" */

/** @param {any} game @param {number | null} teamId @returns {Side} */
export const sideOfTeam = (game, teamId) => (game.teams.away.id === teamId ? "away" : "home");

/** @param {{ game: ProjectedMatch }} props */
export function CricketScoreboard({ game }) {
  const { innings } = game;
  if (!innings) return null;
  const conditions = /** @type {any} */ (game).playing_conditions;
  const side = sideOfTeam(game, innings.battingTeamId);
  const { name, short_name, colour } = game.teams[side];
  const background = teamColour(colour, side);
  const hasBegun = innings.battingTeamId !== null;
  const result = outcomeText(/** @type {any} */ (game));
  return html`
    <section class="board innings" aria-label="Score">
      ${hasBegun && html`<p class="team"><span class="badge" style=${{ background, color: textColourOn(background) }}>${short_name || name.slice(0, 3)}</span> <span class="full">${name}</span></p>`}
      ${hasBegun && html`<p class="numbers"><span id="runs">${innings.runs}</span>/<span id="wickets">${innings.wickets}</span></p>`}
      ${hasBegun && html`<p class="overs"><span id="overs">${oversText(innings)}</span> <small>${innings.allottedOvers ? `of ${innings.allottedOvers.overs}${innings.allottedOvers.balls ? `.${innings.allottedOvers.balls}` : ""} overs` : "overs"}</small></p>`}
      <p class="state" data-status=${game.status}><span id="period">${result || (game.status === "live" ? inningsStateText(innings) : defaultStatusText(/** @type {any} */ (game)))}</span>${hasBegun && html`<span id="chase">${targetText(innings, conditions)}</span>`}</p>
      ${innings.isUncertain && html`<p class="hint">A correction is pending: these figures will be correct once it has been sent.</p>`}
      ${innings.isOpen && html`<${CurrentPlayers} innings=${innings} conditions=${conditions} />`}
    </section>`;
}

/** @param {InningsState} innings */
function inningsStateText({ isOpen, battingTeamId, isSuperOver, previousInnings }) {
  if (battingTeamId === null) return "No innings yet";
  const inningsName = isSuperOver ? "Super over" : `Innings ${previousInnings.length + 1}`;
  return isOpen ? inningsName : `${inningsName} is over`;
}

/** `Target 180: 57 needed off 34 balls, 10.06 an over` @param {InningsState} innings @param {PlayingConditions} conditions */
export function targetText({ target, runs, isOpen, allottedOvers, completedOvers, legalBalls }, { balls_per_over: ballsPerOver }) {
  if (target === null) return "";
  const runsNeeded = target - runs;
  if (!isOpen || runsNeeded <= 0) return `Target ${target}`;
  const ballsLeft = allottedOvers && (allottedOvers.overs - completedOvers) * ballsPerOver + allottedOvers.balls - legalBalls;
  const rate = ballsLeft ? `, ${((runsNeeded * ballsPerOver) / ballsLeft).toFixed(2)} an over` : "";
  return `Target ${target}: ${runsNeeded} needed${ballsLeft ? ` off ${ballsLeft} ${ballsLeft === 1 ? "ball" : "balls"}` : ""}${rate}`;
}

/** @param {{ innings: InningsState, conditions: PlayingConditions }} props */
function CurrentPlayers({ innings, conditions }) {
  const { striker, nonStriker, bowler, batters, bowlers, currentOver, previousOver, partnership, nextIsFreeHit } = innings;
  const bowlerFigures = bowler !== null ? bowlers[bowler] : null;
  const shownSymbols = currentOver.length > 0 ? currentOver : previousOver;
  return html`
    <table class="middle">
      <caption class="visually-hidden">Batters and bowler</caption>
      <tbody>
        ${[striker, nonStriker].map((id, index) => html`
          <tr key=${index} data-place=${index === 0 ? "striker" : "non-striker"}>
            <th scope="row">${index === 0 ? html`<span class="strike" aria-hidden="true">▶</span><span class="visually-hidden">On strike: </span>` : html`<span class="strike"></span>`}${id === null ? html`<em>to come</em>` : batters[id].name}</th>
            <td>${id !== null && html`<strong>${batters[id].runs}</strong> <small>(${batters[id].ballsFaced})</small>`}</td>
          </tr>`)}
        <tr data-place="bowler">
          <th scope="row"><span class="strike" aria-hidden="true">●</span><span class="visually-hidden">Bowling: </span>${bowlerFigures ? bowlerFigures.name : html`<em>to come</em>`}</th>
          <td title="Overs, maidens, runs, wickets">${bowlerFigures && `${oversBowledText(bowlerFigures, conditions)}-${bowlerFigures.maidens}-${bowlerFigures.runsConceded}-${bowlerFigures.wickets}`}</td>
        </tr>
      </tbody>
    </table>
    <div class="over">
      <p><small>${currentOver.length > 0 ? "This over" : previousOver.length > 0 ? "Last over" : "First over"}</small> <span id="this-over" data-count=${currentOver.length}>${shownSymbols.map((symbol, index) => html`<b key=${index} class="symbol" data-symbol=${symbol}>${symbol}</b>`)}</span></p>
      <p><small>Partnership</small> <span id="partnership">${partnership.runs} (${partnership.balls})</span></p>
    </div>
    ${nextIsFreeHit && html`<p class="free-hit" role="status">Free hit</p>`}`;
}

