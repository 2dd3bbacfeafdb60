// A ball in two taps at most: what it was besides, then its runs.

import { html, useState } from "../../vendor/htm-preact.js";
import { ballOf, inSpeech, NO_MARKS, symbol } from "./ball.js";
import { bowlBall } from "./send.js";
import { Wicket } from "./wicket.js";

/** @import { Console } from "../console.js" */
/** @import { Expected } from "../project.js" */
/** @import { Marks } from "./ball.js" */

const RUNS = [0, 1, 2, 3, 4, 5, 6];

/** @type {[string, (marks: Marks) => Marks, (marks: Marks) => boolean][]} */
const SWITCHES = [
  ["Wide", ({ wide, called, continues }) => ({ ...NO_MARKS, wide: !wide, called, continues }), ({ wide }) => wide],
  ["No-ball", (marks) => ({ ...marks, wide: false, noBall: !marks.noBall }), ({ noBall }) => noBall],
  ["Bye", (marks) => ({ ...marks, wide: false, byes: marks.byes === "byes" ? null : "byes" }), ({ byes }) => byes === "byes"],
  ["Leg bye", (marks) => ({ ...marks, wide: false, byes: marks.byes === "leg_byes" ? null : "leg_byes" }), ({ byes }) => byes === "leg_byes"],
];

/** @param {{ console: Console, game: Expected, onSaid: (text: string) => void }} props */
export function Taps({ console, game, onSaid }) {
  const [marks, setMarks] = useState(NO_MARKS);
  const [isOut, setOut] = useState(false);
  const rules = /** @type {any} */ (game).playing_conditions;
  const { crease } = game;
  if (!crease) return null;
  /** @param {import("./ball.js").Ball} ball */
  const record = (ball) => {
    setMarks(NO_MARKS);
    bowlBall(console, ball, onSaid);
  };
  const mayContinue = crease.legal >= rules.balls_per_over - 1;
  return html`
    <div class="switches" role="group" aria-label="The ball was also">
      ${SWITCHES.map(([label, turn, isOn]) => html`
        <button key=${label} type="button" class="act switch" aria-pressed=${isOn(marks)} onClick=${() => setMarks(turn(marks))}>${label}</button>`)}
    </div>
    <div class="runs" role="group" aria-label="Runs">
      ${RUNS.map((runs) => {
        const ball = ballOf(runs, marks, rules.no_ball_runs);
        const isNothing = marks.byes !== null && runs === 0;
        const label = symbol(ball) === "." ? "0" : symbol(ball);
        return html`<button key=${runs} type="button" class="big run" data-runs=${runs} disabled=${isNothing} aria-label=${inSpeech(ball)} onClick=${() => record(ball)}>${label}</button>`;
      })}
      <button type="button" class="big run out" data-runs="W" aria-label="Wicket" onClick=${() => setOut(true)}>W</button>
    </div>
    <div class="switches minor" role="group" aria-label="The umpire’s count">
      <button type="button" class="act switch" aria-pressed=${marks.called} onClick=${() => setMarks({ ...marks, called: !marks.called, continues: false })}>Over called</button>
      <button type="button" class="act switch" aria-pressed=${marks.continues} disabled=${!mayContinue} onClick=${() => setMarks({ ...marks, continues: !marks.continues, called: false })}>Over continues</button>
    </div>
    ${isOut && html`<${Wicket} console=${console} game=${game} marks=${marks} onBall=${record} onClose=${() => setOut(false)} />`}`;
}
