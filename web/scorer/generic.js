// Any match that is scored by numbers alone: each tap names the whole score.

import { html, useRef } from "../vendor/htm-preact.js";
import { teamColour } from "../client/colour.js";
import { describeCommand } from "./words.js";

/** @import { End } from "../client/wire.js" */
/** @import { Desk } from "./work.js" */

/** @type {End[]} */
const ENDS = ["home", "away"];
const STEPS = [1, 2, 3, -1];
/** How long a tap counts before its score is shown: then it was refused, or is shown by another way. */
const NAMED_MS = 3_000;

/** @type {Desk["Pad"]} */
function Pad({ console, game, onSaid }) {
  const isOpen = game.status === "live" || game.status === "paused";
  const shown = game.score ?? { home: 0, away: 0 };
  // Taps may be faster than the page: each adds to the one before it, not to what is shown yet.
  const named = useRef(/** @type {{ score: { home: number, away: number }, at: number } | null} */ (null));
  const isNamed = () => named.current !== null && Date.now() - named.current.at < NAMED_MS;
  const latest = () => (named.current !== null && isNamed() ? named.current.score : shown);
  const score = latest();
  /** @param {End} end @param {number} step */
  const add = (end, step) => {
    const before = latest();
    const next = { ...before, [end]: before[end] + step };
    if (next[end] < 0) return;
    named.current = { score: next, at: Date.now() };
    console.record("score", next);
    onSaid(`${next.home}, ${next.away}`);
  };
  return html`
    <section class="pads" aria-label="Record">
      ${ENDS.map((end) => html`
        <div class="pad" key=${end} role="group" aria-label=${game.teams[end].name} style=${{ "--team": teamColour(game.teams[end].colour, end) }}>
          <h2>${game.teams[end].name}</h2>
          ${STEPS.map((step) => html`
            <button key=${step} type="button" class="big" disabled=${!isOpen || score[end] + step < 0}
              aria-label="${step} for ${game.teams[end].name}" onClick=${() => add(end, step)}>${step > 0 ? `+${step}` : `−${-step}`}</button>`)}
        </div>`)}
    </section>`;
}

/** @type {Desk["Log"]} */
function Log({ console }) {
  const waiting = (console.outbox?.entries ?? []).filter(({ state }) => state === "waiting");
  return html`<ol class="log" aria-label="Waiting">
    ${waiting.map((entry) => html`<li key=${entry.number} class="noted" data-pending="new"><span class="what">${describeCommand(entry, null, {})}</span> <span class="flag">Waiting</span></li>`)}
  </ol>`;
}

/** @type {Desk} */
export const generic = { Pad, Log };
