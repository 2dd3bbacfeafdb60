// Scorer for sports that only have a score: each tap records the whole score.

import { html, useRef } from "../../vendor/htm-preact.js";
import { teamColour } from "../../client/colour.js";
import { commandText } from "../../scorer/command-text.js";
import { applyLifecycleCommand, unprojectedMatch } from "../../scorer/projected-match.js";

/** @import { Match, Side } from "../../client/message-types.js" */
/** @import { ProjectedMatch, ScorerCommand } from "../../scorer/projected-match.js" */
/** @import { SportScorer } from "../sport-scorer.js" */

/** @type {Side[]} */
const SIDES = ["home", "away"];
const SCORE_STEPS = [1, 2, 3, -1];
/** How long a tapped score is kept: by then it was refused, or is shown by the projection. */
const TAP_MEMORY_MS = 3_000;

/** @type {SportScorer["Pad"]} */
function ScorePad({ scorebook, game, onAnnounce }) {
  const isOpen = game.status === "live" || game.status === "paused";
  const serverScore = game.score ?? { home: 0, away: 0 };
  // Taps may be faster than rendering: each adds to the previous tap, not to the shown score.
  const lastTap = useRef(/** @type {{ score: { home: number, away: number }, tappedAtMs: number } | null} */ (null));
  const isTapRecent = () => lastTap.current !== null && Date.now() - lastTap.current.tappedAtMs < TAP_MEMORY_MS;
  const currentScore = () => (lastTap.current !== null && isTapRecent() ? lastTap.current.score : serverScore);
  const score = currentScore();
  /** @param {Side} side @param {number} step */
  const changeScore = (side, step) => {
    const before = currentScore();
    const next = { ...before, [side]: before[side] + step };
    if (next[side] < 0) return;
    lastTap.current = { score: next, tappedAtMs: Date.now() };
    scorebook.record("score", next);
    onAnnounce(`${next.home}, ${next.away}`);
  };
  return html`
    <section class="pads" aria-label="Record">
      ${SIDES.map((side) => html`
        <div class="pad" key=${side} role="group" aria-label=${game.teams[side].name} style=${{ "--team": teamColour(game.teams[side].colour, side) }}>
          <h2>${game.teams[side].name}</h2>
          ${SCORE_STEPS.map((step) => html`
            <button key=${step} type="button" class="big" disabled=${!isOpen || score[side] + step < 0}
              aria-label="${step} for ${game.teams[side].name}" onClick=${() => changeScore(side, step)}>${step > 0 ? `+${step}` : `−${-step}`}</button>`)}
        </div>`)}
    </section>`;
}

/** @type {SportScorer["Log"]} */
function WaitingLog({ scorebook }) {
  const waiting = (scorebook.outbox?.entries ?? []).filter(({ state }) => state === "waiting");
  return html`<ol class="log" aria-label="Waiting">
    ${waiting.map((entry) => html`<li key=${entry.number} class="log-entry" data-pending="new"><span class="what">${commandText(entry, scorer, null, {})}</span> <span class="flag">Waiting</span></li>`)}
  </ol>`;
}

/** @param {Match} game @param {readonly ScorerCommand[]} commands */
export const projectMatch = (game, commands) => commands.reduce(applyCommand, unprojectedMatch(game));

/** @param {ProjectedMatch} game @param {ScorerCommand} command @returns {ProjectedMatch} */
function applyCommand(game, command) {
  const { method, action, body } = command;
  if (method === "POST" && action === "score") return { ...game, score: { home: body.home, away: body.away } };
  return applyLifecycleCommand(game, command);
}

/** @type {SportScorer} */
export const scorer = {
  Pad: ScorePad,
  Log: WaitingLog,
  project: projectMatch,
  commandText: ({ action, body }) => (action === "score" ? `Score ${body.home}–${body.away}` : null),
};
