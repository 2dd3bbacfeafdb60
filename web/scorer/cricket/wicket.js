// A wicket: how, and only then what that kind needs to know.

import { html, useState } from "../../vendor/htm-preact.js";
import { Sheet } from "../../desk/parts.js";
import { ballOf, isPossible, KINDS, letsRunsStand } from "./ball.js";
import { endOf } from "./board.js";

/** @import { Console, Player } from "../console.js" */
/** @import { Expected } from "../project.js" */
/** @import { Ball, Marks, Out } from "./ball.js" */

const OF_A_BALL = KINDS.filter(([kind]) => kind !== "timed_out");
const WITH_A_FIELDER = new Set(["caught", "stumped"]);
const RUNS = [0, 1, 2, 3];

/** @typedef {{ console: Console, game: Expected, marks: Marks, onBall: (ball: Ball) => void, onClose: () => void }} Props */

/** @param {Props} props */
export function Wicket({ console, game, marks, onBall, onClose }) {
  const [kind, setKind] = useState("");
  const rules = /** @type {any} */ (game).playing_conditions;
  const { crease } = game;
  if (!crease) return null;
  /** @param {Out} out @param {number} [runs] @param {boolean} [crossed] */
  const record = (out, runs = 0, crossed = false) => {
    const ball = ballOf(runs, letsRunsStand(out.kind) ? marks : { ...marks, byes: null }, rules.no_ball_runs);
    onClose();
    onBall({ ...ball, wickets: [out], ...(crossed ? { crossed } : {}) });
  };
  /** @param {string} chosen */
  const choose = (chosen) => {
    if (WITH_A_FIELDER.has(chosen) || letsRunsStand(chosen)) setKind(chosen);
    else record({ kind: chosen });
  };
  const fielders = console.squads[game.teams[endOf(game, crease.batting) === "home" ? "away" : "home"].id] ?? [];
  const title = KINDS.find(([one]) => one === kind)?.[1] ?? "Wicket: how?";
  return html`
    <${Sheet} title=${title} onClose=${onClose}>
      ${kind === "" && html`<ul class="players">${OF_A_BALL.map(([one, label]) => html`
        <li key=${one}><button type="button" class="big player" data-wicket=${one} disabled=${!isPossible(one, marks, crease.freeHit)} onClick=${() => choose(one)}>${label}</button></li>`)}</ul>
        ${crease.freeHit && html`<p class="hint">Free hit: what is a bowler’s wicket isn’t possible.</p>`}`}
      ${WITH_A_FIELDER.has(kind) && html`<${By} kind=${kind} fielders=${fielders} bowler=${crease.bowler} onOut=${record} />`}
      ${kind !== "" && letsRunsStand(kind) && html`<${Ran} kind=${kind} fielders=${fielders} console=${console} game=${game} onOut=${record} />`}
    <//>`;
}

/** @param {{ kind: string, fielders: Player[], bowler: number | null, onOut: (out: Out, runs: number, crossed: boolean) => void }} props */
function By({ kind, fielders, bowler, onOut }) {
  const [crossed, setCrossed] = useState(false);
  const sorted = [...fielders].sort((one, other) => Number(other.id === bowler) - Number(one.id === bowler) || (one.shirt_number ?? 1_000) - (other.shirt_number ?? 1_000));
  const record = (/** @type {Partial<Out>} */ more) => onOut({ kind, ...more }, 0, crossed);
  const isCatch = kind === "caught";
  return html`
    ${isCatch && html`<button type="button" class="act switch wide" aria-pressed=${crossed} onClick=${() => setCrossed(!crossed)}>Crossed, and that counts (before Law 18.11 of 2022)</button>`}
    <h3 class="ask">${isCatch ? "Caught by" : "Stumped by"}</h3>
    <ul class="players">
      ${sorted.map(({ id, name, shirt_number }) => html`
        <li key=${id}><button type="button" class="big player" onClick=${() => record({ fielder_ids: [id] })}><b>${shirt_number ?? "–"}</b> <span>${name}${isCatch && id === bowler && html` <small>bowler</small>`}</span></button></li>`)}
      <li><button type="button" class="big player" onClick=${() => record({ substitute: true })}>A substitute</button></li>
      <li><button type="button" class="big player" onClick=${() => record({})}>Not known</button></li>
    </ul>`;
}

/** @param {{ kind: string, fielders: Player[], console: Console, game: Expected, onOut: (out: Out, runs: number, crossed: boolean) => void }} props */
function Ran({ kind, fielders, console, game, onOut }) {
  const { striker, nonStriker } = /** @type {any} */ (game.crease);
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const fielder_ids = kind === "run_out" ? form.getAll("fielder").map(Number) : [];
    const substitute = form.has("substitute");
    const out = { kind, player_out_id: Number(form.get("out")), ...(fielder_ids.length > 0 ? { fielder_ids } : {}), ...(substitute ? { substitute } : {}) };
    onOut(out, Number(form.get("runs")), form.has("crossed"));
  };
  return html`
    <form onSubmit=${submit}>
      <fieldset class="choices"><legend>Who is out</legend>
        ${[striker, nonStriker].map((id, at) => html`<label key=${id} class="choice"><input type="radio" name="out" value=${id} required defaultChecked=${at === 0} /> <span>${console.known.name(id)}</span></label>`)}
      </fieldset>
      <fieldset class="choices few"><legend>Runs completed</legend>
        ${RUNS.map((runs) => html`<label key=${runs} class="choice"><input type="radio" name="runs" value=${runs} defaultChecked=${runs === 0} /> <span>${runs}</span></label>`)}
      </fieldset>
      <label class="choice"><input type="checkbox" name="crossed" /> <span>They had crossed on the run that wasn’t completed</span></label>
      <button class="act strong">Record the wicket</button>
      ${kind === "run_out" && html`<fieldset class="choices"><legend>Fielders, where known</legend>
        ${fielders.map(({ id, name }) => html`<label key=${id} class="choice"><input type="checkbox" name="fielder" value=${id} /> <span>${name}</span></label>`)}
        <label class="choice"><input type="checkbox" name="substitute" /> <span>The last one was a substitute</span></label>
      </fieldset>`}
    </form>`;
}
