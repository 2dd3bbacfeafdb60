// The score as a cricket scorer reads it: overs, batters, bowler, what is needed, and this over's balls.

import { html } from "../../vendor/htm-preact.js";
import { inkOn, teamColour } from "../../client/colour.js";
import { standing } from "../../sports/generic.js";
import { bowled, oversOf } from "./crease.js";

/** @import { End } from "../../client/wire.js" */
/** @import { Desk } from "../work.js" */
/** @import { Crease, Rules } from "./crease.js" */

/** @param {any} game @param {number | null} team @returns {End} */
export const endOf = (game, team) => (game.teams.away.id === team ? "away" : "home");

/** @type {NonNullable<Desk["Board"]>} */
export function Board({ console, game }) {
  const { crease } = game;
  if (!crease) return null;
  const rules = /** @type {any} */ (game).playing_conditions;
  const end = endOf(game, crease.batting);
  const { name, short_name, colour } = game.teams[end];
  const background = teamColour(colour, end);
  const hasBegun = crease.batting !== null;
  const result = /** @type {any} */ (game).scorecard?.result?.text;
  return html`
    <section class="board innings" aria-label="Score">
      ${hasBegun && html`<p class="team"><span class="badge" style=${{ background, color: inkOn(background) }}>${short_name || name.slice(0, 3)}</span> <span class="full">${name}</span></p>`}
      ${hasBegun && html`<p class="numbers"><span id="runs">${crease.runs}</span>/<span id="wickets">${crease.wickets}</span></p>`}
      ${hasBegun && html`<p class="overs"><span id="overs">${oversOf(crease)}</span> <small>${crease.quota ? `of ${crease.quota.overs}${crease.quota.balls ? `.${crease.quota.balls}` : ""} overs` : "overs"}</small></p>`}
      <p class="state" data-status=${game.status}><span id="period">${result ?? (game.status === "live" ? stateOf(crease) : standing(/** @type {any} */ (game)))}</span>${hasBegun && html`<span id="chase">${chase(crease, rules)}</span>`}</p>
      ${crease.isUnsure && html`<p class="hint">A correction is on its way: these figures will be right once it has been sent.</p>`}
      ${crease.isOpen && html`<${Middle} crease=${crease} rules=${rules} />`}
    </section>`;
}

/** @param {Crease} crease */
function stateOf({ isOpen, batting, superOver, played }) {
  if (batting === null) return "No innings yet";
  const nth = superOver ? "Super over" : `Innings ${played.length + 1}`;
  return isOpen ? nth : `${nth} is over`;
}

/** `Target 180: 57 needed off 34 balls, 10.06 an over` @param {Crease} crease @param {Rules} rules */
export function chase({ target, runs, isOpen, quota, overs, legal }, { balls_per_over: per }) {
  if (target === null) return "";
  const needed = target - runs;
  if (!isOpen || needed <= 0) return `Target ${target}`;
  const left = quota && (quota.overs - overs) * per + quota.balls - legal;
  const rate = left ? `, ${((needed * per) / left).toFixed(2)} an over` : "";
  return `Target ${target}: ${needed} needed${left ? ` off ${left} ${left === 1 ? "ball" : "balls"}` : ""}${rate}`;
}

/** @param {{ crease: Crease, rules: Rules }} props */
function Middle({ crease, rules }) {
  const { striker, nonStriker, bowler, cards, figures, over, lastOver, partnership, freeHit } = crease;
  const spell = bowler !== null ? figures[bowler] : null;
  const shown = over.length > 0 ? over : lastOver;
  return html`
    <table class="middle">
      <caption class="unseen">Batters and bowler</caption>
      <tbody>
        ${[striker, nonStriker].map((id, at) => html`
          <tr key=${at} data-place=${at === 0 ? "striker" : "non-striker"}>
            <th scope="row">${at === 0 ? html`<span class="strike" aria-hidden="true">▶</span><span class="unseen">On strike: </span>` : html`<span class="strike"></span>`}${id === null ? html`<em>to come</em>` : cards[id].name}</th>
            <td>${id !== null && html`<strong>${cards[id].runs}</strong> <small>(${cards[id].balls})</small>`}</td>
          </tr>`)}
        <tr data-place="bowler">
          <th scope="row"><span class="strike" aria-hidden="true">●</span><span class="unseen">Bowling: </span>${spell ? spell.name : html`<em>to come</em>`}</th>
          <td title="Overs, maidens, runs, wickets">${spell && `${bowled(spell, rules)}-${spell.maidens}-${spell.runs}-${spell.wickets}`}</td>
        </tr>
      </tbody>
    </table>
    <div class="over">
      <p><small>${over.length > 0 ? "This over" : lastOver.length > 0 ? "Last over" : "First over"}</small> <span id="this-over" data-count=${over.length}>${shown.map((symbol, at) => html`<b key=${at} class="symbol" data-symbol=${symbol}>${symbol}</b>`)}</span></p>
      <p><small>Partnership</small> <span id="partnership">${partnership.runs} (${partnership.balls})</span></p>
    </div>
    ${freeHit && html`<p class="free-hit" role="status">Free hit</p>`}`;
}

