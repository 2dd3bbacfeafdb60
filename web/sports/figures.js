// A match's statistics, side against side.

import { pair } from "../client/colour.js";
import { html } from "../vendor/htm-preact.js";
import { inWords } from "./generic.js";

/** @import { Child } from "../vendor/htm-preact.js" */
/** @import { Game } from "../client/wire.js" */

/** In the order of interest; whatever else the server counts comes after. */
const FIGURES = [
  "goals", "possession", "shots_on_target", "shots_off_target", "saves", "corners", "fouls",
  "offsides", "yellow_cards", "red_cards",
];

/** @param {Game} game @returns {Child} */
export function drawFigures({ statistics, teams }) {
  if (!statistics) return html`<p class="empty">No statistics yet.</p>`;
  const { home, away } = statistics;
  const known = new Set([...FIGURES, ...Object.keys(home), ...Object.keys(away)]);
  const rows = [...known].filter((name) => typeof (home[name] ?? away[name]) === "number");
  return html`
    <table class="figures">
      <caption class="unseen">Statistics</caption>
      <thead class="unseen"><tr><th scope="col">${teams.home.name}</th><td></td><th scope="col">${teams.away.name}</th></tr></thead>
      <tbody>${rows.map((name) => html`<tr key=${name}>
        <td class="value">${home[name] ?? 0}</td>
        <th scope="row">${inWords(name)}<${Bar} left=${home[name] ?? 0} right=${away[name] ?? 0} teams=${teams} /></th>
        <td class="value">${away[name] ?? 0}</td></tr>`)}
      </tbody>
    </table>`;
}

/** @param {{ left: number, right: number, teams: Game["teams"] }} props */
function Bar({ left, right, teams }) {
  const colours = pair(teams.home.colour, teams.away.colour);
  const share = (/** @type {number} */ part) => String(left + right ? part / (left + right) : 0);
  return html`<span class="split" aria-hidden="true">
    <span class="home" style=${{ "--share": share(left), "--colour": colours.home }}></span>
    <span class="away" style=${{ "--share": share(right), "--colour": colours.away }}></span></span>`;
}
