// Any ball again: looked up, corrected, taken out.

import { html, useEffect, useState } from "../../vendor/htm-preact.js";
import { call } from "../../desk/api.js";
import { Sheet, Sure } from "../../desk/parts.js";
import { again, ballSaid, extrasOf, KINDS, letsRunsStand } from "./ball.js";
import { endOf } from "./board.js";
import { Choice, filled } from "./opening.js";
import { waitingBall } from "./send.js";

/** @import { Console } from "../console.js" */
/** @import { Expected } from "../project.js" */
/** @import { Ball, Out } from "./ball.js" */

/** @typedef {{ console: Console, game: Expected, number: number, onClose: () => void }} Props */
/** What is known of a ball. @typedef {{ ball: Ball, title: string, batters: number[], isWord: boolean }} Found */

const NUMBERS = /** @type {const} */ (["wides", "no_balls", "byes", "leg_byes", "penalty"]);
/** What the form doesn't show. */
const KEPT = /** @type {const} */ (["penalty", "striker_id", "non_striker_id", "bowler_id"]);
const LABELS = { wides: "Wides", no_balls: "No-balls", byes: "Byes", leg_byes: "Leg byes", penalty: "Penalty" };

/**
 * The ball: what waits on this device, this scorer's word that waits for others, or the server's.
 * @param {Console} console
 * @param {any} game
 * @param {number} number
 * @returns {Promise<Found | string>} or why it isn't known
 */
async function find(console, game, number) {
  const { crease, pending, teams } = game;
  const batters = [crease.striker, crease.nonStriker].filter(Boolean);
  const waiting = waitingBall(console, number);
  const isWord = number >= game.live.next_number && game.playing_conditions.scorers_required > 1;
  const title = `Ball ${number}`;
  if (waiting) return { ball: waiting, title, batters, isWord };
  const said = pending.find((/** @type {any} */ one) => one.number === number)?.submissions.find((/** @type {any} */ { by }) => by === console.me?.id);
  if (said) return { ball: ballSaid(said.ball, teams), title, batters, isWord: true };
  const { body, problem } = await call("GET", `/api/matches/${console.id}/balls/${number}`);
  if (problem) return problem.status === 0 ? "Without a network only what waits on this device can be corrected." : problem.detail;
  return { ball: again(body, teams), title: `Ball ${number} (${body.over}): ${body.bowler} to ${body.striker}, ${body.symbol}`, batters: [body.striker_id, body.non_striker_id], isWord: false };
}

/** @param {Props} props */
export function BallSheet({ console, game, number, onClose }) {
  const [found, setFound] = useState(/** @type {Found | string | null} */ (null));
  useEffect(() => {
    let isGone = false;
    find(console, game, number).then((one) => isGone || setFound(one));
    return () => void (isGone = true);
  }, [number]);
  const isKnown = found !== null && typeof found !== "string";
  return html`
    <${Sheet} title=${isKnown ? found.title : `Ball ${number}`} onClose=${onClose}>
      ${found === null && html`<p class="hint">Looking it up …</p>`}
      ${typeof found === "string" && html`<p class="fault" role="alert">${found}</p>`}
      ${isKnown && html`<${Form} console=${console} game=${game} number=${number} found=${found} onClose=${onClose} />`}
    <//>`;
}

/** @param {Props & { found: Found }} props */
function Form({ console, game, number, found: { ball, batters, isWord }, onClose }) {
  const [out, ...others] = ball.wickets ?? [];
  const [kind, setKind] = useState(out?.kind ?? "");
  const save = (/** @type {SubmitEvent} */ event) => {
    const body = bodyOf(filled(event), ball, others);
    // A word that isn't official yet is said again; what is official is corrected.
    if (isWord) console.record("balls", { ...body, expected_number: number });
    else console.record(`balls/${number}`, body, { method: "PATCH" });
    onClose();
  };
  const remove = () => {
    console.record(`balls/${number}`, waitingBall(console, number) && console.me ? { by: console.me.id } : {}, { method: "DELETE" });
    onClose();
  };
  const extras = extrasOf(ball);
  const fielders = console.squads[game.teams[endOf(game, game.crease?.batting ?? null) === "home" ? "away" : "home"].id] ?? [];
  const named = /** @type {[number, string][]} */ ([...new Set([...batters, ...(out?.player_out_id ? [out.player_out_id] : [])])].map((id) => [id, console.known.name(id)]));
  const boundary = ball.boundary ? "boundary" : ball.non_boundary ? "non_boundary" : "usual";
  return html`
    <form class="ball" onSubmit=${save}>
      <div class="row">
        <label>Runs off the bat <input name="batter" type="number" inputmode="numeric" min="0" max="20" required defaultValue=${ball.runs.batter} /></label>
        <${Choice} label="Boundary" name="boundary" value=${boundary} options=${[["usual", "As usual"], ["boundary", "Boundary"], ["non_boundary", "All run"]]} />
      </div>
      <div class="row few">${NUMBERS.map((name) => html`<label key=${name}>${LABELS[name]} <input name=${name} type="number" inputmode="numeric" min="0" max="50" defaultValue=${extras[name] || ""} /></label>`)}</div>
      <${Choice} label="Wicket" name="kind" required=${false} value=${kind} options=${[["", "None"], ...KINDS]} onChange=${(/** @type {any} */ { target }) => setKind(target.value)} />
      ${kind && html`<div class="row">
        <${Choice} label="Out" name="player_out_id" required=${letsRunsStand(kind)} value=${out?.player_out_id ?? ""} options=${[["", letsRunsStand(kind) ? "Choose …" : "Who faced"], ...named]} />
        <${Choice} label="Fielder" name="fielder_id" required=${false} value=${out?.fielder_ids?.[0] ?? ""} options=${[["", "None"], ...fielders.map(({ id, name }) => [id, name])]} />
      </div>`}
      ${[["crossed", "Batters crossed once more"], ["over_called", "The umpire called over after it"], ["over_continues", "The over went on after it"], ["override", "Enter it though it breaks a rule"]].map(([name, label]) => html`
        <label key=${name} class="choice"><input type="checkbox" name=${name} defaultChecked=${Boolean(/** @type {any} */ (ball)[name])} /> <span>${label}</span></label>`)}
      <button class="act strong">${isWord ? "Say it again so" : "Correct the ball"}</button>
      ${!isWord && html`<${Sure} name="act danger" label="Take out this ball" onSure=${remove} />`}
    </form>`;
}

/**
 * A whole ball from a form; a field that was left empty is nothing.
 * @param {{ [name: string]: string }} form
 * @param {Ball} was
 * @param {Out[]} others wickets that the form doesn't show
 * @returns {Ball}
 */
export function bodyOf(form, was, others) {
  const extras = Object.fromEntries(NUMBERS.map((name) => [name, Number(form[name] ?? 0)]).filter(([, runs]) => Number(runs) > 0));
  const [first] = was.wickets ?? [];
  const isSame = first && first.kind === form.kind && first.fielder_ids?.[0] === (form.fielder_id ? Number(form.fielder_id) : undefined);
  const fielder_ids = isSame ? (first.fielder_ids ?? []) : form.fielder_id ? [Number(form.fielder_id)] : [];
  const out = { kind: form.kind, ...(form.player_out_id ? { player_out_id: Number(form.player_out_id) } : {}), ...(fielder_ids.length > 0 ? { fielder_ids } : {}), ...(isSame && first.substitute ? { substitute: true } : {}) };
  const wickets = form.kind ? [out, ...others] : others;
  const flags = ["crossed", "over_called", "over_continues", "override"].filter((name) => name in form);
  return {
    runs: { batter: Number(form.batter) },
    ...(Object.keys(extras).length > 0 ? { extras } : {}),
    ...(form.boundary === "usual" ? {} : { [form.boundary]: true }),
    ...(wickets.length > 0 ? { wickets } : {}),
    ...Object.fromEntries(KEPT.filter((name) => was[name]).map((name) => [name, was[name]])),
    ...Object.fromEntries(flags.map((name) => [name, true])),
  };
}

/** The balls of this over and the last, to be tapped; any other by its number. @param {{ game: Expected, console: Console }} props */
export function Recent({ console, game }) {
  const [open, setOpen] = useState(/** @type {number | null} */ (null));
  const { crease } = game;
  if (!crease || crease.number < 2) return null;
  const recent = crease.isOpen ? [...crease.lastOver, ...crease.over] : [];
  const first = crease.number - recent.length;
  const lookUp = (/** @type {SubmitEvent} */ event) => {
    const { number } = filled(event);
    if (number) setOpen(Number(number));
  };
  return html`
    <section class="recent" aria-label="Correct a ball">
      <h2 class="period">Correct a ball</h2>
      <ol>${recent.map((said, at) => html`<li key=${first + at}><button type="button" class="act symbol" data-symbol=${said} data-number=${first + at} data-waiting=${waitingBall(console, first + at) !== null} aria-label="Ball ${first + at}: ${said}" onClick=${() => setOpen(first + at)}>${said}</button></li>`)}</ol>
      <form class="row" onSubmit=${lookUp}><label>Number of an earlier ball <input name="number" type="number" inputmode="numeric" min="1" max=${crease.number - 1} /></label><button class="act">Look up</button></form>
      ${open !== null && html`<${BallSheet} key=${open} console=${console} game=${game} number=${open} onClose=${() => setOpen(null)} />`}
    </section>`;
}
