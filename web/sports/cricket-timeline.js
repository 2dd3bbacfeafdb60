// A match of cricket ball by ball: the newest over first, each with what it brought; what was said of its balls when it is opened.

import { html, useEffect, useState } from "../vendor/htm-preact.js";
import { Chip } from "./cricket-chip.js";
import { inningsIn, nameOf, oversOf } from "./cricket-figures.js";

/** @import { Game } from "../client/wire.js" */
/** @import { Ball, Fall, Innings } from "./innings.js" */
/** @import { Over } from "./cricket-figures.js" */
/** @import { Match } from "./cricket-fold.js" */

const SHOWN = 20; // overs at a time: a match of five days has five hundred
const OPEN = 1; // the newest over shows its balls
const CALM_MS = 3_000; // a correction reaches thousands of pages at once

/** @param {{ game: Game }} props */
export function Timeline({ game }) {
  const match = /** @type {Match} */ (game);
  const [shown, show] = useState(SHOWN);
  const all = [...inningsIn(match)].reverse().map((innings) => ({ innings, overs: oversOf(innings).reverse() }));
  const count = all.reduce((sum, { overs }) => sum + overs.length, 0);
  if (count === 0) return html`<p class="empty">Nothing has been bowled yet.</p>`;
  let left = shown;
  return html`<div class="overs">
    ${all.map(({ innings, overs }) => {
      const part = overs.slice(0, Math.max(0, left));
      left -= overs.length;
      return part.length > 0 && html`<section key=${innings.number} aria-label=${nameOf(match, innings)}>
        <h2 class="period">${nameOf(match, innings)}</h2>
        <ol class="timeline">${part.map((over) => html`<${OverLine} key=${over.over} match=${match} innings=${innings} over=${over} isNewest=${innings === all[0].innings && overs.indexOf(over) < OPEN} />`)}</ol>
      </section>`;
    })}
    ${count > shown && html`<p class="more"><button type="button" class="quiet-button" onClick=${() => show(shown + SHOWN)}>Earlier overs</button></p>`}
  </div>`;
}

/** @param {{ match: Match, innings: Innings, over: Over, isNewest: boolean }} props */
function OverLine({ match, innings, over, isNewest }) {
  const [chosen, choose] = useState(/** @type {boolean | null} */ (null));
  const isOpen = chosen ?? isNewest;
  const fell = innings.fall_of_wickets.filter(({ overs }) => isIn(overs, over.over));
  const wickets = over.wickets > 0 && `${over.wickets} ${over.wickets === 1 ? "wicket" : "wickets"}`;
  const summary = [`${over.runs} ${over.runs === 1 ? "run" : "runs"}`, wickets].filter(Boolean).join(", ");
  return html`<li class="an-over" data-over=${`${innings.number}.${over.over}`}>
    <details open=${isOpen} onToggle=${(/** @type {{ currentTarget: HTMLDetailsElement }} */ { currentTarget: { open } }) => open !== isOpen && choose(open)}>
      <summary><span class="minute">Over ${over.over}</span>
        <span class="balls">${over.balls.map((ball, at) => html`<${Chip} key=${at} ball=${ball} />`)}</span>
        <span class="what">${summary}</span> <span class="after">${over.total}/${over.down}</span></summary>
      ${isOpen && html`<${Balls} match=${match} innings=${innings} over=${over} />`}
    </details>
    ${fell.map((fall) => html`<${Fell} key=${fall.wicket} innings=${innings} fall=${fall} />`)}</li>`;
}

/** Whether a wicket that fell at `11.4`, or `12.0` with the last ball, fell in the 12th over. @param {string} overs @param {number} over */
export function isIn(overs, over) {
  const [whole, balls] = overs.split(".").map(Number);
  return (balls === 0 && whole > 0 ? whole : whole + 1) === over;
}

/** @param {{ innings: Innings, fall: Fall }} props */
function Fell({ innings, fall }) {
  const card = innings.batting.find(({ player_id }) => player_id === fall.player_id);
  return html`<p class="fell"><b>${fall.name}</b> ${card?.dismissal ?? "out"} <b>${card?.runs ?? ""}</b> <span class="quiet">(${fall.runs}/${fall.wicket}, ${fall.overs})</span></p>`;
}

/** @param {{ match: Match, innings: Innings, over: Over }} props */
function Balls({ match, innings, over }) {
  const told = (match.told ?? []).filter((ball) => ball.innings === innings.number && placeOf(ball) === over.over);
  const isWhole = told.length >= over.balls.length;
  const read = useOver(isWhole ? null : `/api/matches/${match.id}/overs/${innings.number}/${over.over}`, match.amended ?? 0);
  const numbers = new Set(told.map(({ number }) => number));
  const last = told.at(-1)?.number ?? Number.MAX_SAFE_INTEGER;
  const balls = [...(isWhole ? [] : read.filter(({ number }) => !numbers.has(number) && number < last)), ...told].slice(-over.balls.length);
  return html`<ol class="ball-list">${balls.sort((one, other) => other.number - one.number).map((ball) => html`
    <li key=${ball.number} class="a-ball" data-number=${ball.number}>
      <span class="minute">${ball.over}</span> <${Chip} ball=${ball.symbol} />
      <span class="what">${ball.bowler} to ${ball.striker}${ball.wickets.length > 0 && html` <b>out</b>`}${ball.commentary && html`<span class="text">${ball.commentary}</span>`}</span>
    </li>`)}</ol>`;
}

/** The over of a ball `11.3`, from 1. @param {Ball} ball */
const placeOf = ({ over }) => Number(over.split(".")[0]) + 1;

/**
 * What the server knows of an over; asked again after a correction, not by all pages at once.
 * @param {string | null} address
 * @param {number} amended
 */
function useOver(address, amended) {
  const [balls, setBalls] = useState(/** @type {Ball[]} */ ([]));
  const [asked, setAsked] = useState("");
  useEffect(() => {
    if (!address) return undefined;
    const timer = setTimeout(() => {
      setAsked(address);
      read(address).then(setBalls);
    }, asked === address ? Math.random() * CALM_MS : 0);
    return () => clearTimeout(timer);
  }, [address, amended]);
  return balls;
}

/** The balls, or none where they can't be had: what they brought stands in the over's line. @param {string} address @returns {Promise<Ball[]>} */
async function read(address) {
  try {
    const answer = await fetch(address);
    return answer.ok ? (await answer.json()).items : [];
  } catch {
    return [];
  }
}
