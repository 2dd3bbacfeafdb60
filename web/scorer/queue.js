// What waits to be sent, and what the server would not take.

import { html } from "../vendor/htm-preact.js";
import { Sure } from "../desk/parts.js";
import { describeCommand, queueWords, why } from "./words.js";

/** @import { Console } from "./console.js" */

/** @param {{ console: Console }} props */
export function Queue({ console: { outbox } }) {
  const waiting = (outbox?.entries ?? []).filter(({ state }) => state === "waiting").length;
  const state = waiting === 0 ? "empty" : (outbox?.state ?? "empty");
  return html`<p class="queue" id="queue" role="status" data-state=${state} data-waiting=${waiting}>${queueWords(state, waiting)}</p>`;
}

/** @param {{ console: Console }} props */
export function Refused({ console }) {
  const { refused, told, squads } = console;
  if (refused.length === 0) return null;
  return html`
    <section class="refused" aria-label="Not taken">
      <h2>Not taken by the server</h2>
      <ul>
        ${refused.map((entry) => {
          const name = describeCommand(entry, told, squads);
          return html`<li key=${entry.number}>
            <p class="what">${name}</p>
            <p class="why">${why(entry.problem)}</p>
            <div class="row">
              <button type="button" class="act" aria-label="Send again: ${name}" onClick=${() => console.retry(entry)}>Send again</button>
              <button type="button" class="act" aria-label="Drop: ${name}" onClick=${() => console.drop(entry)}>Drop</button>
            </div>
          </li>`;
        })}
      </ul>
      ${refused.length > 1 && html`<${Sure} name="act danger" label="Drop all ${refused.length}" onSure=${() => refused.forEach((entry) => console.drop(entry))} />`}
    </section>`;
}
