// Any match that is scored by numbers alone: each tap names the whole score.

import { html } from "../vendor/htm-preact.js";
import { teamColour } from "../client/colour.js";
import { describeCommand } from "./words.js";

/** @import { End } from "../client/wire.js" */
/** @import { Desk } from "./work.js" */

/** @type {End[]} */
const ENDS = ["home", "away"];
const STEPS = [1, 2, 3, -1];

/** @type {Desk["Pad"]} */
function Pad({ console, game, onSaid }) {
  const isOpen = game.status === "live" || game.status === "paused";
  const score = game.score ?? { home: 0, away: 0 };
  /** @param {End} end @param {number} step */
  const add = (end, step) => {
    const next = { ...score, [end]: score[end] + step };
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
