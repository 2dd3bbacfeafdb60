// Several scorers: what waits for another's word, and where they differ, side by side.

import { html, useEffect } from "../../vendor/htm-preact.js";
import { inWords } from "../../sports/generic.js";
import { ballSaid, inSpeech, kindName, symbol } from "./ball.js";
import { bowlBall } from "./send.js";

/** @import { Console } from "../console.js" */
/** @import { Expected } from "../project.js" */

/** @typedef {{ by: number, ball: any }} Said */
/** @typedef {{ console: Console, game: Expected, onSaid: (text: string) => void }} Props */

/** @type {{ [field: string]: string }} */
const FIELDS = {
  "runs.batter": "Runs off the bat", "extras.wides": "Wides", "extras.no_balls": "No-balls", "extras.byes": "Byes",
  "extras.leg_byes": "Leg byes", "extras.penalty": "Penalty runs", striker_id: "On strike", non_striker_id: "Not on strike",
  bowler_id: "Bowler",
};

/** @param {Props} props */
export function Disputes({ console, game, onSaid }) {
  const { disputes, pending } = /** @type {any} */ (game);
  const me = console.me?.id;
  const others = (pending ?? []).filter((/** @type {any} */ one) => !one.disputed && !one.by.includes(me));
  const mine = (pending ?? []).filter((/** @type {any} */ one) => !one.disputed && one.by.includes(me));
  return html`
    ${(disputes ?? []).map((/** @type {any} */ dispute) => html`<${Dispute} key=${dispute.number} console=${console} game=${game} onSaid=${onSaid} dispute=${dispute} />`)}
    ${others.map((/** @type {any} */ one) => html`<${Other} key=${one.number} console=${console} game=${game} onSaid=${onSaid} pending=${one} />`)}
    ${mine.length > 0 && html`<p class="hint" id="unofficial" data-count=${mine.length}>${mine.length === 1 ? `Ball ${mine[0].number} waits` : `Balls ${mine[0].number} to ${mine.at(-1).number} wait`} for another scorer’s word.</p>`}`;
}

/** Another scorer was faster: one tap agrees. @param {Props & { pending: any }} props */
function Other({ console, game, onSaid, pending: { number, submissions } }) {
  const isNext = number === game.crease?.number;
  return html`
    <section class="other" aria-label="Ball ${number}, by another scorer" data-number=${number}>
      ${submissions.map((/** @type {Said} */ { by, ball }) => {
        const said = ballSaid(ball, game.teams);
        return html`<p key=${by}>Ball ${number}: <strong>${console.known.person(by)}</strong> says <b class="symbol" data-symbol=${symbol(said)}>${symbol(said)}</b> <span class="unseen">${inSpeech(said)}</span></p>
          ${isNext && html`<button type="button" class="act" onClick=${() => bowlBall(console, said, onSaid)}>Agree: ${symbol(said)}</button>`}`;
      })}
    </section>`;
}

/** @param {Props & { dispute: any }} props */
function Dispute({ console, game, onSaid, dispute: { number, fields, submissions, reason } }) {
  const me = console.me?.id;
  useEffect(() => onSaid(`Scorers differ on ball ${number}`), []);
  const agree = (/** @type {Said} */ { by, ball }) => {
    console.record("balls", { ...ballSaid(ball, game.teams), expected_number: number });
    onSaid(`Agreed with ${console.known.person(by)} on ball ${number}`);
  };
  const rule = (/** @type {Said} */ { ball }) => {
    console.record("rulings", { number, ball: ballSaid(ball, game.teams) });
    onSaid(`Ruled on ball ${number}`);
  };
  const ids = { striker_id: true, non_striker_id: true, bowler_id: true };
  const text = (/** @type {string} */ field, /** @type {any} */ value) => (field in ids ? console.known.name(value) || "–" : shown(value, console));
  return html`
    <section class="dispute" aria-label="Scorers differ on ball ${number}" data-number=${number}>
      <h2>Scorers differ on ball ${number}</h2>
      ${fields.length === 0 && html`<p>${reason}</p>`}
      <div class="scrolls" tabindex="0" role="group" aria-label="What each said">
      <table>
        <thead><tr><th scope="col"><span class="unseen">What</span></th>${submissions.map((/** @type {Said} */ { by }) => html`<th scope="col" key=${by}>${console.known.person(by)}</th>`)}</tr></thead>
        <tbody>
          <tr><th scope="row">Ball</th>${submissions.map((/** @type {Said} */ { by, ball }) => html`<td key=${by}><b class="symbol" data-symbol=${symbol(ballSaid(ball, game.teams))}>${symbol(ballSaid(ball, game.teams))}</b></td>`)}</tr>
          ${fields.map((/** @type {any} */ { field, values }) => html`<tr key=${field} data-field=${field}><th scope="row">${FIELDS[field] ?? inWords(field)}</th>${values.map((/** @type {any} */ { by, value }) => html`<td key=${by}>${text(field, value)}</td>`)}</tr>`)}
        </tbody>
      </table>
      </div>
      <div class="row">
        ${submissions.filter((/** @type {Said} */ { by }) => by !== me).map((/** @type {Said} */ said) => html`<button key=${said.by} type="button" class="act strong" onClick=${() => agree(said)}>Agree with ${console.known.person(said.by)}</button>`)}
        ${console.mayRule && submissions.map((/** @type {Said} */ said) => html`<button key="rule ${said.by}" type="button" class="act" onClick=${() => rule(said)}>Rule: ${symbol(ballSaid(said.ball, game.teams))} (${said.by === me ? "as you say" : console.known.person(said.by)})</button>`)}
      </div>
    </section>`;
}

/** @param {any} value @param {Console} console */
function shown(value, { known }) {
  if (value === null) return "–";
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (!Array.isArray(value)) return typeof value === "object" ? `${value.runs} to the ${value.to} side` : String(value);
  if (value.length === 0) return "None";
  return value.map(({ kind, player_out_id, fielder_ids }) =>
    [kindName(kind), known.name(player_out_id), fielder_ids.length > 0 && `by ${fielder_ids.map((/** @type {number} */ id) => known.name(id)).join(", ")}`].filter(Boolean).join(" ")).join("; ");
}
