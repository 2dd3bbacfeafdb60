// Several scorers: balls that wait for another submission, and disputes side by side.

import { html, useEffect } from "../../../vendor/htm-preact.js";
import { humanize } from "../../../common/text.js";
import { ballFromSubmission, spokenBall, dismissalName, ballSymbol } from "./ball-request.js";
import { recordBall } from "./record-ball.js";
import { cricketContextOf } from "./cricket-context.js";

/** @import { Scorebook } from "../../../scorer/scorebook.js" */
/** @import { ProjectedMatch } from "./projected-match.js" */

/** @typedef {{ by: number, ball: any }} BallSubmission */
/** @typedef {{ scorebook: Scorebook, game: ProjectedMatch, onAnnounce: (text: string) => void }} DisputeProps */

/** @type {{ [field: string]: string }} */
const FIELD_LABELS = {
  "runs.batter": "Runs off the bat", "extras.wides": "Wides", "extras.no_balls": "No-balls", "extras.byes": "Byes",
  "extras.leg_byes": "Leg byes", "extras.penalty": "Penalty runs", striker_id: "On strike", non_striker_id: "Not on strike",
  bowler_id: "Bowler",
};

/** @param {DisputeProps} props */
export function Disputes({ scorebook, game, onAnnounce }) {
  const { disputes, pending } = /** @type {any} */ (game);
  const userId = scorebook.user?.id;
  const othersPending = (pending ?? []).filter((/** @type {any} */ pendingBall) => !pendingBall.disputed && !pendingBall.by.includes(userId));
  const ownPending = (pending ?? []).filter((/** @type {any} */ pendingBall) => !pendingBall.disputed && pendingBall.by.includes(userId));
  return html`
    ${(disputes ?? []).map((/** @type {any} */ dispute) => html`<${DisputeTable} key=${dispute.number} scorebook=${scorebook} game=${game} onAnnounce=${onAnnounce} dispute=${dispute} />`)}
    ${othersPending.map((/** @type {any} */ pendingBall) => html`<${PendingBall} key=${pendingBall.number} scorebook=${scorebook} game=${game} onAnnounce=${onAnnounce} pending=${pendingBall} />`)}
    ${ownPending.length > 0 && html`<p class="hint" id="unofficial" data-count=${ownPending.length}>${ownPending.length === 1 ? `Ball ${ownPending[0].number} waits` : `Balls ${ownPending[0].number} to ${ownPending.at(-1).number} wait`} for another scorer’s submission.</p>`}`;
}

/** Another scorer was faster: one tap agrees. @param {DisputeProps & { pending: any }} props */
function PendingBall({ scorebook, game, onAnnounce, pending: { number, submissions } }) {
  const isNext = number === game.innings?.nextBallNumber;
  return html`
    <section class="other" aria-label="Ball ${number}, by another scorer" data-number=${number}>
      ${submissions.map((/** @type {BallSubmission} */ { by, ball }) => {
        const request = ballFromSubmission(ball, game.teams);
        return html`<p key=${by}>Ball ${number}: <strong>${cricketContextOf(scorebook).scorerName(by)}</strong> says <b class="symbol" data-symbol=${ballSymbol(request)}>${ballSymbol(request)}</b> <span class="visually-hidden">${spokenBall(request)}</span></p>
          ${isNext && html`<button type="button" class="action-button" onClick=${() => recordBall(scorebook, request, onAnnounce)}>Agree: ${ballSymbol(request)}</button>`}`;
      })}
    </section>`;
}

/** @param {DisputeProps & { dispute: any }} props */
function DisputeTable({ scorebook, game, onAnnounce, dispute: { number, fields, submissions, reason } }) {
  const userId = scorebook.user?.id;
  useEffect(() => onAnnounce(`Scorers disagree on ball ${number}`), []);
  const agree = (/** @type {BallSubmission} */ { by, ball }) => {
    scorebook.record("balls", { ...ballFromSubmission(ball, game.teams), expected_number: number });
    onAnnounce(`Agreed with ${cricketContextOf(scorebook).scorerName(by)} on ball ${number}`);
  };
  const rule = (/** @type {BallSubmission} */ { ball }) => {
    scorebook.record("rulings", { number, ball: ballFromSubmission(ball, game.teams) });
    onAnnounce(`Ruled on ball ${number}`);
  };
  const playerIdFields = { striker_id: true, non_striker_id: true, bowler_id: true };
  const fieldText = (/** @type {string} */ field, /** @type {any} */ value) => (field in playerIdFields ? cricketContextOf(scorebook).playerName(value) || "–" : valueText(value, scorebook));
  return html`
    <section class="dispute" aria-label="Scorers disagree on ball ${number}" data-number=${number}>
      <h2>Scorers disagree on ball ${number}</h2>
      ${fields.length === 0 && html`<p>${reason}</p>`}
      <div class="scrolls" tabindex="0" role="group" aria-label="Submissions">
      <table>
        <thead><tr><th scope="col"><span class="visually-hidden">What</span></th>${submissions.map((/** @type {BallSubmission} */ { by }) => html`<th scope="col" key=${by}>${cricketContextOf(scorebook).scorerName(by)}</th>`)}</tr></thead>
        <tbody>
          <tr><th scope="row">Ball</th>${submissions.map((/** @type {BallSubmission} */ { by, ball }) => html`<td key=${by}><b class="symbol" data-symbol=${ballSymbol(ballFromSubmission(ball, game.teams))}>${ballSymbol(ballFromSubmission(ball, game.teams))}</b></td>`)}</tr>
          ${fields.map((/** @type {any} */ { field, values }) => html`<tr key=${field} data-field=${field}><th scope="row">${FIELD_LABELS[field] ?? humanize(field)}</th>${values.map((/** @type {any} */ { by, value }) => html`<td key=${by}>${fieldText(field, value)}</td>`)}</tr>`)}
        </tbody>
      </table>
      </div>
      <div class="row">
        ${submissions.filter((/** @type {BallSubmission} */ { by }) => by !== userId).map((/** @type {BallSubmission} */ submission) => html`<button key=${submission.by} type="button" class="action-button strong" onClick=${() => agree(submission)}>Agree with ${cricketContextOf(scorebook).scorerName(submission.by)}</button>`)}
        ${scorebook.mayRule && submissions.map((/** @type {BallSubmission} */ submission) => html`<button key="rule ${submission.by}" type="button" class="action-button" onClick=${() => rule(submission)}>Rule: ${ballSymbol(ballFromSubmission(submission.ball, game.teams))} (${submission.by === userId ? "as you say" : cricketContextOf(scorebook).scorerName(submission.by)})</button>`)}
      </div>
    </section>`;
}

/** @param {any} value @param {Scorebook} scorebook */
function valueText(value, scorebook) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (!Array.isArray(value)) return typeof value === "object" ? `${value.runs} to the ${value.to} side` : String(value);
  if (value.length === 0) return "None";
  const playerName = (/** @type {number} */ id) => cricketContextOf(scorebook).playerName(id);
  return value.map(({ kind, player_out_id, fielder_ids }) =>
    [dismissalName(kind), playerName(player_out_id), fielder_ids.length > 0 && `by ${fielder_ids.map((/** @type {number} */ id) => playerName(id)).join(", ")}`].filter(Boolean).join(" ")).join("; ");
}
