// What happened in a match of football: in order, in words, and drawn.

import { Boundary } from "../parts/boundary.js";
import { html } from "../vendor/htm-preact.js";
import { inWords } from "./generic.js";

/** @import { Child } from "../vendor/htm-preact.js" */
/** @import { End, Game, Incident } from "../client/wire.js" */

/** @type {End[]} */
const ENDS = ["home", "away"];
export const GOALS = new Set(["goal", "own_goal", "penalty_goal"]);

/** @type {{ [period: string]: string }} */
export const PERIODS = {
  first_half: "First half",
  second_half: "Second half",
  extra_first_half: "Extra time, first half",
  extra_second_half: "Extra time, second half",
  penalty_shootout: "Penalty shoot-out",
};
const PERIOD_ORDER = Object.keys(PERIODS);

/** @type {{ [kind: string]: string }} */
const KINDS = {
  goal: "Goal",
  own_goal: "Own goal",
  penalty_goal: "Penalty scored",
  penalty_missed: "Penalty missed",
  penalty_saved: "Penalty saved",
  shootout_goal: "Shoot-out: scored",
  shootout_miss: "Shoot-out: missed",
  yellow_card: "Yellow card",
  second_yellow: "Second yellow card",
  red_card: "Red card",
  shot_on_target: "Shot on target",
  shot_off_target: "Shot off target",
  var_review: "VAR review",
};

/** @param {Incident[]} incidents */
export function inOrder(incidents) {
  return [...incidents].sort(
    (one, other) =>
      PERIOD_ORDER.indexOf(one.period) - PERIOD_ORDER.indexOf(other.period) ||
      one.minute - other.minute ||
      (one.stoppage ?? 0) - (other.stoppage ?? 0) ||
      one.id - other.id,
  );
}

/** @param {Incident} incident */
export function minute({ minute: at, stoppage }) {
  return stoppage ? `${at}+${stoppage}′` : `${at}′`;
}

/** @param {Incident} incident */
export const describe = ({ kind }) => KINDS[kind] ?? inWords(kind);

/**
 * @param {Game} game
 * @param {Incident} incident
 * @returns {End | null}
 */
export function endOf({ teams }, { team_id }) {
  return ENDS.find((end) => teams[end].id === team_id) ?? null;
}

/** @param {Game} game @returns {Child} */
export function drawTimeline(game) {
  const incidents = inOrder(game.incidents ?? []);
  if (incidents.length === 0) return html`<p class="empty">Nothing has happened yet.</p>`;
  const scores = runningScores(game, incidents);
  const present = PERIOD_ORDER.filter((period) => incidents.some((incident) => incident.period === period)).reverse();
  return present.map((period) => html`
    <h2 class="period" key=${period}>${PERIODS[period]}</h2>
    <ol class="timeline" key=${`${period} list`}>${drawIncidents(game, incidents.filter((incident) => incident.period === period).reverse(), scores)}
    </ol>`);
}

/**
 * One that can't be drawn leaves the others as they are.
 * @param {Game} game
 * @param {Incident[]} incidents
 * @param {Map<number, string>} [scores] after a goal
 * @param {(text: string) => string} [words] into another language
 * @returns {Child}
 */
export function drawIncidents(game, incidents, scores, words) {
  return incidents.map((incident) => html`<${Boundary} key=${incident.id} of=${incident} instead=${html`<li class="incident neither">–</li>`}
    draw=${() => drawIncident(game, incident, scores?.get(incident.id) ?? "", words)} />`);
}

/**
 * The score after each goal, to stand beside it; nothing where that doesn't lead to the score
 * the server gives, which is the one that counts.
 * @param {Game} game
 * @param {Incident[]} incidents in order
 */
function runningScores(game, incidents) {
  const sum = { home: 0, away: 0 };
  /** @type {Map<number, string>} */
  const scores = new Map();
  for (const incident of incidents) {
    const end = endOf(game, incident);
    if (!end || !GOALS.has(incident.kind) || incident.confirmation === "cancelled") continue;
    sum[end] += 1;
    scores.set(incident.id, `${sum.home}–${sum.away}`);
  }
  const same = sum.home === game.score?.home && sum.away === game.score?.away;
  return same ? scores : new Map();
}

const asIs = (/** @type {string} */ text) => text;

/**
 * @param {Game} game
 * @param {Incident} incident
 * @param {string} score after it, for a goal
 * @param {(text: string) => string} [words] into another language
 * @returns {Child}
 */
export function drawIncident(game, incident, score, words = asIs) {
  const { id, kind, confirmation } = incident;
  return html`
    <li key=${id} class=${`incident ${endOf(game, incident) ?? "neither"}`} data-kind=${kind} data-confirmation=${confirmation} data-id=${id}>
      <span class="minute">${minute(incident)}</span>
      <span class="mark" aria-hidden="true"></span>
      ${drawWhat(incident, score, words)}
    </li>`;
}

/**
 * @param {Incident} incident
 * @param {string} score
 * @param {(text: string) => string} words
 */
function drawWhat(incident, score, words) {
  const { kind, player, related_player: other, confirmation, text, reason } = incident;
  const who = (kind === "substitution" && other) || player;
  const label = [who ? words(describe(incident)) : "", relatedWords(incident, words)].filter(Boolean).join(" · ");
  const why = reason ? `: ${inWords(reason).replace(/\bvar\b/i, "VAR")}` : "";
  return html`<span class="what"><span class="who">${who || words(describe(incident))}</span>${
    score && html` <span class="after">${score}</span>`}${
    label && html` <span class="label">${label}</span>`}${
    confirmation !== "confirmed" && html` <span class="flag">${words(inWords(confirmation)) + why}</span>`}${
    text && html`<span class="text">${text}</span>`}</span>`;
}

/**
 * @param {Incident} incident
 * @param {(text: string) => string} words
 */
function relatedWords({ kind, player, related_player: other }, words) {
  if (kind === "substitution") return other && player ? `${words("for")} ${player}` : "";
  if (!other) return "";
  return kind === "goal" ? `${words("assist")} ${other}` : other;
}
