// Cricket's console: what comes next is asked for, a ball takes two taps at most.

import { html, useEffect, useRef, useState } from "../../vendor/htm-preact.js";
import { Sure } from "../../desk/parts.js";
import { Recent } from "./balls.js";
import { Board } from "./board.js";
import { Disputes } from "./disputes.js";
import { isReady } from "./fold.js";
import { More } from "./more.js";
import { Opening, Toss } from "./opening.js";
import { NextBatter, NextBowler } from "./people.js";
import { commandName, lastBall, undo } from "./send.js";
import { Taps } from "./taps.js";

/** @import { Desk } from "../work.js" */

/** @type {Desk["Pad"]} */
function Pad({ console, game, onSaid }) {
  const [isMore, setMore] = useState(false);
  const { crease, status } = game;
  if (!crease) return null;
  const isLive = status === "live";
  const shared = { console, game, onSaid };
  return html`
    <${Disputes} ...${shared} />
    <section class="ball-pad" aria-label="Record">
      ${isLive && (crease.isOpen ? html`<${Next} ...${shared} />` : html`<${Between} key=${crease.number} ...${shared} />`)}
      ${(isLive || status === "paused") && html`<button type="button" class="act more" onClick=${() => setMore(true)}>Between balls …</button>`}
      ${isMore && html`<${More} ...${shared} onDone=${() => setMore(false)} />`}
    </section>`;
}

/** What the next ball needs first. @type {Desk["Pad"]} */
function Next(props) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const { crease } = props.game;
  const what = !crease || isReady(crease) ? "ball" : crease.striker === null || crease.nonStriker === null ? "batter" : "bowler";
  const Part = { ball: Taps, batter: NextBatter, bowler: NextBowler }[what];
  // The button that was pressed may be gone: who uses the keyboard goes on here.
  useEffect(() => {
    if (document.activeElement === document.body) place.current?.focus();
  }, [what]);
  return html`<div class="ball-pad" tabindex="-1" ref=${place} role="group" aria-label="Next ${what}"><${Part} ...${props} /></div>`;
}

/** No innings is being played. @type {Desk["Pad"]} */
function Between(props) {
  const { console, game, onSaid } = props;
  const isLast = game.crease?.batting && game.crease.played.length + 1 >= /** @type {any} */ (game).playing_conditions.innings;
  const ask = () => {
    console.record("super-over", {});
    onSaid("Super over");
  };
  return html`
    ${isLast && html`<p class="hint">All innings have been played. With the scores level a super over may follow, or the match is ended below.</p>
      <button type="button" class="act" onClick=${ask}>Super over</button>`}
    <${Opening} ...${props} />`;
}

/** @type {NonNullable<Desk["Steps"]>} */
function Steps({ console, game, onSaid }) {
  const { status } = game;
  const act = (/** @type {string} */ action, /** @type {string} */ label) => {
    console.record(action, {});
    onSaid(label);
  };
  if (status === "paused") return html`<button type="button" class="act strong" onClick=${() => act("resume", "Resumed")}>Resume</button>`;
  if (status !== "scheduled" && status !== "postponed") return null;
  const { toss } = /** @type {any} */ (game);
  return html`
    <${Toss} console=${console} game=${game} onSaid=${onSaid} />
    <button type="button" class="act ${toss ? "strong" : ""}" onClick=${() => act("start", "Match started")}>Start the match</button>`;
}

/** @type {Desk["Log"]} */
function Log({ console, game }) {
  const waiting = (console.outbox?.entries ?? []).filter(({ state }) => state === "waiting");
  return html`
    <${Recent} console=${console} game=${game} />
    ${waiting.length > 0 && html`<section aria-label="Waiting"><h2 class="period">Waiting</h2><ol class="log" id="log">
      ${waiting.map((entry) => html`<li key=${entry.number} class="noted" data-pending="new"><span class="what">${commandName(entry) ?? entry.action}</span> <span class="flag">Waiting</span></li>`)}
    </ol></section>`}`;
}

/** @type {NonNullable<Desk["Undo"]>} */
function Undo({ console, game }) {
  const last = lastBall(game);
  if (!last || !["live", "paused", "finished"].includes(game.status)) return null;
  return html`<${Sure} key=${last.number} name="act undo" label="Undo ${last.name}" ask="Sure?" onSure=${() => undo(console, last.number)} />`;
}

/** @type {Desk} */
export const cricket = { Board, Pad, Log, Steps, Undo };
