// Correcting what was recorded: other words, taken back by the video referee, or deleted.

import { html } from "../vendor/htm-preact.js";
import { Sheet, Sure } from "../desk/parts.js";
import { sportOf } from "../client/game.js";
import { KINDS, opposite, sideOf } from "./kinds.js";
import { describe } from "./words.js";

/** @import { Child } from "../vendor/htm-preact.js" */
/** @import { End } from "../client/wire.js" */
/** @import { Console } from "./console.js" */
/** @import { Noted } from "./kinds.js" */
/** @import { Expected } from "./project.js" */

const NUMBERS = new Set(["team_id", "player_id", "related_player_id", "minute", "stoppage"]);

/**
 * What a form changes in an incident; an empty field takes its value away.
 * @param {any} incident
 * @param {Iterable<[string, any]>} fields
 */
export function changes(incident, fields) {
  /** @type {Record<string, any>} */ const changed = {};
  for (const [name, text] of fields) {
    const value = text === "" ? null : NUMBERS.has(name) ? Number(text) : String(text);
    const was = incident[name] ?? null;
    const isSame = name === "stoppage" ? (was ?? 0) === (value ?? 0) : was === value;
    if (!isSame) changed[name] = name === "stoppage" ? (value ?? 0) : value;
  }
  return changed;
}

/** @param {{ console: Console, game: Expected, incident: Noted, onClose: () => void }} props */
export function Edit({ console, game, incident, onClose }) {
  const { id, confirmation } = incident;
  /** @param {any} body */
  const amend = (body) => {
    if (Object.keys(body).length > 0) console.amend(id, body);
    onClose();
  };
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    amend(changes(incident, /** @type {any} */ (form)));
  };
  const remove = () => {
    console.remove(incident);
    onClose();
  };
  return html`
    <${Sheet} title=${describe(incident, console.squads)} onClose=${onClose}>
      <div class="row verdicts">
        ${confirmation !== "cancelled" && html`<button type="button" class="act" onClick=${() => amend({ confirmation: "cancelled", reason: "var_overturned" })}>Cancel (VAR)</button>`}
        ${confirmation !== "confirmed" && html`<button type="button" class="act" onClick=${() => amend({ confirmation: "confirmed" })}>Confirm</button>`}
        ${confirmation === "confirmed" && html`<button type="button" class="act" onClick=${() => amend({ confirmation: "provisional" })}>Under review</button>`}
        <${Sure} name="act danger" label=${console.isScorerOnly ? "Take back" : "Delete"} onSure=${remove} />
      </div>
      <form onSubmit=${submit}>
        <${Fields} console=${console} game=${game} incident=${incident} />
        <button class="act strong">Save</button>
      </form>
    <//>`;
}

/** @param {{ console: Console, game: Expected, incident: Noted }} props */
function Fields({ console, game, incident }) {
  const { kind, team_id, player_id, related_player_id, period, minute, stoppage, text } = incident;
  const { home, away } = game.teams;
  const end = /** @type {End} */ (team_id === away.id ? "away" : "home");
  const kinds = Object.entries(KINDS).map(([name, { label }]) => [name, label]);
  const players = (/** @type {"player" | "related"} */ which) => squad(console, game, sideOf(kind, end, which));
  return html`
    <${Choice} label="What" name="kind" value=${kind} options=${kinds} />
    <${Choice} label="Team" name="team_id" value=${team_id} options=${[["", "No team"], [home.id, home.name], [away.id, away.name]]} />
    <${Choice} label=${KINDS[kind]?.player ?? "Player"} name="player_id" value=${player_id} options=${players("player")} />
    <${Choice} label=${KINDS[kind]?.related ?? "Other player"} name="related_player_id" value=${related_player_id} options=${players("related")} />
    <${Choice} label="Period" name="period" value=${period} options=${Object.entries(sportOf("football").periods)} />
    <div class="row">
      <label>Minute <input name="minute" type="number" inputmode="numeric" min="0" max="200" required defaultValue=${minute} /></label>
      <label>Added <input name="stoppage" type="number" inputmode="numeric" min="0" max="60" defaultValue=${stoppage || ""} /></label>
    </div>
    <label>Text <input name="text" maxlength="500" defaultValue=${text ?? ""} /></label>`;
}

/** The likely side first: a slip of the team is corrected together with the player. @param {Console} console @param {Expected} game @param {End} end */
function squad({ squads }, game, end) {
  const players = [end, opposite(end)].flatMap((side) => squads[game.teams[side].id] ?? []);
  return [["", "Nobody"], ...players.map(({ id, name, shirt_number }) => [id, `${shirt_number ?? "–"} ${name}`])];
}

/** @param {{ label: string, name: string, value: any, options: any[][] }} props @returns {Child} */
function Choice({ label, name, value, options }) {
  const known = options.some(([one]) => String(one) === String(value ?? ""));
  return html`<label>${label}
    <select name=${name}>
      ${!known && html`<option value=${value} selected>${value}</option>`}
      ${options.map(([one, words]) => html`<option key=${one} value=${one} selected=${String(one) === String(value ?? "")}>${words}</option>`)}
    </select>
  </label>`;
}
