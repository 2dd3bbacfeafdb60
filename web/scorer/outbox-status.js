// The outbox's status, and the commands that the server refused.

import { html } from "../vendor/htm-preact.js";
import { ConfirmButton } from "../common/widgets.js";
import { commandText, outboxText, problemText } from "./command-text.js";

/** @import { Scorebook } from "./scorebook.js" */

/** @param {{ scorebook: Scorebook }} props */
export function OutboxStatus({ scorebook: { outbox } }) {
  const waiting = (outbox?.entries ?? []).filter(({ state }) => state === "waiting").length;
  const state = waiting === 0 ? "empty" : (outbox?.state ?? "empty");
  return html`<p class="queue" id="queue" role="status" data-state=${state} data-waiting=${waiting}>${outboxText(state, waiting)}</p>`;
}

/** @param {{ scorebook: Scorebook }} props */
export function RefusedCommands({ scorebook }) {
  const { refusedEntries, serverMatch, sportScorer, squads } = scorebook;
  if (refusedEntries.length === 0) return null;
  return html`
    <section class="refused" aria-label="Refused">
      <h2>Refused by the server</h2>
      <ul>
        ${refusedEntries.map((entry) => {
          const name = commandText(entry, sportScorer, serverMatch, squads);
          return html`<li key=${entry.number}>
            <p class="what">${name}</p>
            <p class="why">${problemText(entry.problem)}</p>
            <div class="row">
              <button type="button" class="action-button" aria-label="Send again: ${name}" onClick=${() => scorebook.retry(entry)}>Send again</button>
              <button type="button" class="action-button" aria-label="Discard: ${name}" onClick=${() => scorebook.discard(entry)}>Discard</button>
            </div>
          </li>`;
        })}
      </ul>
      ${refusedEntries.length > 1 && html`<${ConfirmButton} className="action-button danger" label="Discard all ${refusedEntries.length}" onConfirm=${() => refusedEntries.forEach((entry) => scorebook.discard(entry))} />`}
    </section>`;
}
