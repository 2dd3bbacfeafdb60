// A cricket match ball by ball: the newest over first; opening an over shows its commentary.

import { html, useEffect, useState } from "../../vendor/htm-preact.js";
import { BallBadge } from "./ball-badge.js";
import { allInnings, inningsName, overSummaries, wicketsOfSymbol } from "./innings.js";

/** @import { Match } from "../../client/message-types.js" */
/** @import { CricketMatch, Ball, FallOfWicket, Innings } from "./types.js" */
/** @import { OverSummary } from "./innings.js" */

const OVERS_PER_PAGE = 20; // a five-day match has about five hundred
const OPEN_OVERS = 1; // the newest over is open
const MAX_REFETCH_DELAY_MS = 3_000; // spreads the requests of all pages after a correction

/** @param {{ game: Match }} props */
export function CricketTimeline({ game }) {
  const match = /** @type {CricketMatch} */ (game);
  const [shownCount, setShownCount] = useState(OVERS_PER_PAGE);
  const oversByInnings = [...allInnings(match)].reverse().map((innings) => ({ innings, overs: overSummaries(innings).reverse() }));
  const count = oversByInnings.reduce((sum, { overs }) => sum + overs.length, 0);
  if (count === 0) return html`<p class="empty">Nothing has been bowled yet.</p>`;
  let remaining = shownCount;
  return html`<div class="overs">
    ${oversByInnings.map(({ innings, overs }) => {
      const visibleOvers = overs.slice(0, Math.max(0, remaining));
      remaining -= overs.length;
      return visibleOvers.length > 0 && html`<section key=${innings.number} aria-label=${inningsName(match, innings)}>
        <h2 class="period">${inningsName(match, innings)}</h2>
        <ol class="timeline">${visibleOvers.map((over) => html`<${OverItem} key=${over.over} match=${match} innings=${innings} over=${over} isNewest=${innings === oversByInnings[0].innings && overs.indexOf(over) < OPEN_OVERS} />`)}</ol>
      </section>`;
    })}
    ${count > shownCount && html`<p class="more"><button type="button" class="quiet-button" onClick=${() => setShownCount(shownCount + OVERS_PER_PAGE)}>Earlier overs</button></p>`}
  </div>`;
}

/** @param {{ match: CricketMatch, innings: Innings, over: OverSummary, isNewest: boolean }} props */
function OverItem({ match, innings, over, isNewest }) {
  const [userChoice, setUserChoice] = useState(/** @type {boolean | null} */ (null));
  const isOpen = userChoice ?? isNewest;
  const wicketsInOver = innings.fall_of_wickets.filter(({ overs }) => isWicketInOver(overs, over.over));
  const wickets = over.wickets > 0 && `${over.wickets} ${over.wickets === 1 ? "wicket" : "wickets"}`;
  const summary = [`${over.runs} ${over.runs === 1 ? "run" : "runs"}`, wickets].filter(Boolean).join(", ");
  return html`<li class="an-over" data-over=${`${innings.number}.${over.over}`}>
    <details open=${isOpen} onToggle=${(/** @type {{ currentTarget: HTMLDetailsElement }} */ { currentTarget: { open } }) => open !== isOpen && setUserChoice(open)}>
      <summary><span class="minute">Over ${over.over}</span>
        <span class="balls">${over.balls.map((ball, index) => html`<${BallBadge} key=${index} symbol=${ball} />`)}</span>
        <span class="what">${summary}</span> <span class="after">${over.runsTotal}/${over.wicketsDown}</span></summary>
      ${isOpen && html`<${BallList} match=${match} innings=${innings} over=${over} />`}
    </details>
    ${wicketsInOver.map((fall) => html`<${WicketLine} key=${fall.wicket} innings=${innings} fall=${fall} />`)}</li>`;
}

/** Whether a wicket at `11.4`, or at `12.0` with the last ball, fell in the 12th over. @param {string} oversText @param {number} over */
export function isWicketInOver(oversText, over) {
  const [wholeOvers, balls] = oversText.split(".").map(Number);
  return (balls === 0 && wholeOvers > 0 ? wholeOvers : wholeOvers + 1) === over;
}

/** @param {{ innings: Innings, fall: FallOfWicket }} props */
function WicketLine({ innings, fall }) {
  const batterRecord = innings.batting.find(({ player_id }) => player_id === fall.player_id);
  return html`<p class="fell"><b>${fall.name}</b> ${batterRecord?.dismissal ?? "out"} <b>${batterRecord?.runs ?? ""}</b> <span class="quiet">(${fall.runs}/${fall.wicket}, ${fall.overs})</span></p>`;
}

/** @param {{ match: CricketMatch, innings: Innings, over: OverSummary }} props */
function BallList({ match, innings, over }) {
  const recentBalls = (match.recentBalls ?? []).filter((ball) => ball.innings === innings.number && overNumberOf(ball) === over.over);
  const isComplete = recentBalls.length >= over.balls.length;
  const fetchedBalls = useOverBalls(isComplete ? null : `/api/matches/${match.id}/overs/${innings.number}/${over.over}`, match.lastCorrectionSeq ?? 0);
  const numbers = new Set(recentBalls.map(({ number }) => number));
  const lastRecentNumber = recentBalls.at(-1)?.number ?? Number.MAX_SAFE_INTEGER;
  const balls = [...(isComplete ? [] : fetchedBalls.filter(({ number }) => !numbers.has(number) && number < lastRecentNumber)), ...recentBalls].slice(-over.balls.length);
  return html`<ol class="ball-list">${balls.sort((one, other) => other.number - one.number).map((ball) => html`
    <li key=${ball.number} class="a-ball" data-number=${ball.number}>
      <span class="minute">${ball.over}</span> <${BallBadge} symbol=${ball.symbol} />
      <span class="what">${ball.bowler} to ${ball.striker}${wicketsOfSymbol(ball.symbol) > 0 && html` <b>out</b>`}${ball.commentary && html`<span class="text">${ball.commentary}</span>`}</span>
    </li>`)}</ol>`;
}

/** The over of a ball `11.3`, from 1. @param {Ball} ball */
const overNumberOf = ({ over }) => Number(over.split(".")[0]) + 1;

/**
 * An over's details from the server; refetched after a correction, with a random delay.
 * @param {string | null} url
 * @param {number} correctionSeq
 */
function useOverBalls(url, correctionSeq) {
  const [balls, setBalls] = useState(/** @type {Ball[]} */ ([]));
  const [requestedUrl, setRequestedUrl] = useState("");
  useEffect(() => {
    if (!url) return undefined;
    const timer = setTimeout(() => {
      setRequestedUrl(url);
      fetchBalls(url).then(setBalls);
    }, requestedUrl === url ? Math.random() * MAX_REFETCH_DELAY_MS : 0);
    return () => clearTimeout(timer);
  }, [url, correctionSeq]);
  return balls;
}

/** The balls; empty if they can't be loaded, since the over's line has their symbols. @param {string} url @returns {Promise<Ball[]>} */
async function fetchBalls(url) {
  try {
    const response = await fetch(url);
    return response.ok ? (await response.json()).items : [];
  } catch {
    return [];
  }
}
