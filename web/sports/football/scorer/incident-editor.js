// Editor for a recorded incident: correct, cancel (VAR), delete.

import { html } from "../../../vendor/htm-preact.js";
import { Dialog, ConfirmButton } from "../../../common/widgets.js";
import { PERIOD_NAMES } from "../incidents.js";
import { INCIDENT_KINDS, oppositeSide, promptedSide } from "./incident-kinds.js";
import { incidentText } from "./incident-text.js";

/** @import { Child } from "../../../vendor/htm-preact.js" */
/** @import { Side } from "../../../client/message-types.js" */
/** @import { Scorebook } from "../../../scorer/scorebook.js" */
/** @import { ProjectedMatch, ScorerIncident } from "../../../scorer/projected-match.js" */

const NUMERIC_FIELDS = new Set(["team_id", "player_id", "related_player_id", "minute", "stoppage"]);

/**
 * The fields of an incident that a form changes; an empty field is null.
 * @param {any} incident
 * @param {Iterable<[string, any]>} fields
 */
export function changedFields(incident, fields) {
  /** @type {Record<string, any>} */ const changed = {};
  for (const [name, text] of fields) {
    const value = text === "" ? null : NUMERIC_FIELDS.has(name) ? Number(text) : String(text);
    const previous = incident[name] ?? null;
    const isUnchanged = name === "stoppage" ? (previous ?? 0) === (value ?? 0) : previous === value;
    if (!isUnchanged) changed[name] = name === "stoppage" ? (value ?? 0) : value;
  }
  return changed;
}

/** @param {{ scorebook: Scorebook, game: ProjectedMatch, incident: ScorerIncident, onClose: () => void }} props */
export function IncidentEditor({ scorebook, game, incident, onClose }) {
  const { id, confirmation } = incident;
  /** @param {any} body */
  const amendAndClose = (body) => {
    if (Object.keys(body).length > 0) scorebook.amend(id, body);
    onClose();
  };
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    amendAndClose(changedFields(incident, /** @type {any} */ (form)));
  };
  const remove = () => {
    scorebook.removeIncident(incident);
    onClose();
  };
  return html`
    <${Dialog} title=${incidentText(incident, scorebook.squads)} onClose=${onClose}>
      <div class="row verdicts">
        ${confirmation !== "cancelled" && html`<button type="button" class="action-button" onClick=${() => amendAndClose({ confirmation: "cancelled", reason: "var_overturned" })}>Cancel (VAR)</button>`}
        ${confirmation !== "confirmed" && html`<button type="button" class="action-button" onClick=${() => amendAndClose({ confirmation: "confirmed" })}>Confirm</button>`}
        ${confirmation === "confirmed" && html`<button type="button" class="action-button" onClick=${() => amendAndClose({ confirmation: "provisional" })}>Under review</button>`}
        <${ConfirmButton} className="action-button danger" label=${scorebook.isScorerOnly ? "Take back" : "Delete"} onConfirm=${remove} />
      </div>
      <form onSubmit=${submit}>
        <${IncidentFields} scorebook=${scorebook} game=${game} incident=${incident} />
        <button class="action-button strong">Save</button>
      </form>
    <//>`;
}

/** @param {{ scorebook: Scorebook, game: ProjectedMatch, incident: ScorerIncident }} props */
function IncidentFields({ scorebook, game, incident }) {
  const { kind, team_id, player_id, related_player_id, period, minute, stoppage, text } = incident;
  const { home, away } = game.teams;
  const side = /** @type {Side} */ (team_id === away.id ? "away" : "home");
  const kinds = Object.entries(INCIDENT_KINDS).map(([name, { label }]) => [name, label]);
  const players = (/** @type {"player" | "related"} */ role) => playerOptions(scorebook, game, promptedSide(kind, side, role));
  return html`
    <${SelectField} label="What" name="kind" value=${kind} options=${kinds} />
    <${SelectField} label="Team" name="team_id" value=${team_id} options=${[["", "No team"], [home.id, home.name], [away.id, away.name]]} />
    <${SelectField} label=${INCIDENT_KINDS[kind]?.playerLabel ?? "Player"} name="player_id" value=${player_id} options=${players("player")} />
    <${SelectField} label=${INCIDENT_KINDS[kind]?.relatedLabel ?? "Other player"} name="related_player_id" value=${related_player_id} options=${players("related")} />
    <${SelectField} label="Period" name="period" value=${period} options=${Object.entries(PERIOD_NAMES)} />
    <div class="row">
      <label>Minute <input name="minute" type="number" inputmode="numeric" min="0" max="200" required defaultValue=${minute} /></label>
      <label>Added <input name="stoppage" type="number" inputmode="numeric" min="0" max="60" defaultValue=${stoppage || ""} /></label>
    </div>
    <label>Text <input name="text" maxlength="500" defaultValue=${text ?? ""} /></label>`;
}

/** The likely team first: a wrong team is corrected together with the player. @param {Scorebook} scorebook @param {ProjectedMatch} game @param {Side} likelySide */
function playerOptions({ squads }, game, likelySide) {
  const players = [likelySide, oppositeSide(likelySide)].flatMap((rosterSide) => squads[game.teams[rosterSide].id] ?? []);
  return [["", "Nobody"], ...players.map(({ id, name, shirt_number }) => [id, `${shirt_number ?? "–"} ${name}`])];
}

/** @param {{ label: string, name: string, value: any, options: any[][] }} props @returns {Child} */
function SelectField({ label, name, value, options }) {
  const isListed = options.some(([optionValue]) => String(optionValue) === String(value ?? ""));
  return html`<label>${label}
    <select name=${name}>
      ${!isListed && html`<option value=${value} selected>${value}</option>`}
      ${options.map(([optionValue, text]) => html`<option key=${optionValue} value=${optionValue} selected=${String(optionValue) === String(value ?? "")}>${text}</option>`)}
    </select>
  </label>`;
}
