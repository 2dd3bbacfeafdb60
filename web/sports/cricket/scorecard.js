// The scorecard of a cricket match, one innings at a time.

import { html, useState } from "../../vendor/htm-preact.js";
import { allInnings, inningsName, formatRate, scoreText } from "./innings.js";

/** @import { Child } from "../../vendor/htm-preact.js" */
/** @import { Match } from "../../client/message-types.js" */
/** @import { CricketMatch, BatterRecord, Innings } from "./types.js" */

const EXTRA_ABBREVIATIONS = [["byes", "b"], ["leg_byes", "lb"], ["wides", "w"], ["no_balls", "nb"], ["penalty", "p"]];

/** @param {{ game: Match }} props */
export function Scorecard({ game }) {
  const match = /** @type {CricketMatch} */ (game);
  const all = allInnings(match);
  const [selectedNumber, selectNumber] = useState(0); // the newest, until one is chosen
  if (all.length === 0) return html`<p class="empty">No innings has begun yet.</p>`;
  const selected = all.find(({ number }) => number === selectedNumber) ?? /** @type {Innings} */ (all.at(-1));
  return html`
    ${all.length > 1 && html`<fieldset class="choices"><legend class="visually-hidden">Innings</legend>
      ${all.map((innings) => html`<label key=${innings.number}><input type="radio" name="innings" value=${innings.number} checked=${innings === selected} onChange=${() => selectNumber(innings.number)} /><span>${inningsName(match, innings)} <b>${scoreText(innings)}</b></span></label>`)}
    </fieldset>`}
    <${InningsCard} key=${selected.number} match=${match} innings=${selected} />`;
}

/** @param {{ match: CricketMatch, innings: Innings }} props */
function InningsCard({ match, innings }) {
  const { live } = match;
  const isBatting = (/** @type {BatterRecord} */ { player_id: id }) => !innings.completed && (live.striker?.player_id === id || live.non_striker?.player_id === id);
  return html`<div class="card" id="card">
    <h2 class="visually-hidden">${inningsName(match, innings)}</h2>
    <div class="wide-table" tabindex="0" role="group" aria-label="Batting"><table class="batting-card"><caption class="visually-hidden">Batting</caption>
      <thead><tr><th scope="col">Batter</th><th scope="col" class="n">Runs</th><th scope="col" class="n">Balls</th><th scope="col" class="n"><abbr title="Fours">4s</abbr></th><th scope="col" class="n"><abbr title="Sixes">6s</abbr></th><th scope="col" class="n"><abbr title="Strike rate">SR</abbr></th></tr></thead>
      <tbody>${innings.batting.map((record) => html`<tr key=${record.player_id} data-player=${record.player_id} data-in=${isBatting(record) ? "yes" : undefined}>
        <th scope="row">${record.name} <span class="how">${isBatting(record) ? "batting" : record.dismissal}</span></th><td class="n runs">${record.runs}</td><td class="n">${record.balls}</td><td class="n">${record.fours}</td><td class="n">${record.sixes}</td><td class="n">${formatRate(record.strike_rate)}</td></tr>`)}
        ${innings.absent.map(({ player_id: id, name }) => html`<tr key=${`absent ${id}`}><th scope="row">${name} <span class="how">absent</span></th><td colspan="5"></td></tr>`)}
      </tbody>
      <tfoot><tr><th scope="row">Extras <span class="how">${extrasText(innings)}</span></th><td class="n runs">${totalExtras(innings)}</td><td colspan="4"></td></tr>
        <tr class="total"><th scope="row">Total <span class="how">${innings.overs} overs, ${formatRate(innings.run_rate)} an over</span></th><td class="n runs">${scoreText(innings)}</td><td colspan="4"></td></tr></tfoot>
    </table></div>
    ${innings.fall_of_wickets.length > 0 && html`<section class="falls"><h3>Fall of wickets</h3><p>${withCommas(innings.fall_of_wickets.map((fall) => html`<span key=${fall.wicket} class="fall"><b>${fall.wicket}–${fall.runs}</b> (${fall.name}, ${fall.overs})</span>`))}</p></section>`}
    <div class="wide-table" tabindex="0" role="group" aria-label="Bowling"><table class="bowling-card"><caption class="visually-hidden">Bowling</caption>
      <thead><tr><th scope="col">Bowler</th><th scope="col" class="n">Overs</th><th scope="col" class="n"><abbr title="Maidens">M</abbr></th><th scope="col" class="n">Runs</th><th scope="col" class="n"><abbr title="Wickets">W</abbr></th><th scope="col" class="n"><abbr title="Wides">wd</abbr></th><th scope="col" class="n"><abbr title="No-balls">nb</abbr></th><th scope="col" class="n"><abbr title="Economy: runs an over">Econ</abbr></th></tr></thead>
      <tbody>${innings.bowling.map((record) => html`<tr key=${record.player_id} data-player=${record.player_id}><th scope="row">${record.name}</th><td class="n">${record.overs}</td><td class="n">${record.maidens}</td><td class="n">${record.runs}</td><td class="n runs">${record.wickets}</td><td class="n">${record.wides}</td><td class="n">${record.no_balls}</td><td class="n">${formatRate(record.economy)}</td></tr>`)}</tbody>
    </table></div>
    <${PartnershipList} innings=${innings} />
  </div>`;
}

/** @param {{ innings: Innings }} props */
function PartnershipList({ innings }) {
  if (innings.partnerships.length === 0) return null;
  const maxRuns = Math.max(1, ...innings.partnerships.map(({ runs }) => runs));
  return html`<section class="stands"><h3>Partnerships</h3><ol>${innings.partnerships.map((partnership, index) => html`
    <li key=${index}><span class="pair">${partnership.batters.map(({ name, runs }) => `${name} ${runs}`).join(" · ")}</span>
      <span class="share" aria-hidden="true"><span style=${{ "--share": String(partnership.runs / maxRuns) }}></span></span>
      <span class="n"><b>${partnership.runs}${partnership.unbroken && !innings.completed ? "*" : ""}</b> (${partnership.balls})</span></li>`)}</ol></section>`;
}

/** @param {Innings} innings */
const totalExtras = ({ extras }) => Object.values(extras).reduce((sum, one) => sum + one, 0);

/** `b 4, lb 2, w 7` @param {Innings} innings */
function extrasText({ extras }) {
  return EXTRA_ABBREVIATIONS.filter(([name]) => extras[name] > 0).map(([name, abbreviation]) => `${abbreviation} ${extras[name]}`).join(", ");
}

/** @param {Child[]} parts */
const withCommas = (parts) => parts.flatMap((part, index) => (index === 0 ? [part] : [", ", part]));
