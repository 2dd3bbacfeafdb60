// The pad for a ball in two taps at most: its modifiers, then its runs.

import { html, useState } from "../../../vendor/htm-preact.js";
import { buildBall, spokenBall, NO_MODIFIERS, ballSymbol } from "./ball-request.js";
import { recordBall } from "./record-ball.js";
import { WicketDialog } from "./wicket-dialog.js";

/** @import { Scorebook } from "../../../scorer/scorebook.js" */
/** @import { ProjectedMatch } from "./projected-match.js" */
/** @import { BallModifiers } from "./ball-request.js" */

const RUN_BUTTONS = [0, 1, 2, 3, 4, 5, 6];

/** @type {[string, (modifiers: BallModifiers) => BallModifiers, (modifiers: BallModifiers) => boolean][]} */
const MODIFIER_BUTTONS = [
  ["Wide", ({ isWide, isOverCalled, overContinues }) => ({ ...NO_MODIFIERS, isWide: !isWide, isOverCalled, overContinues }), ({ isWide }) => isWide],
  ["No-ball", (modifiers) => ({ ...modifiers, isWide: false, isNoBall: !modifiers.isNoBall }), ({ isNoBall }) => isNoBall],
  ["Bye", (modifiers) => ({ ...modifiers, isWide: false, byes: modifiers.byes === "byes" ? null : "byes" }), ({ byes }) => byes === "byes"],
  ["Leg bye", (modifiers) => ({ ...modifiers, isWide: false, byes: modifiers.byes === "leg_byes" ? null : "leg_byes" }), ({ byes }) => byes === "leg_byes"],
];

/** @param {{ scorebook: Scorebook, game: ProjectedMatch, onAnnounce: (text: string) => void }} props */
export function BallPad({ scorebook, game, onAnnounce }) {
  const [modifiers, setModifiers] = useState(NO_MODIFIERS);
  const [isWicketOpen, setWicketOpen] = useState(false);
  const conditions = /** @type {any} */ (game).playing_conditions;
  const { innings } = game;
  if (!innings) return null;
  /** @param {import("./ball-request.js").BallRequest} ball */
  const record = (ball) => {
    setModifiers(NO_MODIFIERS);
    recordBall(scorebook, ball, onAnnounce);
  };
  const canContinueOver = innings.legalBalls >= conditions.balls_per_over - 1;
  return html`
    <div class="switches" role="group" aria-label="The ball was also">
      ${MODIFIER_BUTTONS.map(([label, toggle, isOn]) => html`
        <button key=${label} type="button" class="action-button switch" aria-pressed=${isOn(modifiers)} onClick=${() => setModifiers(toggle(modifiers))}>${label}</button>`)}
    </div>
    <div class="runs" role="group" aria-label="Runs">
      ${RUN_BUTTONS.map((runs) => {
        const ball = buildBall(runs, modifiers, conditions.no_ball_runs);
        const isImpossible = modifiers.byes !== null && runs === 0;
        const label = ballSymbol(ball) === "." ? "0" : ballSymbol(ball);
        return html`<button key=${runs} type="button" class="big run" data-runs=${runs} disabled=${isImpossible} aria-label=${spokenBall(ball)} onClick=${() => record(ball)}>${label}</button>`;
      })}
      <button type="button" class="big run out" data-runs="W" aria-label="Wicket" onClick=${() => setWicketOpen(true)}>W</button>
    </div>
    <div class="switches minor" role="group" aria-label="The umpire’s count">
      <button type="button" class="action-button switch" aria-pressed=${modifiers.isOverCalled} onClick=${() => setModifiers({ ...modifiers, isOverCalled: !modifiers.isOverCalled, overContinues: false })}>Over called</button>
      <button type="button" class="action-button switch" aria-pressed=${modifiers.overContinues} disabled=${!canContinueOver} onClick=${() => setModifiers({ ...modifiers, overContinues: !modifiers.overContinues, isOverCalled: false })}>Over continues</button>
    </div>
    ${isWicketOpen && html`<${WicketDialog} scorebook=${scorebook} game=${game} modifiers=${modifiers} onBall=${record} onClose=${() => setWicketOpen(false)} />`}`;
}
