// The controls of a match: lifecycle actions, refused commands, the sport's pad and log.

import { html } from "../vendor/htm-preact.js";
import { ConfirmButton } from "../common/widgets.js";
import { cricket } from "../sports/cricket/scorer.js";
import { football } from "../sports/football/scorer.js";
import { scoreOnly } from "../sports/generic/scorer.js";
import { RefusedCommands } from "./outbox-status.js";
import { lifecycleActions } from "./lifecycle-actions.js";

/** @import { Part } from "../vendor/htm-preact.js" */
/** @import { Scorebook } from "./scorebook.js" */
/** @import { ProjectedMatch } from "./projected-match.js" */

/**
 * How one sport is scored: its pad and its log.
 * @typedef {object} SportScorer
 * @property {Part<{ scorebook: Scorebook, game: ProjectedMatch, onAnnounce: (text: string) => void }>} Pad
 * @property {Part<{ scorebook: Scorebook, game: ProjectedMatch }>} Log
 * @property {Part<{ scorebook: Scorebook, game: ProjectedMatch }>} [Scoreboard] if two numbers aren't enough
 * @property {Part<{ scorebook: Scorebook, game: ProjectedMatch, onAnnounce: (text: string) => void }>} [LifecycleButtons] instead of the lifecycle actions
 * @property {Part<{ scorebook: Scorebook, game: ProjectedMatch }>} [UndoButton] if it isn't the last incident's
 */

/** @type {{ [sport: string]: SportScorer }} */
const SPORT_SCORERS = { cricket, football, generic: scoreOnly };

/** @param {string} sport */
export const sportScorer = (sport) => SPORT_SCORERS[sport] ?? scoreOnly;

/** @param {{ scorebook: Scorebook, onAnnounce: (text: string) => void }} props */
export function ScorerControls({ scorebook, onAnnounce }) {
  const { game } = scorebook;
  if (!game) return null;
  const { Pad, Log, LifecycleButtons } = sportScorer(game.sport);
  const actions = LifecycleButtons ? [] : lifecycleActions(/** @type {any} */ (game));
  return html`
    ${LifecycleButtons && html`<${LifecycleButtons} scorebook=${scorebook} game=${game} onAnnounce=${onAnnounce} />`}
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
