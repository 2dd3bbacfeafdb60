// The wicket dialog: the kind first, then only what that kind needs.

import { html, useState } from "../../../vendor/htm-preact.js";
import { Dialog } from "../../../common/widgets.js";
import { buildBall, isDismissalPossible, DISMISSAL_KINDS, keepsCompletedRuns } from "./ball-request.js";
import { sideOfTeam } from "./scoreboard.js";
import { cricketContextOf } from "./cricket-context.js";

/** @import { Scorebook, SquadPlayer } from "../../../scorer/scorebook.js" */
/** @import { ProjectedMatch } from "./projected-match.js" */
/** @import { BallRequest, BallModifiers, EnteredWicket } from "./ball-request.js" */

const BALL_DISMISSAL_KINDS = DISMISSAL_KINDS.filter(([kind]) => kind !== "timed_out");
const FIELDER_DISMISSAL_KINDS = new Set(["caught", "stumped"]);
const RUN_CHOICES = [0, 1, 2, 3];

/** @typedef {{ scorebook: Scorebook, game: ProjectedMatch, modifiers: BallModifiers, onBall: (ball: BallRequest) => void, onClose: () => void }} WicketDialogProps */

/** @param {WicketDialogProps} props */
export function WicketDialog({ scorebook, game, modifiers, onBall, onClose }) {
  const [kind, setKind] = useState("");
  const conditions = /** @type {any} */ (game).playing_conditions;
  const { innings } = game;
  if (!innings) return null;
  /** @param {EnteredWicket} wicket @param {number} [runs] @param {boolean} [crossed] */
  const record = (wicket, runs = 0, crossed = false) => {
    const ball = buildBall(runs, keepsCompletedRuns(wicket.kind) ? modifiers : { ...modifiers, byes: null }, conditions.no_ball_runs);
    onClose();
    onBall({ ...ball, wickets: [wicket], ...(crossed ? { crossed } : {}) });
  };
  /** @param {string} chosenKind */
  const chooseKind = (chosenKind) => {
    if (FIELDER_DISMISSAL_KINDS.has(chosenKind) || keepsCompletedRuns(chosenKind)) setKind(chosenKind);
    else record({ kind: chosenKind });
  };
  const fielders = scorebook.squads[game.teams[sideOfTeam(game, innings.battingTeamId) === "home" ? "away" : "home"].id] ?? [];
  const title = DISMISSAL_KINDS.find(([one]) => one === kind)?.[1] ?? "Wicket: how?";
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      ${kind === "" && html`<ul class="players">${BALL_DISMISSAL_KINDS.map(([one, label]) => html`
        <li key=${one}><button type="button" class="big player" data-wicket=${one} disabled=${!isDismissalPossible(one, modifiers, innings.nextIsFreeHit)} onClick=${() => chooseKind(one)}>${label}</button></li>`)}</ul>
        ${innings.nextIsFreeHit && html`<p class="hint">Free hit: no wickets for the bowler.</p>`}`}
      ${FIELDER_DISMISSAL_KINDS.has(kind) && html`<${FielderPicker} kind=${kind} fielders=${fielders} bowler=${innings.bowler} onWicket=${record} />`}
      ${kind !== "" && keepsCompletedRuns(kind) && html`<${RunOutForm} kind=${kind} fielders=${fielders} scorebook=${scorebook} game=${game} onWicket=${record} />`}
    <//>`;
}

/** @param {{ kind: string, fielders: SquadPlayer[], bowler: number | null, onWicket: (out: EnteredWicket, runs: number, crossed: boolean) => void }} props */
function FielderPicker({ kind, fielders, bowler, onWicket }) {
  const [crossed, setCrossed] = useState(false);
  const sortedFielders = [...fielders].sort((one, other) => Number(other.id === bowler) - Number(one.id === bowler) || (one.shirt_number ?? 1_000) - (other.shirt_number ?? 1_000));
  const record = (/** @type {Partial<EnteredWicket>} */ details) => onWicket({ kind, ...details }, 0, crossed);
  const isCatch = kind === "caught";
  return html`
    ${isCatch && html`<button type="button" class="action-button switch wide" aria-pressed=${crossed} onClick=${() => setCrossed(!crossed)}>Crossed, and that counts (before Law 18.11 of 2022)</button>`}
    <h3 class="ask">${isCatch ? "Caught by" : "Stumped by"}</h3>
    <ul class="players">
      ${sortedFielders.map(({ id, name, shirt_number }) => html`
        <li key=${id}><button type="button" class="big player" onClick=${() => record({ fielder_ids: [id] })}><b>${shirt_number ?? "–"}</b> <span>${name}${isCatch && id === bowler && html` <small>bowler</small>`}</span></button></li>`)}
      <li><button type="button" class="big player" onClick=${() => record({ substitute: true })}>A substitute</button></li>
      <li><button type="button" class="big player" onClick=${() => record({})}>Not known</button></li>
    </ul>`;
}

/** @param {{ kind: string, fielders: SquadPlayer[], scorebook: Scorebook, game: ProjectedMatch, onWicket: (wicket: EnteredWicket, runs: number, crossed: boolean) => void }} props */
function RunOutForm({ kind, fielders, scorebook, game, onWicket }) {
  const { striker, nonStriker } = /** @type {any} */ (game.innings);
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const fielder_ids = kind === "run_out" ? form.getAll("fielder").map(Number) : [];
    const substitute = form.has("substitute");
    const wicket = { kind, player_out_id: Number(form.get("out")), ...(fielder_ids.length > 0 ? { fielder_ids } : {}), ...(substitute ? { substitute } : {}) };
    onWicket(wicket, Number(form.get("runs")), form.has("crossed"));
  };
  return html`
    <form onSubmit=${submit}>
      <fieldset class="choices"><legend>Who is out</legend>
        ${[striker, nonStriker].map((id, index) => html`<label key=${id} class="option"><input type="radio" name="out" value=${id} required defaultChecked=${index === 0} /> <span>${cricketContextOf(scorebook).playerName(id)}</span></label>`)}
      </fieldset>
      <fieldset class="choices few"><legend>Runs completed</legend>
        ${RUN_CHOICES.map((runs) => html`<label key=${runs} class="option"><input type="radio" name="runs" value=${runs} defaultChecked=${runs === 0} /> <span>${runs}</span></label>`)}
      </fieldset>
      <label class="option"><input type="checkbox" name="crossed" /> <span>They had crossed on the run that wasn’t completed</span></label>
      <button class="action-button strong">Record the wicket</button>
      ${kind === "run_out" && html`<fieldset class="choices"><legend>Fielders, if known</legend>
        ${fielders.map(({ id, name }) => html`<label key=${id} class="option"><input type="checkbox" name="fielder" value=${id} /> <span>${name}</span></label>`)}
        <label class="option"><input type="checkbox" name="substitute" /> <span>The last one was a substitute</span></label>
      </fieldset>`}
    </form>`;
}
