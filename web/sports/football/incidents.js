// Incidents: sorted, as text, and rendered.

import { ErrorBoundary } from "../../parts/error-boundary.js";
import { html } from "../../vendor/htm-preact.js";
import { humanize } from "../../common/text.js";

/** @import { Child } from "../../vendor/htm-preact.js" */
/** @import { Side, Match, Incident } from "../../client/message-types.js" */

/** @type {Side[]} */
const SIDES = ["home", "away"];
export const GOAL_KINDS = new Set(["goal", "own_goal", "penalty_goal"]);

/** @type {{ [period: string]: string }} */
export const PERIOD_NAMES = {
  first_half: "First half",
  second_half: "Second half",
  extra_first_half: "Extra time, first half",
  extra_second_half: "Extra time, second half",
  penalty_shootout: "Penalty shoot-out",
};
const PERIOD_ORDER = Object.keys(PERIOD_NAMES);

/** @type {{ [kind: string]: string }} */
const KIND_LABELS = {
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
export function sortIncidents(incidents) {
  return [...incidents].sort(
    (one, other) =>
      PERIOD_ORDER.indexOf(one.period) - PERIOD_ORDER.indexOf(other.period) ||
      one.minute - other.minute ||
      (one.stoppage ?? 0) - (other.stoppage ?? 0) ||
      one.id - other.id,
  );
}

/** @param {{ minute: number, stoppage?: number | null }} at */
export const minuteText = ({ minute, stoppage }) => (stoppage ? `${minute}+${stoppage}′` : `${minute}′`);

/** @param {Incident} incident */
export const kindLabel = ({ kind }) => KIND_LABELS[kind] ?? humanize(kind);

/**
 * @param {Match} game
 * @param {Incident} incident
 * @returns {Side | null}
 */
export function incidentSide({ teams }, { team_id }) {
  return SIDES.find((side) => teams[side].id === team_id) ?? null;
}

/** @param {Match} game @returns {Child} */
export function renderTimeline(game) {
  const incidents = sortIncidents(game.incidents ?? []);
  if (incidents.length === 0) return html`<p class="empty">Nothing has happened yet.</p>`;
  const scores = scoresAfterGoals(game, incidents);
  const periodsPlayed = PERIOD_ORDER.filter((period) => incidents.some((incident) => incident.period === period)).reverse();
  return periodsPlayed.map((period) => html`
    <h2 class="period" key=${period}>${PERIOD_NAMES[period]}</h2>
    <ol class="timeline" key=${`${period} list`}>${renderIncidents(game, incidents.filter((incident) => incident.period === period).reverse(), scores)}
    </ol>`);
}

/**
 * One that can't be rendered doesn't affect the others.
 * @param {Match} game
 * @param {Incident[]} incidents
 * @param {Map<number, string>} [scores] by incident, after goals
 * @param {(text: string) => string} [translate] into the page's language
 * @returns {Child}
 */
export function renderIncidents(game, incidents, scores, translate) {
  return incidents.map((incident) => html`<${ErrorBoundary} key=${incident.id} item=${incident} fallback=${html`<li class="incident neither">–</li>`}
    render=${() => renderIncident(game, incident, scores?.get(incident.id) ?? "", translate)} />`);
}

/**
 * The score after each goal; empty if the goals don't add up to the score
 * of the server, which is authoritative.
 * @param {Match} game
 * @param {Incident[]} incidents in order
 */
function scoresAfterGoals(game, incidents) {
  const runningScore = { home: 0, away: 0 };
  /** @type {Map<number, string>} */
  const scores = new Map();
  for (const incident of incidents) {
    const side = incidentSide(game, incident);
    if (!side || !GOAL_KINDS.has(incident.kind) || incident.confirmation === "cancelled") continue;
    runningScore[side] += 1;
    scores.set(incident.id, `${runningScore.home}–${runningScore.away}`);
  }
  const isConsistent = runningScore.home === game.score?.home && runningScore.away === game.score?.away;
  return isConsistent ? scores : new Map();
}

const identity = (/** @type {string} */ text) => text;

/**
 * @param {Match} game
 * @param {Incident} incident
 * @param {string} scoreAfter for a goal
 * @param {(text: string) => string} [translate] into the page's language
 * @returns {Child}
 */
export function renderIncident(game, incident, scoreAfter, translate = identity) {
  const { id, kind, confirmation } = incident;
  return html`
    <li key=${id} class=${`incident ${incidentSide(game, incident) ?? "neither"}`} data-kind=${kind} data-confirmation=${confirmation} data-id=${id}>
      <span class="minute">${minuteText(incident)}</span>
      <span class="mark" aria-hidden="true"></span>
      ${renderIncidentText(incident, scoreAfter, translate)}
    </li>`;
}

/**
 * @param {Incident} incident
 * @param {string} scoreAfter
 * @param {(text: string) => string} translate
 */
function renderIncidentText(incident, scoreAfter, translate) {
  const { kind, player, related_player: relatedPlayer, confirmation, text, reason } = incident;
  const mainPlayer = (kind === "substitution" && relatedPlayer) || player;
  const label = [mainPlayer ? translate(kindLabel(incident)) : "", relatedPlayerText(incident, translate)].filter(Boolean).join(" · ");
  const reasonText = reason ? `: ${humanize(reason).replace(/\bvar\b/i, "VAR")}` : "";
  return html`<span class="what"><span class="who">${mainPlayer || translate(kindLabel(incident))}</span>${
    scoreAfter && html` <span class="after">${scoreAfter}</span>`}${
    label && html` <span class="label">${label}</span>`}${
    confirmation !== "confirmed" && html` <span class="flag">${translate(humanize(confirmation)) + reasonText}</span>`}${
    text && html`<span class="text">${text}</span>`}</span>`;
}

/**
 * @param {Incident} incident
 * @param {(text: string) => string} translate
 */
function relatedPlayerText({ kind, player, related_player: relatedPlayer }, translate) {
  if (kind === "substitution") return relatedPlayer && player ? `${translate("for")} ${player}` : "";
  if (!relatedPlayer) return "";
  return kind === "goal" ? `${translate("assist")} ${relatedPlayer}` : relatedPlayer;
}
