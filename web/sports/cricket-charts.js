// Worm and manhattan of a match of cricket: runs as they grew, and over by over; as pictures, and as a table.

import { pair } from "../client/colour.js";
import { html } from "../vendor/htm-preact.js";
import { battingEnd, inningsIn, nameOf, oversOf } from "./cricket-figures.js";

/** @import { End, Game } from "../client/wire.js" */
/** @import { Over } from "./cricket-figures.js" */
/** @import { Match } from "./cricket-fold.js" */

/** @typedef {{ name: string, colour: string, isSecond: boolean, overs: Over[] }} Line */

const WIDTH = 640;
const HEIGHT = 280;
const LEFT = 40;
const BOTTOM = 32;
const TOP = 14;
const RIGHT = 12;
const LABELS = 6;

/** @param {{ game: Game }} props */
export function Charts({ game }) {
  const match = /** @type {Match} */ (game);
  const lines = linesOf(match);
  if (lines.length === 0) return html`<p class="empty">Nothing has been bowled yet.</p>`;
  return html`<div class="charts">
    <h2>Worm</h2>
    <${Legend} lines=${lines} />
    <${Worm} lines=${lines} />
    <h2>Manhattan</h2>
    <div class="manhattans">${lines.map((line) => html`<${Manhattan} key=${line.name} line=${line} most=${Math.max(...lines.flatMap(({ overs }) => overs.map(({ runs }) => runs)))} overs=${longest(lines)} />`)}</div>
    <details class="as-table"><summary>As a table</summary><${Table} lines=${lines} /></details>
  </div>`;
}

/** @param {Match} match @returns {Line[]} */
export function linesOf(match) {
  const colours = pair(match.teams.home.colour, match.teams.away.colour);
  const seen = new Set();
  return inningsIn(match).filter((one) => !one.super_over).map((innings) => {
    const end = battingEnd(match, innings);
    const isSecond = seen.has(end);
    seen.add(end);
    return { name: nameOf(match, innings), colour: colours[end], isSecond, overs: oversOf(innings) };
  }).filter(({ overs }) => overs.length > 0);
}

/** @param {Line[]} lines */
const longest = (lines) => Math.max(...lines.map(({ overs }) => overs.length));

/** Where round numbers fall, from 0. @param {number} most @returns {number[]} */
export function ticks(most) {
  const rough = Math.max(1, most / LABELS);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step);
}

/** @param {number} part @param {number} all */
const x = (part, all) => LEFT + (part / Math.max(1, all)) * (WIDTH - LEFT - RIGHT);
/** @param {number} part @param {number} all */
const y = (part, all) => HEIGHT - BOTTOM - (part / Math.max(1, all)) * (HEIGHT - BOTTOM - TOP);

/** The points of a worm, from nothing. @param {Over[]} overs @param {number} across @param {number} most */
export function points(overs, across, most) {
  return [[0, 0], ...overs.map(({ over, total }) => [over, total])].map(([over, runs]) => `${x(over, across).toFixed(1)},${y(runs, most).toFixed(1)}`).join(" ");
}

/** @param {{ lines: Line[] }} props */
function Legend({ lines }) {
  return html`<ul class="legend">${lines.map(({ name, colour, isSecond }) => html`<li key=${name} data-second=${isSecond ? "yes" : undefined} style=${{ "--colour": colour }}>${name}</li>`)}</ul>`;
}

/** @param {{ across: number, most: number }} props */
function Axes({ across, most }) {
  return html`<g class="axes" aria-hidden="true">
    ${ticks(most).map((runs) => html`<g key=${`y${runs}`}><line x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y(runs, most)} y2=${y(runs, most)} /><text x=${LEFT - 8} y=${y(runs, most) + 4} text-anchor="end">${runs}</text></g>`)}
    ${ticks(across).map((over) => html`<text key=${`x${over}`} x=${x(over, across)} y=${HEIGHT - BOTTOM + 18} text-anchor="middle">${over}</text>`)}
  </g>`;
}

/** @param {{ lines: Line[] }} props */
function Worm({ lines }) {
  const across = longest(lines);
  const most = Math.max(1, ...lines.map(({ overs }) => overs.at(-1)?.total ?? 0));
  const told = lines.map(({ name, overs }) => `${name}: ${overs.at(-1)?.total} after ${overs.length} overs`).join("; ");
  return html`<svg class="chart" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby="worm-title worm-desc">
    <title id="worm-title">Runs as they grew, over by over</title><desc id="worm-desc">${told}.</desc>
    <${Axes} across=${across} most=${most} />
    ${lines.map(({ name, colour, isSecond, overs }) => html`<g key=${name} class="worm" data-second=${isSecond ? "yes" : undefined} style=${{ "--colour": colour }}>
      <polyline class="under" points=${points(overs, across, most)} /><polyline points=${points(overs, across, most)} />
      ${overs.filter(({ wickets }) => wickets > 0).map(({ over, total }) => html`<circle key=${over} cx=${x(over, across)} cy=${y(total, most)} r="5" />`)}
    </g>`)}
  </svg>`;
}

/** @param {{ line: Line, most: number, overs: number }} props */
function Manhattan({ line: { name, colour, overs }, most, overs: across }) {
  const wide = (WIDTH - LEFT - RIGHT) / Math.max(1, across);
  const best = overs.reduce((one, other) => (other.runs > one.runs ? other : one));
  const id = `manhattan-${name.replace(/\W+/g, "-")}`;
  return html`<figure><figcaption class="legend"><span style=${{ "--colour": colour }}>${name}</span></figcaption>
    <svg class="chart" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby=${`${id}-title ${id}-desc`} style=${{ "--colour": colour }}>
      <title id=${`${id}-title`}>${name}: runs of each over</title><desc id=${`${id}-desc`}>${overs.length} overs; the most is ${best.runs} in over ${best.over}. Dots are wickets.</desc>
      <${Axes} across=${across} most=${Math.max(1, most)} />
      ${overs.map(({ over, runs, wickets }) => html`<g key=${over}>
        <rect class="bar" x=${x(over - 1, across) + wide * 0.12} width=${Math.max(0.5, wide * 0.76)} y=${y(runs, most)} height=${HEIGHT - BOTTOM - y(runs, most)} />
        ${Array.from({ length: wickets }, (_, at) => html`<circle key=${at} cx=${x(over - 0.5, across)} cy=${y(runs, most) - 7 - at * 11} r=${Math.min(5, wide * 0.4)} />`)}
      </g>`)}
    </svg></figure>`;
}

/** @param {{ lines: Line[] }} props */
function Table({ lines }) {
  const rows = Array.from({ length: longest(lines) }, (_, at) => at);
  return html`<div class="wide-table" tabindex="0" role="group" aria-label="Runs by over"><table class="by-over"><caption class="unseen">Runs by over</caption>
    <thead><tr><th scope="col">Over</th>${lines.map(({ name }) => html`<th key=${name} scope="col" class="n">${name}</th>`)}</tr></thead>
    <tbody>${rows.map((at) => html`<tr key=${at}><th scope="row">${at + 1}</th>${lines.map(({ name, overs }) => html`<td key=${name} class="n">${cell(overs[at])}</td>`)}</tr>`)}</tbody></table></div>`;
}

/** `8 (64/2)` @param {Over | undefined} over */
function cell(over) {
  return over ? `${over.runs} (${over.total}/${over.down})` : "";
}
