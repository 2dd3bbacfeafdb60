// Cricket's stadium display: both teams, current players, the chase.

import { html } from "../../vendor/htm-preact.js";
import { BallBadge } from "./ball-badge.js";
import { battingSide, chaseText, allInnings, inningsOfSide, isInningsBreak, leadRuns, otherSide, allottedOversText, formatRate, resultText, scoreText } from "./innings.js";
import { hasStarted } from "../common.js";

/** @import { Side, Match } from "../../client/message-types.js" */
/** @import { CricketMatch, Batter, Bowler, Innings } from "./types.js" */
/** @import { DisplayProps } from "../sport.js" */

/** @typedef {(text: string) => string} Translate */

const BALLS_PER_ROW = 7; // balls side by side

/** @param {DisplayProps} props */
export function CricketDisplay({ game, translate, statusText, timeText, celebration }) {
  const match = /** @type {CricketMatch} */ (game);
  const innings = match.live?.innings ?? null;
  const battingOrFirst = innings ? battingSide(game, innings) : firstBattingSide(match);
  return html`
    <div class="cricket" data-phase=${displayPhase(match)}>
      ${celebration
        ? html`<p class=${`celebration wide ${celebration.side}`} key=${celebration.until} style=${fitText(`${celebration.title} ${celebration.text}`, 20)}><strong>${translate(celebration.title)}</strong> <span>${translate(celebration.text)}</span></p>`
        : html`<${TopStrip} match=${match} translate=${translate} statusText=${statusText} time=${timeText} />`}
      <${TeamPanel} side=${battingOrFirst} match=${match} translate=${translate} isBatting=${true} />
      <${TeamPanel} side=${otherSide(battingOrFirst)} match=${match} translate=${translate} isBatting=${false} />
      <${DisplayCentre} match=${match} translate=${translate} />
    </div>`;
}

/** @param {CricketMatch} match */
function displayPhase(match) {
  if (!hasStarted(match)) return "before";
  if (resultText(match)) return "over";
  return match.live?.innings && !isInningsBreak(match) ? "play" : "break";
}

/** The side that bats first, once known. @param {CricketMatch} match @returns {Side} */
function firstBattingSide({ toss, teams }) {
  if (!toss) return "home";
  const tossWinner = toss.winner_team_id === teams.away.id ? "away" : "home";
  return toss.decision === "bat" ? tossWinner : otherSide(tossWinner);
}

/** Long texts get smaller letters: a display can't be scrolled. @param {string} text @param {number} minLetters */
const fitText = (text, minLetters) => ({ "--letters": String(Math.max(minLetters, [...text].length)) });

/** @param {{ match: CricketMatch, translate: Translate, statusText: string, time: string }} props */
function TopStrip({ match, translate, statusText, time }) {
  const { live, disputes = [], venue } = match;
  const disputedBall = disputes[0]?.number;
  const freeHitText = live?.free_hit ? translate("Free hit") : "";
  return html`<header class="strip">
    <p class="left" id="period">${[inningsText(match, translate), statusText].filter(Boolean).join(" · ")}</p>
    <p class="time"><span id="clock">${time}</span>${freeHitText && html`<span class="free">${freeHitText}</span>`}</p>
    <p class="right" id="about">${disputedBall ? html`<span class="checking">${translate("Scorers are checking a ball")}</span>` : venue ?? ""}</p>
  </header>`;
}

/** @param {CricketMatch} match @param {Translate} translate */
function inningsText(match, translate) {
  const scheduledInnings = match.playing_conditions?.innings;
  const innings = match.live?.innings;
  if (!innings || innings.super_over || match.status !== "live" || scheduledInnings !== 4) return "";
  return `${translate("Innings")} ${innings.number}`;
}

/** @param {{ side: Side, match: CricketMatch, translate: Translate, isBatting: boolean }} props */
function TeamPanel({ side, match, translate, isBatting }) {
  const { name } = match.teams[side];
  const shownInnings = displayedInnings(match, side);
  const earlierInnings = inningsOfSide(match, side).filter((one) => one !== shownInnings);
  const score = shownInnings ? scoreText(shownInnings) : "";
  return html`
    <section class=${`half ${side} ${isBatting ? "main" : "other"}`} aria-label=${name}>
      <p class="name" id=${`${side}-name`} style=${fitText(name, isBatting ? 14 : 9)}>${name}</p>
      ${score && html`<p class="number" id=${`${side}-score`} style=${{ "--digits": String(Math.max(isBatting ? 5 : 4, score.length)) }}>${score}</p>`}
      <p class="overs" id=${`${side}-overs`}>${[earlierInnings.map(scoreText).join(" & "), shownInnings && oversText(match, shownInnings, translate)].filter(Boolean).join(" · ")}</p>
      ${!isBatting && html`<${ChaseFigures} match=${match} translate=${translate} />`}
    </section>`;
}

/** The side's current innings, else its last; during a super over the one of that. @param {CricketMatch} match @param {Side} side */
function displayedInnings(match, side) {
  const sideInnings = allInnings(match).filter((one) => one.batting_team_id === match.teams[side].id);
  const isSuperOver = match.live?.innings?.super_over;
  return sideInnings.filter((one) => one.super_over === Boolean(isSuperOver)).at(-1) ?? (isSuperOver ? undefined : sideInnings.at(-1));
}

/** @param {CricketMatch} match @param {Innings} innings @param {Translate} translate */
function oversText(match, innings, translate) {
  const allottedOvers = innings.completed ? "" : allottedOversText(innings, match.playing_conditions?.balls_per_over ?? 6);
  return `${innings.overs}${allottedOvers && ` / ${allottedOvers}`} ${translate("overs")}`;
}

/** The chase, or the run rate. @param {{ match: CricketMatch, translate: Translate }} props */
function ChaseFigures({ match, translate }) {
  const innings = match.live?.innings;
  if (!innings || innings.completed || match.status === "finished") return null;
  const { target, runs_needed: needed, required_rate: required, balls_left: left, method, run_rate: rate } = innings;
  const leadBy = leadRuns(match);
  if (!target) return html`<dl class="chase-figures">${leadBy !== null && html`<div class="needed"><dt>${translate(leadBy < 0 ? "Trail" : "Lead")}</dt><dd id="lead">${Math.abs(leadBy)}</dd></div>`}<div><dt>${translate("Run rate")}</dt><dd id="rate">${formatRate(rate)}</dd></div></dl>`;
  return html`<dl class="chase-figures">
    <div class="target"><dt>${translate("Target")}${method && html` <em id="method">${method}</em>`}</dt><dd id="target">${target}</dd></div>
    <div class="needed"><dt>${translate("Need")}</dt><dd id="needed">${needed}${left !== null && html` <small>${translate("from")} ${left}</small>`}</dd></div>
    ${required !== null && html`<div><dt>${translate("Required rate")}</dt><dd id="required">${formatRate(required)}</dd></div>`}
  </dl>`;
}

/** @param {{ match: CricketMatch, translate: Translate }} props */
function DisplayCentre({ match, translate }) {
  const phase = displayPhase(match);
  if (phase === "play") return html`<${CurrentPlay} match=${match} translate=${translate} />`;
  const headline = phase === "over" ? resultText(match) : phase === "before" ? tossText(match, translate) : chaseText(match, translate);
  return html`<div class="summary">
    ${headline && html`<p class="result" id="result" style=${fitText(headline, 24)}>${headline}</p>`}
    ${phase === "over" && match.playerOfTheMatch && html`<p class="best">${translate("Player of the match")}: ${match.playerOfTheMatch}</p>`}
    ${phase === "break" && html`<${BestPlayers} innings=${allInnings(match).slice(-1)} limit=${2} />`}
    ${phase === "over" && html`<${BestPlayers} innings=${allInnings(match).filter((one) => !one.super_over).slice(-2)} limit=${1} />`}
  </div>`;
}

/** @param {CricketMatch} match @param {Translate} translate */
function tossText({ toss, teams }, translate) {
  if (!toss) return "";
  const { name } = toss.winner_team_id === teams.away.id ? teams.away : teams.home;
  return `${name} ${translate(toss.decision === "bat" ? "won the toss and bat" : "won the toss and field")}`;
}

/** The best performances of finished innings. @param {{ innings: Innings[], limit: number }} props */
function BestPlayers({ innings, limit }) {
  return html`<ul class="best-of">${innings.map(({ number, batting, bowling }) => html`
    ${[...batting].sort((one, other) => other.runs - one.runs || one.balls - other.balls).slice(0, limit).map(({ player_id: id, name, runs, balls }) => html`<li key=${`${number} bat ${id}`}>${name} <b>${runs}</b> (${balls})</li>`)}
    ${[...bowling].sort((one, other) => other.wickets - one.wickets || one.runs - other.runs).slice(0, limit).map(({ player_id: id, name, wickets, runs, overs }) => html`<li key=${`${number} bowl ${id}`}>${name} <b>${wickets}/${runs}</b> (${overs})</li>`)}`)}</ul>`;
}

/** @param {{ match: CricketMatch, translate: Translate }} props */
function CurrentPlay({ match, translate }) {
  const { striker, non_striker: nonStriker, bowler, partnership, this_over: currentOver, last_over: previousOver } = match.live;
  const innings = allInnings(match).at(-1);
  const balls = currentOver?.length ? currentOver : previousOver ?? [];
  const lastWicket = innings?.fall_of_wickets.at(-1);
  const dismissedBatter = innings?.batting.find(({ player_id }) => player_id === lastWicket?.player_id);
  // Between overs the last bowler is shown until the next is named.
  const currentBowler = bowler ?? innings?.bowling.find(({ player_id }) => player_id === match.live.last_bowler_ids.at(-1)) ?? null;
  const batters = [striker, nonStriker].filter((one) => one !== null).sort((one, two) => battingOrder(innings, one) - battingOrder(innings, two));
  const vacantPlaces = 2 - batters.length; // after a wicket, until the next batter is named
  return html`
    <table class="crease"><caption class="visually-hidden">${translate("Batting and bowling")}</caption><tbody>
      ${batters.map((one) => html`<${BatterRow} key=${one.player_id} batter=${one} isOnStrike=${one === striker} translate=${translate} />`)}
      ${Array.from({ length: vacantPlaces }, (_, index) => html`<tr key=${`nobody ${index}`} class="batter nobody"><td class="strike"></td><th scope="row">${translate("New batter")}</th><td class="value">\u00a0</td><td class="beside"></td></tr>`)}
      ${currentBowler && html`<${BowlerRow} bowler=${currentBowler} translate=${translate} />`}
    </tbody></table>
    <div class="lately">
      <p class="over"><span class="label">${translate(currentOver?.length || !previousOver ? "This over" : "Last over")}</span>
        <span class=${`balls${balls.length > BALLS_PER_ROW ? " many" : ""}`} id="this-over">${balls.slice(-2 * BALLS_PER_ROW).map((ball, index) => html`<${BallBadge} key=${index} symbol=${ball} />`)}</span></p>
      <p class="stand"><span class="label">${translate("Partnership")}</span> <b id="partnership">${partnership?.runs ?? 0}</b> (${partnership?.balls ?? 0})</p>
      ${lastWicket && html`<p class="fall"><span class="label">${translate("Last wicket")}</span> <span id="last-wicket" style=${fitText(lastWicket.name, 14)}>${lastWicket.name} <b>${dismissedBatter?.runs ?? ""}</b> · ${lastWicket.runs}/${lastWicket.wicket}</span></p>`}
    </div>`;
}

/** By batting order, so that batters don't swap rows with the strike. @param {Innings | undefined} innings @param {Batter} batter */
function battingOrder(innings, batter) {
  return innings?.batting.findIndex(({ player_id }) => player_id === batter.player_id) ?? 0;
}

/** @param {{ batter: Batter, isOnStrike: boolean, translate: Translate }} props */
function BatterRow({ batter, isOnStrike, translate }) {
  const { name, runs, balls } = batter;
  return html`<tr class="batter" data-strike=${isOnStrike ? "yes" : undefined}>
    <td class="strike">${isOnStrike && html`<span class="ball" role="img" aria-label=${translate("on strike")}></span>`}</td>
    <th scope="row" style=${fitText(name, 16)}>${name}</th><td class="value">${runs}</td><td class="beside">${balls}</td></tr>`;
}

/** @param {{ bowler: Bowler, translate: Translate }} props */
function BowlerRow({ bowler, translate }) {
  const { name, overs, runs, wickets } = bowler;
  return html`<tr class="bowler"><td class="strike"><span class="visually-hidden">${translate("Bowler")}</span></td>
    <th scope="row" style=${fitText(name, 16)}>${name}</th><td class="value">${wickets}/${runs}</td><td class="beside">${overs}</td></tr>`;
}
