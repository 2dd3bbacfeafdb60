// What can be done in a match and what was done: clock, what the server refused, the sport's own buttons.

import { html } from "../vendor/htm-preact.js";
import { Sure } from "../desk/parts.js";
import { cricket } from "./cricket/cricket.js";
import { football } from "./football.js";
import { generic } from "./generic.js";
import { Refused } from "./queue.js";
import { steps } from "./steps.js";

/** @import { Part } from "../vendor/htm-preact.js" */
/** @import { Console } from "./console.js" */
/** @import { Expected } from "./project.js" */

/**
 * How one sport is scored: the buttons, and what has been recorded.
 * @typedef {object} Desk
 * @property {Part<{ console: Console, game: Expected, onSaid: (text: string) => void }>} Pad
 * @property {Part<{ console: Console, game: Expected }>} Log
 * @property {Part<{ console: Console, game: Expected }>} [Board] the score, where two numbers don't tell it
 * @property {Part<{ console: Console, game: Expected, onSaid: (text: string) => void }>} [Steps] what there is beside the clock's buttons, or instead
 * @property {Part<{ console: Console, game: Expected }>} [Undo] where it isn't the last incident
 */

/** @type {{ [sport: string]: Desk }} */
const DESKS = { cricket, football, generic };

/** @param {string} sport */
export const deskOf = (sport) => DESKS[sport] ?? generic;

/** @param {{ console: Console, onSaid: (text: string) => void }} props */
export function Work({ console, onSaid }) {
  const { game } = console;
  if (!game) return null;
  const { Pad, Log, Steps } = deskOf(game.sport);
  const all = Steps ? [] : steps(/** @type {any} */ (game));
  return html`
    ${Steps && html`<${Steps} console=${console} game=${game} onSaid=${onSaid} />`}
    ${all.length > 0 && html`<section class="steps" aria-label="Clock">
      ${all.map(({ label, action, body, grave }, at) => {
        const act = () => {
          console.record(action, body);
          onSaid(label);
        };
        const name = `act ${at === 0 ? "strong" : ""}`;
        return grave
          ? html`<${Sure} key=${label} label=${label} name=${name} onSure=${act} />`
          : html`<button key=${label} type="button" class=${name} onClick=${act}>${label}</button>`;
      })}
    </section>`}
    <${Refused} console=${console} />
    <${Pad} console=${console} game=${game} onSaid=${onSaid} />
    <${Log} console=${console} game=${game} />`;
}
