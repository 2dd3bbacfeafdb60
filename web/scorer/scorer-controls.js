// The controls of a match: lifecycle actions, refused commands, the sport's pad and log.

import { html } from "../vendor/htm-preact.js";
import { ConfirmButton } from "../common/widgets.js";
import { RefusedCommands } from "./outbox-status.js";
import { lifecycleActions } from "./lifecycle-actions.js";

/** @import { Scorebook } from "./scorebook.js" */

/** @param {{ scorebook: Scorebook, onAnnounce: (text: string) => void }} props */
export function ScorerControls({ scorebook, onAnnounce }) {
  const { game, sportScorer } = scorebook;
  if (!game || !sportScorer) return null;
  const { Pad, Log, LifecycleControls } = sportScorer;
  const actions = LifecycleControls ? [] : (sportScorer.lifecycleActions ?? lifecycleActions)(game);
  return html`
    ${LifecycleControls && html`<${LifecycleControls} scorebook=${scorebook} game=${game} onAnnounce=${onAnnounce} />`}
    ${actions.length > 0 && html`<section class="steps" aria-label="Clock">
      ${actions.map(({ label, action, body, needsConfirmation }, index) => {
        const record = () => {
          scorebook.record(action, body);
          onAnnounce(label);
        };
        const name = `action-button ${index === 0 ? "strong" : ""}`;
        return needsConfirmation
          ? html`<${ConfirmButton} key=${label} label=${label} className=${name} onConfirm=${record} />`
          : html`<button key=${label} type="button" class=${name} onClick=${record}>${label}</button>`;
      })}
    </section>`}
    <${RefusedCommands} scorebook=${scorebook} />
    <${Pad} scorebook=${scorebook} game=${game} onAnnounce=${onAnnounce} />
    <${Log} scorebook=${scorebook} game=${game} />`;
}
