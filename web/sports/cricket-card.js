// The scorecard of a match of cricket, an innings at a time.

import { html, useState } from "../vendor/htm-preact.js";
import { inningsIn, nameOf, rateText, total } from "./cricket-figures.js";

/** @import { Child } from "../vendor/htm-preact.js" */
/** @import { Game } from "../client/wire.js" */
/** @import { Card, Innings } from "./innings.js" */
/** @import { Match } from "./cricket-fold.js" */

const EXTRAS = [["byes", "b"], ["leg_byes", "lb"], ["wides", "w"], ["no_balls", "nb"], ["penalty", "p"]];

/** @param {{ game: Game }} props */
export function Cards({ game }) {
  const match = /** @type {Match} */ (game);
  const all = inningsIn(match);
  const [chosen, choose] = useState(0); // the newest, until somebody chooses
  if (all.length === 0) return html`<p class="empty">No innings has begun yet.</p>`;
  const shown = all.find(({ number }) => number === chosen) ?? /** @type {Innings} */ (all.at(-1));
  return html`
    ${all.length > 1 && html`<fieldset class="choices"><legend class="unseen">Innings</legend>
      ${all.map((one) => html`<label key=${one.number}><input type="radio" name="innings" value=${one.number} checked=${one === shown} onChange=${() => choose(one.number)} /><span>${nameOf(match, one)} <b>${total(one)}</b></span></label>`)}
    </fieldset>`}
    <${InningsCard} key=${shown.number} match=${match} innings=${shown} />`;
}

/** @param {{ match: Match, innings: Innings }} props */
function InningsCard({ match, innings }) {
  const { live } = match;
  const isIn = (/** @type {Card} */ { player_id: id }) => !innings.completed && (live.striker?.player_id === id || live.non_striker?.player_id === id);
  return html`<div class="card" id="card">
    <h2 class="unseen">${nameOf(match, innings)}</h2>
    <div class="wide-table" tabindex="0" role="group" aria-label="Batting"><table class="batting-card"><caption class="unseen">Batting</caption>
      <thead><tr><th scope="col">Batter</th><th scope="col" class="n">Runs</th><th scope="col" class="n">Balls</th><th scope="col" class="n"><abbr title="Fours">4s</abbr></th><th scope="col" class="n"><abbr title="Sixes">6s</abbr></th><th scope="col" class="n"><abbr title="Strike rate">SR</abbr></th></tr></thead>
      <tbody>${innings.batting.map((one) => html`<tr key=${one.player_id} data-player=${one.player_id} data-in=${isIn(one) ? "yes" : undefined}>
        <th scope="row">${one.name} <span class="how">${isIn(one) ? "batting" : one.dismissal}</span></th><td class="n runs">${one.runs}</td><td class="n">${one.balls}</td><td class="n">${one.fours}</td><td class="n">${one.sixes}</td><td class="n">${rateText(one.strike_rate)}</td></tr>`)}
        ${innings.absent.map(({ player_id: id, name }) => html`<tr key=${`absent ${id}`}><th scope="row">${name} <span class="how">absent</span></th><td colspan="5"></td></tr>`)}
      </tbody>
      <tfoot><tr><th scope="row">Extras <span class="how">${extrasText(innings)}</span></th><td class="n runs">${sum(innings)}</td><td colspan="4"></td></tr>
        <tr class="total"><th scope="row">Total <span class="how">${innings.overs} overs, ${rateText(innings.run_rate)} an over</span></th><td class="n runs">${total(innings)}</td><td colspan="4"></td></tr></tfoot>
    </table></div>
    ${innings.fall_of_wickets.length > 0 && html`<section class="falls"><h3>Fall of wickets</h3><p>${commaed(innings.fall_of_wickets.map((fall) => html`<span key=${fall.wicket} class="fall"><b>${fall.wicket}–${fall.runs}</b> (${fall.name}, ${fall.overs})</span>`))}</p></section>`}
    <div class="wide-table" tabindex="0" role="group" aria-label="Bowling"><table class="bowling-card"><caption class="unseen">Bowling</caption>
      <thead><tr><th scope="col">Bowler</th><th scope="col" class="n">Overs</th><th scope="col" class="n"><abbr title="Maidens">M</abbr></th><th scope="col" class="n">Runs</th><th scope="col" class="n"><abbr title="Wickets">W</abbr></th><th scope="col" class="n"><abbr title="Wides">wd</abbr></th><th scope="col" class="n"><abbr title="No-balls">nb</abbr></th><th scope="col" class="n"><abbr title="Economy: runs an over">Econ</abbr></th></tr></thead>
      <tbody>${innings.bowling.map((one) => html`<tr key=${one.player_id} data-player=${one.player_id}><th scope="row">${one.name}</th><td class="n">${one.overs}</td><td class="n">${one.maidens}</td><td class="n">${one.runs}</td><td class="n runs">${one.wickets}</td><td class="n">${one.wides}</td><td class="n">${one.no_balls}</td><td class="n">${rateText(one.economy)}</td></tr>`)}</tbody>
    </table></div>
    <${Stands} innings=${innings} />
  </div>`;
}

/** @param {{ innings: Innings }} props */
function Stands({ innings }) {
  if (innings.partnerships.length === 0) return null;
  const most = Math.max(1, ...innings.partnerships.map(({ runs }) => runs));
  return html`<section class="stands"><h3>Partnerships</h3><ol>${innings.partnerships.map((one, at) => html`
    <li key=${at}><span class="pair">${one.batters.map(({ name, runs }) => `${name} ${runs}`).join(" · ")}</span>
      <span class="share" aria-hidden="true"><span style=${{ "--share": String(one.runs / most) }}></span></span>
      <span class="n"><b>${one.runs}${one.unbroken && !innings.completed ? "*" : ""}</b> (${one.balls})</span></li>`)}</ol></section>`;
}

/** @param {Innings} innings */
const sum = ({ extras }) => Object.values(extras).reduce((all, one) => all + one, 0);

/** `b 4, lb 2, w 7` @param {Innings} innings */
function extrasText({ extras }) {
  return EXTRAS.filter(([name]) => extras[name] > 0).map(([name, short]) => `${short} ${extras[name]}`).join(", ");
}

/** @param {Child[]} parts */
const commaed = (parts) => parts.flatMap((part, at) => (at === 0 ? [part] : [", ", part]));
