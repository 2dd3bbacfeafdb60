// Worm and Manhattan charts: cumulative runs and runs per over, as images and as a table.

import { distinctTeamColours } from "../../client/colour.js";
import { html } from "../../vendor/htm-preact.js";
import { battingSide, allInnings, inningsName, overSummaries } from "./innings.js";

/** @import { Side, Match } from "../../client/message-types.js" */
/** @import { OverSummary } from "./innings.js" */
/** @import { CricketMatch } from "./types.js" */

/** @typedef {{ name: string, colour: string, isSecondInnings: boolean, overs: OverSummary[] }} ChartSeries */

const WIDTH = 640;
const HEIGHT = 280;
const MARGIN_LEFT = 40;
const MARGIN_BOTTOM = 32;
const MARGIN_TOP = 14;
const MARGIN_RIGHT = 12;
const MAX_AXIS_LABELS = 6;

/** @param {{ game: Match }} props */
export function Charts({ game }) {
  const match = /** @type {CricketMatch} */ (game);
  const series = chartSeries(match);
  if (series.length === 0) return html`<p class="empty">Nothing has been bowled yet.</p>`;
  return html`<div class="charts">
    <h2>Worm</h2>
    <${Legend} series=${series} />
    <${Worm} series=${series} />
    <h2>Manhattan</h2>
    <div class="manhattans">${series.map((charted) => html`<${Manhattan} key=${charted.name} series=${charted} maxRuns=${Math.max(...series.flatMap(({ overs }) => overs.map(({ runs }) => runs)))} overs=${maxOvers(series)} />`)}</div>
    <details class="as-table"><summary>As a table</summary><${RunsByOverTable} series=${series} /></details>
  </div>`;
}

/** @param {CricketMatch} match @returns {ChartSeries[]} */
export function chartSeries(match) {
  const colours = distinctTeamColours(match.teams.home.colour, match.teams.away.colour);
  const sidesSeen = new Set();
  return allInnings(match).filter((one) => !one.super_over).map((innings) => {
    const side = battingSide(match, innings);
    const isSecond = sidesSeen.has(side);
    sidesSeen.add(side);
    return { name: inningsName(match, innings), colour: colours[side], isSecondInnings: isSecond, overs: overSummaries(innings) };
  }).filter(({ overs }) => overs.length > 0);
}

/** @param {ChartSeries[]} series */
const maxOvers = (series) => Math.max(...series.map(({ overs }) => overs.length));

/** Round axis values, from 0. @param {number} max @returns {number[]} */
export function axisTicks(max) {
  const rough = Math.max(1, max / MAX_AXIS_LABELS);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough;
  return Array.from({ length: Math.floor(max / step) + 1 }, (_, index) => index * step);
}

/** @param {number} over @param {number} overs */
const xOf = (over, overs) => MARGIN_LEFT + (over / Math.max(1, overs)) * (WIDTH - MARGIN_LEFT - MARGIN_RIGHT);
/** @param {number} runs @param {number} maxRuns */
const yOf = (runs, maxRuns) => HEIGHT - MARGIN_BOTTOM - (runs / Math.max(1, maxRuns)) * (HEIGHT - MARGIN_BOTTOM - MARGIN_TOP);

/** The points of a worm, starting at 0. @param {OverSummary[]} overs @param {number} overCount @param {number} maxRuns */
export function wormPoints(overs, overCount, maxRuns) {
  return [[0, 0], ...overs.map(({ over, runsTotal }) => [over, runsTotal])].map(([over, runs]) => `${xOf(over, overCount).toFixed(1)},${yOf(runs, maxRuns).toFixed(1)}`).join(" ");
}

/** @param {{ series: ChartSeries[] }} props */
function Legend({ series }) {
  return html`<ul class="legend">${series.map(({ name, colour, isSecondInnings }) => html`<li key=${name} data-second=${isSecondInnings ? "yes" : undefined} style=${{ "--colour": colour }}>${name}</li>`)}</ul>`;
}

/** @param {{ overCount: number, maxRuns: number }} props */
function Axes({ overCount, maxRuns }) {
  return html`<g class="axes" aria-hidden="true">
    ${axisTicks(maxRuns).map((runs) => html`<g key=${`y${runs}`}><line x1=${MARGIN_LEFT} x2=${WIDTH - MARGIN_RIGHT} y1=${yOf(runs, maxRuns)} y2=${yOf(runs, maxRuns)} /><text x=${MARGIN_LEFT - 8} y=${yOf(runs, maxRuns) + 4} text-anchor="end">${runs}</text></g>`)}
    ${axisTicks(overCount).map((over) => html`<text key=${`x${over}`} x=${xOf(over, overCount)} y=${HEIGHT - MARGIN_BOTTOM + 18} text-anchor="middle">${over}</text>`)}
  </g>`;
}

/** @param {{ series: ChartSeries[] }} props */
function Worm({ series }) {
  const overCount = maxOvers(series);
  const maxRuns = Math.max(1, ...series.map(({ overs }) => overs.at(-1)?.runsTotal ?? 0));
  const description = series.map(({ name, overs }) => `${name}: ${overs.at(-1)?.runsTotal} after ${overs.length} overs`).join("; ");
  return html`<svg class="chart" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby="worm-title worm-desc">
    <title id="worm-title">Cumulative runs, over by over</title><desc id="worm-desc">${description}.</desc>
    <${Axes} overCount=${overCount} maxRuns=${maxRuns} />
    ${series.map(({ name, colour, isSecondInnings, overs }) => html`<g key=${name} class="worm" data-second=${isSecondInnings ? "yes" : undefined} style=${{ "--colour": colour }}>
      <polyline class="under" points=${wormPoints(overs, overCount, maxRuns)} /><polyline points=${wormPoints(overs, overCount, maxRuns)} />
      ${overs.filter(({ wickets }) => wickets > 0).map(({ over, runsTotal }) => html`<circle key=${over} cx=${xOf(over, overCount)} cy=${yOf(runsTotal, maxRuns)} r="5" />`)}
    </g>`)}
  </svg>`;
}

/** @param {{ series: ChartSeries, maxRuns: number, overs: number }} props */
function Manhattan({ series: { name, colour, overs }, maxRuns, overs: overCount }) {
  const barWidth = (WIDTH - MARGIN_LEFT - MARGIN_RIGHT) / Math.max(1, overCount);
  const bestOver = overs.reduce((one, other) => (other.runs > one.runs ? other : one));
  const id = `manhattan-${name.replace(/\W+/g, "-")}`;
  return html`<figure><figcaption class="legend"><span style=${{ "--colour": colour }}>${name}</span></figcaption>
    <svg class="chart" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby=${`${id}-title ${id}-desc`} style=${{ "--colour": colour }}>
      <title id=${`${id}-title`}>${name}: runs of each over</title><desc id=${`${id}-desc`}>${overs.length} overs; the most is ${bestOver.runs} in over ${bestOver.over}. Dots are wickets.</desc>
      <${Axes} overCount=${overCount} maxRuns=${Math.max(1, maxRuns)} />
      ${overs.map(({ over, runs, wickets }) => html`<g key=${over}>
        <rect class="bar" x=${xOf(over - 1, overCount) + barWidth * 0.12} width=${Math.max(0.5, barWidth * 0.76)} y=${yOf(runs, maxRuns)} height=${HEIGHT - MARGIN_BOTTOM - yOf(runs, maxRuns)} />
        ${Array.from({ length: wickets }, (_, index) => html`<circle key=${index} cx=${xOf(over - 0.5, overCount)} cy=${yOf(runs, maxRuns) - 7 - index * 11} r=${Math.min(5, barWidth * 0.4)} />`)}
      </g>`)}
    </svg></figure>`;
}

/** @param {{ series: ChartSeries[] }} props */
function RunsByOverTable({ series }) {
  const rows = Array.from({ length: maxOvers(series) }, (_, index) => index);
  return html`<div class="wide-table" tabindex="0" role="group" aria-label="Runs by over"><table class="by-over"><caption class="visually-hidden">Runs by over</caption>
    <thead><tr><th scope="col">Over</th>${series.map(({ name }) => html`<th key=${name} scope="col" class="n">${name}</th>`)}</tr></thead>
    <tbody>${rows.map((overIndex) => html`<tr key=${overIndex}><th scope="row">${overIndex + 1}</th>${series.map(({ name, overs }) => html`<td key=${name} class="n">${overText(overs[overIndex])}</td>`)}</tr>`)}</tbody></table></div>`;
}

/** `8 (64/2)` @param {OverSummary | undefined} over */
function overText(over) {
  return over ? `${over.runs} (${over.runsTotal}/${over.wicketsDown})` : "";
}
