// Statistics of a match, side by side.

import { distinctTeamColours } from "../client/colour.js";
import { html } from "../vendor/htm-preact.js";
import { humanize } from "../common/text.js";

/** @import { Match } from "../client/message-types.js" */

/** @param {{ statistics: NonNullable<Match["statistics"]>, teams: Match["teams"], order?: string[] }} props statistics that aren't in `order` follow */
export function StatisticsTable({ statistics: { home, away }, teams, order = [] }) {
  const names = new Set([...order, ...Object.keys(home), ...Object.keys(away)]);
  const rows = [...names].filter((name) => typeof (home[name] ?? away[name]) === "number");
  return html`
    <table class="figures">
      <caption class="visually-hidden">Statistics</caption>
      <thead class="visually-hidden"><tr><th scope="col">${teams.home.name}</th><td></td><th scope="col">${teams.away.name}</th></tr></thead>
      <tbody>${rows.map((name) => html`<tr key=${name}>
        <td class="value">${home[name] ?? 0}</td>
        <th scope="row">${humanize(name)}<${ShareBar} homeValue=${home[name] ?? 0} awayValue=${away[name] ?? 0} teams=${teams} /></th>
        <td class="value">${away[name] ?? 0}</td></tr>`)}
      </tbody>
    </table>`;
}

/** @param {{ homeValue: number, awayValue: number, teams: Match["teams"] }} props */
function ShareBar({ homeValue, awayValue, teams }) {
  const colours = distinctTeamColours(teams.home.colour, teams.away.colour);
  const shareOf = (/** @type {number} */ part) => String(homeValue + awayValue ? part / (homeValue + awayValue) : 0);
  return html`<span class="split" aria-hidden="true">
    <span class="home" style=${{ "--share": shareOf(homeValue), "--colour": colours.home }}></span>
    <span class="away" style=${{ "--share": shareOf(awayValue), "--colour": colours.away }}></span></span>`;
}
