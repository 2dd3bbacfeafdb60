// The stadium board of a match of cricket: both sides, who is in, who bowls, what it takes.

import { html } from "../vendor/htm-preact.js";
import { Chip } from "./cricket-chip.js";
import { battingEnd, chase, inningsIn, inningsOf, isBreak, leadOf, otherEnd, oversAllowed, rateText, resultText, total } from "./cricket-figures.js";
import { hasBegun } from "./generic.js";

/** @import { End, Game } from "../client/wire.js" */
/** @import { Batter, Bowler, Innings } from "./innings.js" */
/** @import { Match } from "./cricket-fold.js" */
/** @import { StageProps } from "./sport.js" */

/** @typedef {(text: string) => string} Words */

const A_ROW = 7; // balls side by side

/** @param {StageProps} props */
export function Stage({ game, words, standing, time, moment }) {
  const match = /** @type {Match} */ (game);
  const innings = match.live?.innings ?? null;
  const batting = innings ? battingEnd(game, innings) : firstEnd(match);
  return html`
    <div class="cricket" data-phase=${phaseOf(match)}>
      ${moment
        ? html`<p class=${`cheer wide ${moment.end}`} key=${moment.until} style=${letters(`${moment.title} ${moment.text}`, 20)}><strong>${words(moment.title)}</strong> <span>${words(moment.text)}</span></p>`
        : html`<${Strip} match=${match} words=${words} standing=${standing} time=${time} />`}
      <${Wall} end=${batting} match=${match} words=${words} main=${true} />
      <${Wall} end=${otherEnd(batting)} match=${match} words=${words} main=${false} />
      <${Middle} match=${match} words=${words} />
    </div>`;
}

/** @param {Match} match */
function phaseOf(match) {
  if (!hasBegun(match)) return "before";
  if (resultText(match)) return "over";
  return match.live?.innings && !isBreak(match) ? "play" : "break";
}

/** Who bats first, once that is known. @param {Match} match @returns {End} */
function firstEnd({ toss, teams }) {
  if (!toss) return "home";
  const winner = toss.winner_team_id === teams.away.id ? "away" : "home";
  return toss.decision === "bat" ? winner : otherEnd(winner);
}

/** A long text gets smaller letters: nobody can scroll a stadium. @param {string} text @param {number} least */
const letters = (text, least) => ({ "--letters": String(Math.max(least, [...text].length)) });

/** @param {{ match: Match, words: Words, standing: string, time: string }} props */
function Strip({ match, words, standing, time }) {
  const { live, disputes = [], venue } = match;
  const disputed = disputes[0]?.number;
  const free = live?.free_hit ? words("Free hit") : "";
  return html`<header class="strip">
    <p class="left" id="period">${[inningsWords(match, words), standing].filter(Boolean).join(" · ")}</p>
    <p class="time"><span id="clock">${time}</span>${free && html`<span class="free">${free}</span>`}</p>
    <p class="right" id="about">${disputed ? html`<span class="checking">${words("Scorers are checking a ball")}</span>` : venue ?? ""}</p>
  </header>`;
}

/** @param {Match} match @param {Words} words */
function inningsWords(match, words) {
  const all = match.playing_conditions?.innings;
  const innings = match.live?.innings;
  if (!innings || innings.super_over || match.status !== "live" || all !== 4) return "";
  return `${words("Innings")} ${innings.number}`;
}

/** @param {{ end: End, match: Match, words: Words, main: boolean }} props */
function Wall({ end, match, words, main }) {
  const { name } = match.teams[end];
  const shown = shownInnings(match, end);
  const before = inningsOf(match, end).filter((one) => one !== shown);
  const number = shown ? total(shown) : "";
  return html`
    <section class=${`half ${end} ${main ? "main" : "other"}`} aria-label=${name}>
      <p class="name" id=${`${end}-name`} style=${letters(name, main ? 14 : 9)}>${name}</p>
      ${number && html`<p class="number" id=${`${end}-score`} style=${{ "--digits": String(Math.max(main ? 5 : 4, number.length)) }}>${number}</p>`}
      <p class="overs" id=${`${end}-overs`}>${[before.map(total).join(" & "), shown && oversText(match, shown, words)].filter(Boolean).join(" · ")}</p>
      ${!main && html`<${Wanted} match=${match} words=${words} />`}
    </section>`;
}

/** The innings a side is in, else its last; of a super over where that is played. @param {Match} match @param {End} end */
function shownInnings(match, end) {
  const own = inningsIn(match).filter((one) => one.batting_team_id === match.teams[end].id);
  const beyond = match.live?.innings?.super_over;
  return own.filter((one) => one.super_over === Boolean(beyond)).at(-1) ?? (beyond ? undefined : own.at(-1));
}

/** @param {Match} match @param {Innings} innings @param {Words} words */
function oversText(match, innings, words) {
  const allowed = innings.completed ? "" : oversAllowed(innings, match.playing_conditions?.balls_per_over ?? 6);
  return `${innings.overs}${allowed && ` / ${allowed}`} ${words("overs")}`;
}

/** What it takes, or how fast it goes. @param {{ match: Match, words: Words }} props */
function Wanted({ match, words }) {
  const innings = match.live?.innings;
  if (!innings || innings.completed || match.status === "finished") return null;
  const { target, runs_needed: needed, required_rate: required, balls_left: left, method, run_rate: rate } = innings;
  const by = leadOf(match);
  if (!target) return html`<dl class="wanted">${by !== null && html`<div class="needed"><dt>${words(by < 0 ? "Trail" : "Lead")}</dt><dd id="lead">${Math.abs(by)}</dd></div>`}<div><dt>${words("Run rate")}</dt><dd id="rate">${rateText(rate)}</dd></div></dl>`;
  return html`<dl class="wanted">
    <div class="target"><dt>${words("Target")}${method && html` <em id="method">${method}</em>`}</dt><dd id="target">${target}</dd></div>
    <div class="needed"><dt>${words("Need")}</dt><dd id="needed">${needed}${left !== null && html` <small>${words("from")} ${left}</small>`}</dd></div>
    ${required !== null && html`<div><dt>${words("Required rate")}</dt><dd id="required">${rateText(required)}</dd></div>`}
  </dl>`;
}

/** @param {{ match: Match, words: Words }} props */
function Middle({ match, words }) {
  const phase = phaseOf(match);
  if (phase === "play") return html`<${Play} match=${match} words=${words} />`;
  const said = phase === "over" ? resultText(match) : phase === "before" ? tossText(match, words) : chase(match, words);
  return html`<div class="said">
    ${said && html`<p class="result" id="result" style=${letters(said, 24)}>${said}</p>`}
    ${phase === "over" && match.best && html`<p class="best">${words("Player of the match")}: ${match.best}</p>`}
    ${phase === "break" && html`<${Best} innings=${inningsIn(match).slice(-1)} most=${2} />`}
    ${phase === "over" && html`<${Best} innings=${inningsIn(match).filter((one) => !one.super_over).slice(-2)} most=${1} />`}
  </div>`;
}

/** @param {Match} match @param {Words} words */
function tossText({ toss, teams }, words) {
  if (!toss) return "";
  const { name } = toss.winner_team_id === teams.away.id ? teams.away : teams.home;
  return `${name} ${words(toss.decision === "bat" ? "won the toss and bat" : "won the toss and field")}`;
}

/** Who did most in innings that are over. @param {{ innings: Innings[], most: number }} props */
function Best({ innings, most }) {
  return html`<ul class="best-of">${innings.map(({ number, batting, bowling }) => html`
    ${[...batting].sort((one, other) => other.runs - one.runs || one.balls - other.balls).slice(0, most).map(({ player_id: id, name, runs, balls }) => html`<li key=${`${number} bat ${id}`}>${name} <b>${runs}</b> (${balls})</li>`)}
    ${[...bowling].sort((one, other) => other.wickets - one.wickets || one.runs - other.runs).slice(0, most).map(({ player_id: id, name, wickets, runs, overs }) => html`<li key=${`${number} bowl ${id}`}>${name} <b>${wickets}/${runs}</b> (${overs})</li>`)}`)}</ul>`;
}

/** @param {{ match: Match, words: Words }} props */
function Play({ match, words }) {
  const { striker, non_striker: other, bowler, partnership, this_over: now, last_over: before } = match.live;
  const card = inningsIn(match).at(-1);
  const balls = now?.length ? now : before ?? [];
  const fall = card?.fall_of_wickets.at(-1);
  const out = card?.batting.find(({ player_id }) => player_id === fall?.player_id);
  // Between overs nobody has the ball: who bowled last is shown until the next one does.
  const last = bowler ?? card?.bowling.find(({ player_id }) => player_id === match.told?.at(-1)?.bowler_id) ?? null;
  const pair = [striker, other].filter((one) => one !== null).sort((one, two) => order(card, one) - order(card, two));
  const missing = 2 - pair.length; // after a wicket, until the next one is named
  return html`
    <table class="crease"><caption class="unseen">${words("Batting and bowling")}</caption><tbody>
      ${pair.map((one) => html`<${Line} key=${one.player_id} batter=${one} faces=${one === striker} words=${words} />`)}
      ${Array.from({ length: missing }, (_, at) => html`<tr key=${`nobody ${at}`} class="batter nobody"><td class="strike"></td><th scope="row">${words("New batter")}</th><td class="value">\u00a0</td><td class="beside"></td></tr>`)}
      ${last && html`<${Bowls} bowler=${last} words=${words} />`}
    </tbody></table>
    <div class="lately">
      <p class="over"><span class="label">${words(now?.length || !before ? "This over" : "Last over")}</span>
        <span class=${`balls${balls.length > A_ROW ? " many" : ""}`} id="this-over">${balls.slice(-2 * A_ROW).map((ball, at) => html`<${Chip} key=${at} ball=${ball} />`)}</span></p>
      <p class="stand"><span class="label">${words("Partnership")}</span> <b id="partnership">${partnership?.runs ?? 0}</b> (${partnership?.balls ?? 0})</p>
      ${fall && html`<p class="fall"><span class="label">${words("Last wicket")}</span> <span id="last-wicket" style=${letters(fall.name, 14)}>${fall.name} <b>${out?.runs ?? ""}</b> · ${fall.runs}/${fall.wicket}</span></p>`}
    </div>`;
}

/** The order they came in, so that a run doesn't make them change places. @param {Innings | undefined} card @param {Batter} batter */
function order(card, batter) {
  return card?.batting.findIndex(({ player_id }) => player_id === batter.player_id) ?? 0;
}

/** @param {{ batter: Batter, faces: boolean, words: Words }} props */
function Line({ batter, faces, words }) {
  const { name, runs, balls } = batter;
  return html`<tr class="batter" data-strike=${faces ? "yes" : undefined}>
    <td class="strike">${faces && html`<span class="ball" role="img" aria-label=${words("on strike")}></span>`}</td>
    <th scope="row" style=${letters(name, 16)}>${name}</th><td class="value">${runs}</td><td class="beside">${balls}</td></tr>`;
}

/** @param {{ bowler: Bowler, words: Words }} props */
function Bowls({ bowler, words }) {
  const { name, overs, runs, wickets } = bowler;
  return html`<tr class="bowler"><td class="strike"><span class="unseen">${words("Bowler")}</span></td>
    <th scope="row" style=${letters(name, 16)}>${name}</th><td class="value">${wickets}/${runs}</td><td class="beside">${overs}</td></tr>`;
}
