// The head of a match of cricket: what both sides have made, what it takes, who is in.

import { dayOf, timeOfDay } from "../parts/dates.js";
import { battingEnd, chase, inningsIn, isBreak, lead, otherEnd, rateText, resultText, scoreOf } from "./cricket-figures.js";
import { hasBegun } from "./generic.js";

import { html } from "../vendor/htm-preact.js";

/** @import { End, Game } from "../client/wire.js" */
/** @import { Innings } from "./innings.js" */
/** @import { Match } from "./cricket-fold.js" */

/** @param {{ game: Game, standing: string }} props */
export function Head({ game, standing }) {
  const match = /** @type {Match} */ (game);
  const { venue, starts_at: start, live } = match;
  const innings = live?.innings;
  const first = inningsIn(match)[0] ? battingEnd(match, inningsIn(match)[0]) : "home";
  const when = start && `${dayOf(start, Date.now())}, ${timeOfDay(start)}`;
  const said = resultText(match) || chase(match) || lead(match) || tossText(match);
  return html`
    <section class="head cricket-head" aria-label="Score" id="head">
      <p class="about" id="about">${[venue, formatText(match), when].filter(Boolean).join(" · ")}</p>
      <div class="lines">${[first, otherEnd(first)].map((end) => html`<${Side} key=${end} end=${end} match=${match} bats=${Boolean(innings && !innings.completed && battingEnd(match, innings) === end)} />`)}</div>
      <p class="now"><span id="period">${standing}</span>${said && html` <span id="said-result" class="said">${said}</span>`}</p>
      ${match.disputes?.length ? html`<p class="checking" role="status">The scorers differ about a ball; it counts when they agree.</p>` : null}
      ${innings && !innings.completed && hasBegun(match) && match.status !== "finished" && !isBreak(match) && html`<${Crease} match=${match} />`}
    </section>`;
}

/** `T20`, `Test` @param {Match} match */
function formatText({ playing_conditions: format }) {
  if (!format) return "";
  return { t20: "T20", odi: "One-day", test: "Test" }[/** @type {string} */ (format.name)] ?? (format.overs ? `${format.overs} overs a side` : "");
}

/** @param {Match} match */
function tossText({ toss, teams, live }) {
  if (!toss || live?.innings?.completed) return "";
  const { name } = toss.winner_team_id === teams.away.id ? teams.away : teams.home;
  return `${name} won the toss and chose to ${toss.decision}`;
}

/** @param {{ end: End, match: Match, bats: boolean }} props */
function Side({ end, match, bats }) {
  const { id, name } = match.teams[end];
  const beyond = inningsIn(match).filter((one) => one.super_over && one.batting_team_id === id).at(-1);
  return html`<div class=${`line ${end}`} data-bats=${bats ? "yes" : undefined}>
    <a class="name" id=${`${end}-name`} href=${`/teams/${id}`}>${name}</a>
    <span class="number" id=${`${end}-score`}>${hasBegun(match) ? scoreOf(match, end) : ""}${beyond && html` <small>Super over ${beyond.runs}/${beyond.wickets}</small>`}</span></div>`;
}

/** @param {{ match: Match }} props */
function Crease({ match }) {
  const { striker, non_striker: other, bowler, partnership, this_over: now, innings } = match.live;
  const brief = /** @type {NonNullable<typeof innings>} */ (innings);
  const rates = [["Run rate", brief.run_rate], ["Required", brief.required_rate]].filter(([, rate]) => typeof rate === "number");
  return html`<dl class="crease" id="crease">
    ${[striker, other].map((one) => one && html`<div key=${one.player_id} class="in"><dt>${one.name}${one === striker && html`<span class="strike" role="img" aria-label="on strike"></span>`}</dt><dd><b>${one.runs}</b> (${one.balls})</dd></div>`)}
    ${bowler && html`<div class="bowls"><dt>${bowler.name}</dt><dd><b>${bowler.wickets}/${bowler.runs}</b> (${bowler.overs})</dd></div>`}
    <div><dt>Partnership</dt><dd><b>${partnership.runs}</b> (${partnership.balls})</dd></div>
    ${rates.map(([name, rate]) => html`<div key=${name}><dt>${name}</dt><dd><b>${rateText(/** @type {number} */ (rate))}</b></dd></div>`)}
    ${brief.target !== null && html`<div><dt>Target${brief.method ? ` (${brief.method})` : ""}</dt><dd><b id="target">${brief.target}</b></dd></div>`}
    ${now && now.length > 0 && html`<div class="over"><dt>This over</dt><dd id="this-over">${now.join(" ")}</dd></div>`}
  </dl>`;
}
