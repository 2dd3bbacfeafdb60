// The header of a cricket match: both scores, the chase, who is in.

import { formatDay, formatTime } from "../../parts/dates.js";
import { battingSide, chaseText, allInnings, isInningsBreak, leadText, otherSide, formatRate, resultText, sideScoreText } from "./innings.js";
import { hasStarted, placeTexts } from "../common.js";

import { html } from "../../vendor/htm-preact.js";

/** @import { Side, Match } from "../../client/message-types.js" */
/** @import { CricketMatch, Innings } from "./types.js" */

/** @param {{ game: Match, statusText: string }} props */
export function CricketHeader({ game, statusText }) {
  const match = /** @type {CricketMatch} */ (game);
  const { starts_at: startsAt, live } = match;
  const innings = live?.innings;
  const battedFirst = allInnings(match)[0] ? battingSide(match, allInnings(match)[0]) : "home";
  const startText = startsAt && `${formatDay(startsAt, Date.now())}, ${formatTime(startsAt)}`;
  const summaryText = resultText(match) || chaseText(match) || leadText(match) || tossText(match);
  return html`
    <section class="head cricket-head" aria-label="Score" id="head">
      <p class="about" id="about">${[...placeTexts(match), matchFormatText(match), startText].filter(Boolean).join(" · ")}</p>
      <div class="lines">${[battedFirst, otherSide(battedFirst)].map((side) => html`<${SideLine} key=${side} side=${side} match=${match} isBatting=${Boolean(innings && !innings.completed && battingSide(match, innings) === side)} />`)}</div>
      <p class="now"><span id="period">${statusText}</span>${summaryText && html` <span id="match-summary" class="summary">${summaryText}</span>`}</p>
      ${match.disputes?.length ? html`<p class="checking" role="status">The scorers disagree about a ball; it counts once they agree.</p>` : null}
      ${innings && !innings.completed && hasStarted(match) && match.status !== "finished" && !isInningsBreak(match) && html`<${CurrentPlayers} match=${match} />`}
    </section>`;
}

/** `T20`, `Test` @param {CricketMatch} match */
function matchFormatText({ playing_conditions: conditions }) {
  if (!conditions) return "";
  return { t20: "T20", odi: "One-day", test: "Test" }[/** @type {string} */ (conditions.name)] ?? (conditions.overs ? `${conditions.overs} overs a side` : "");
}

/** @param {CricketMatch} match */
function tossText({ toss, teams, live }) {
  if (!toss || live?.innings?.completed) return "";
  const { name } = toss.winner_team_id === teams.away.id ? teams.away : teams.home;
  return `${name} won the toss and chose to ${toss.decision}`;
}

/** @param {{ side: Side, match: CricketMatch, isBatting: boolean }} props */
function SideLine({ side, match, isBatting }) {
  const { id, name } = match.teams[side];
  const superOver = allInnings(match).filter((one) => one.super_over && one.batting_team_id === id).at(-1);
  return html`<div class=${`line ${side}`} data-bats=${isBatting ? "yes" : undefined}>
    <a class="name" id=${`${side}-name`} href=${`/teams/${id}`}>${name}</a>
    <span class="number" id=${`${side}-score`}>${hasStarted(match) ? sideScoreText(match, side) : ""}${superOver && html` <small>Super over ${superOver.runs}/${superOver.wickets}</small>`}</span></div>`;
}

/** @param {{ match: CricketMatch }} props */
function CurrentPlayers({ match }) {
  const { striker, non_striker: nonStriker, bowler, partnership, this_over: currentOver, innings } = match.live;
  const inningsSummary = /** @type {NonNullable<typeof innings>} */ (innings);
  const rates = [["Run rate", inningsSummary.run_rate], ["Required", inningsSummary.required_rate]].filter(([, rate]) => typeof rate === "number");
  return html`<dl class="crease" id="crease">
    ${[striker, nonStriker].map((one) => one && html`<div key=${one.player_id} class="in"><dt>${one.name}${one === striker && html`<span class="strike" role="img" aria-label="on strike"></span>`}</dt><dd><b>${one.runs}</b> (${one.balls})</dd></div>`)}
    ${bowler && html`<div class="bowls"><dt>${bowler.name}</dt><dd><b>${bowler.wickets}/${bowler.runs}</b> (${bowler.overs})</dd></div>`}
    <div><dt>Partnership</dt><dd><b>${partnership.runs}</b> (${partnership.balls})</dd></div>
    ${rates.map(([name, rate]) => html`<div key=${name}><dt>${name}</dt><dd><b>${formatRate(/** @type {number} */ (rate))}</b></dd></div>`)}
    ${inningsSummary.target !== null && html`<div><dt>Target${inningsSummary.method ? ` (${inningsSummary.method})` : ""}</dt><dd><b id="target">${inningsSummary.target}</b></dd></div>`}
    ${currentOver && currentOver.length > 0 && html`<div class="over"><dt>This over</dt><dd id="this-over">${currentOver.join(" ")}</dd></div>`}
  </dl>`;
}
