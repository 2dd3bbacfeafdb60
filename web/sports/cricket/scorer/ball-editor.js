// Editor for any earlier ball: look up, correct, remove.

import { html, useEffect, useState } from "../../../vendor/htm-preact.js";
import { request } from "../../../common/api.js";
import { Dialog, ConfirmButton } from "../../../common/widgets.js";
import { ballFromServer, ballFromSubmission, extrasWithDefaults, DISMISSAL_KINDS, keepsCompletedRuns } from "./ball-request.js";
import { sideOfTeam } from "./scoreboard.js";
import { SelectField, readForm } from "./innings-opening.js";
import { findUnsentBall } from "./record-ball.js";
import { cricketContextOf } from "./cricket-context.js";

/** @import { Scorebook } from "../../../scorer/scorebook.js" */
/** @import { ProjectedMatch } from "./projected-match.js" */
/** @import { BallRequest, EnteredWicket } from "./ball-request.js" */

/** @typedef {{ scorebook: Scorebook, game: ProjectedMatch, number: number, onClose: () => void }} BallEditorProps */
/** A ball and its context. @typedef {{ ball: BallRequest, title: string, batters: number[], isSubmission: boolean }} BallLookup */

const EXTRA_FIELDS = /** @type {const} */ (["wides", "no_balls", "byes", "leg_byes", "penalty"]);
/** Not in the form. */
const PRESERVED_FIELDS = /** @type {const} */ (["penalty", "striker_id", "non_striker_id", "bowler_id"]);
const EXTRA_LABELS = { wides: "Wides", no_balls: "No-balls", byes: "Byes", leg_byes: "Leg byes", penalty: "Penalty" };

/**
 * The ball: an unsent one on this device, this scorer's pending submission, or the server's.
 * @param {Scorebook} scorebook
 * @param {any} game
 * @param {number} number
 * @returns {Promise<BallLookup | string>} or the text of why it can't be found
 */
async function lookUpBall(scorebook, game, number) {
  const { innings, pending, teams } = game;
  const batters = [innings.striker, innings.nonStriker].filter(Boolean);
  const waiting = findUnsentBall(scorebook, number);
  const isSubmission = number >= game.live.next_number && game.playing_conditions.scorers_required > 1;
  const title = `Ball ${number}`;
  if (waiting) return { ball: waiting, title, batters, isSubmission };
  const ownSubmission = pending.find((/** @type {any} */ one) => one.number === number)?.submissions.find((/** @type {any} */ { by }) => by === scorebook.user?.id);
  if (ownSubmission) return { ball: ballFromSubmission(ownSubmission.ball, teams), title, batters, isSubmission: true };
  const { body, problem } = await request("GET", `/api/matches/${scorebook.id}/balls/${number}`);
  if (problem) return problem.status === 0 ? "Offline, only unsent balls can be corrected." : problem.detail;
  return { ball: ballFromServer(body, teams), title: `Ball ${number} (${body.over}): ${body.bowler} to ${body.striker}, ${body.symbol}`, batters: [body.striker_id, body.non_striker_id], isSubmission: false };
}

/** @param {BallEditorProps} props */
export function BallEditor({ scorebook, game, number, onClose }) {
  const [lookup, setLookup] = useState(/** @type {BallLookup | string | null} */ (null));
  useEffect(() => {
    let isUnmounted = false;
    lookUpBall(scorebook, game, number).then((one) => isUnmounted || setLookup(one));
    return () => void (isUnmounted = true);
  }, [number]);
  const isFound = lookup !== null && typeof lookup !== "string";
  return html`
    <${Dialog} title=${isFound ? lookup.title : `Ball ${number}`} onClose=${onClose}>
      ${lookup === null && html`<p class="hint">Loading …</p>`}
      ${typeof lookup === "string" && html`<p class="error" role="alert">${lookup}</p>`}
      ${isFound && html`<${BallForm} scorebook=${scorebook} game=${game} number=${number} lookup=${lookup} onClose=${onClose} />`}
    <//>`;
}

/** @param {BallEditorProps & { lookup: BallLookup }} props */
function BallForm({ scorebook, game, number, lookup: { ball, batters, isSubmission }, onClose }) {
  const [firstWicket, ...otherWickets] = ball.wickets ?? [];
  const [kind, setKind] = useState(firstWicket?.kind ?? "");
  const save = (/** @type {SubmitEvent} */ event) => {
    const body = ballFromForm(readForm(event), ball, otherWickets);
    // A submission that isn't official yet is sent again; an official ball is corrected.
    if (isSubmission) scorebook.record("balls", { ...body, expected_number: number });
    else scorebook.record(`balls/${number}`, body, { method: "PATCH" });
    onClose();
  };
  const remove = () => {
    scorebook.record(`balls/${number}`, findUnsentBall(scorebook, number) && scorebook.user ? { by: scorebook.user.id } : {}, { method: "DELETE" });
    onClose();
  };
  const extras = extrasWithDefaults(ball);
  const fielders = scorebook.squads[game.teams[sideOfTeam(game, game.innings?.battingTeamId ?? null) === "home" ? "away" : "home"].id] ?? [];
  const batterOptions = /** @type {[number, string][]} */ ([...new Set([...batters, ...(firstWicket?.player_out_id ? [firstWicket.player_out_id] : [])])].map((id) => [id, cricketContextOf(scorebook).playerName(id)]));
  const boundary = ball.boundary ? "boundary" : ball.non_boundary ? "non_boundary" : "usual";
  return html`
    <form class="ball" onSubmit=${save}>
      <div class="row">
        <label>Runs off the bat <input name="batter" type="number" inputmode="numeric" min="0" max="20" required defaultValue=${ball.runs.batter} /></label>
        <${SelectField} label="Boundary" name="boundary" value=${boundary} options=${[["usual", "As usual"], ["boundary", "Boundary"], ["non_boundary", "All run"]]} />
      </div>
      <div class="row few">${EXTRA_FIELDS.map((name) => html`<label key=${name}>${EXTRA_LABELS[name]} <input name=${name} type="number" inputmode="numeric" min="0" max="50" defaultValue=${extras[name] || ""} /></label>`)}</div>
      <${SelectField} label="Wicket" name="kind" required=${false} value=${kind} options=${[["", "None"], ...DISMISSAL_KINDS]} onChange=${(/** @type {any} */ { target }) => setKind(target.value)} />
      ${kind && html`<div class="row">
        <${SelectField} label="Out" name="player_out_id" required=${keepsCompletedRuns(kind)} value=${firstWicket?.player_out_id ?? ""} options=${[["", keepsCompletedRuns(kind) ? "Choose …" : "Who faced"], ...batterOptions]} />
        <${SelectField} label="Fielder" name="fielder_id" required=${false} value=${firstWicket?.fielder_ids?.[0] ?? ""} options=${[["", "None"], ...fielders.map(({ id, name }) => [id, name])]} />
      </div>`}
      ${[["crossed", "Batters crossed once more"], ["over_called", "The umpire called over after it"], ["over_continues", "The over went on after it"], ["override", "Enter it though it breaks a rule"]].map(([name, label]) => html`
        <label key=${name} class="option"><input type="checkbox" name=${name} defaultChecked=${Boolean(/** @type {any} */ (ball)[name])} /> <span>${label}</span></label>`)}
      <button class="action-button strong">${isSubmission ? "Submit again" : "Correct the ball"}</button>
      ${!isSubmission && html`<${ConfirmButton} className="action-button danger" label="Remove this ball" onConfirm=${remove} />`}
    </form>`;
}

/**
 * A complete ball from a form; empty fields are left out.
 * @param {{ [name: string]: string }} form
 * @param {BallRequest} original
 * @param {EnteredWicket[]} otherWickets wickets that the form doesn't show
 * @returns {BallRequest}
 */
export function ballFromForm(form, original, otherWickets) {
  const extras = Object.fromEntries(EXTRA_FIELDS.map((name) => [name, Number(form[name] ?? 0)]).filter(([, runs]) => Number(runs) > 0));
  const [first] = original.wickets ?? [];
  const isSameWicket = first && first.kind === form.kind && first.fielder_ids?.[0] === (form.fielder_id ? Number(form.fielder_id) : undefined);
  const fielder_ids = isSameWicket ? (first.fielder_ids ?? []) : form.fielder_id ? [Number(form.fielder_id)] : [];
  const wicket = { kind: form.kind, ...(form.player_out_id ? { player_out_id: Number(form.player_out_id) } : {}), ...(fielder_ids.length > 0 ? { fielder_ids } : {}), ...(isSameWicket && first.substitute ? { substitute: true } : {}) };
  const wickets = form.kind ? [wicket, ...otherWickets] : otherWickets;
  const flags = ["crossed", "over_called", "over_continues", "override"].filter((name) => name in form);
  return {
    runs: { batter: Number(form.batter) },
    ...(Object.keys(extras).length > 0 ? { extras } : {}),
    ...(form.boundary === "usual" ? {} : { [form.boundary]: true }),
    ...(wickets.length > 0 ? { wickets } : {}),
    ...Object.fromEntries(PRESERVED_FIELDS.filter((name) => original[name]).map((name) => [name, original[name]])),
    ...Object.fromEntries(flags.map((name) => [name, true])),
  };
}

/** Buttons for the balls of this over and the last; any other by its number. @param {{ game: ProjectedMatch, scorebook: Scorebook }} props */
export function RecentBalls({ scorebook, game }) {
  const [openNumber, setOpenNumber] = useState(/** @type {number | null} */ (null));
  const { innings } = game;
  if (!innings || innings.nextBallNumber < 2) return null;
  const recent = innings.isOpen ? [...innings.previousOver, ...innings.currentOver] : [];
  const first = innings.nextBallNumber - recent.length;
  const lookUp = (/** @type {SubmitEvent} */ event) => {
    const { number } = readForm(event);
    if (number) setOpenNumber(Number(number));
  };
  return html`
    <section class="recent" aria-label="Correct a ball">
      <h2 class="period">Correct a ball</h2>
      <ol>${recent.map((symbol, index) => html`<li key=${first + index}><button type="button" class="action-button symbol" data-symbol=${symbol} data-number=${first + index} data-waiting=${findUnsentBall(scorebook, first + index) !== null} aria-label="Ball ${first + index}: ${symbol}" onClick=${() => setOpenNumber(first + index)}>${symbol}</button></li>`)}</ol>
      <form class="row" onSubmit=${lookUp}><label>Number of an earlier ball <input name="number" type="number" inputmode="numeric" min="1" max=${innings.nextBallNumber - 1} /></label><button class="action-button">Look up</button></form>
      ${openNumber !== null && html`<${BallEditor} key=${openNumber} scorebook=${scorebook} game=${game} number=${openNumber} onClose=${() => setOpenNumber(null)} />`}
    </section>`;
}
