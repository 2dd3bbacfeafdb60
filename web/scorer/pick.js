// Who it was: recorded at the first tap on a player, so that nobody waits for the assist.

import { html, useRef, useState } from "../vendor/htm-preact.js";
import { Sheet } from "../desk/parts.js";
import { booked, gone, kindFor, KINDS, sideOf } from "./kinds.js";
import { shift } from "./moment.js";
import { minuteOf } from "./words.js";

/** @import { Console, Player } from "./console.js" */
/** @import { Draft } from "./football.js" */
/** @import { Expected } from "./project.js" */

/** @param {{ console: Console, game: Expected, draft: Draft, onSaid: (text: string) => void, onClose: () => void }} props */
export function Pick({ console, game, draft, onSaid, onClose }) {
  const { kind, end, at } = draft;
  const [moment, setMoment] = useState(draft.moment);
  const [first, setFirst] = useState(/** @type {number | null | undefined} */ (undefined));
  const made = useRef(/** @type {Promise<string | null>} */ (Promise.resolve(null)));
  const { label, player, related, both } = KINDS[kind];
  const team = end && game.teams[end];
  /** @param {any} who */
  const record = (who) => {
    const body = { kind: kindFor(kind, who.player_id ?? null, game.incidents), ...(team ? { team_id: team.id } : {}), ...moment, ...who };
    onSaid(`${KINDS[body.kind].label} recorded`);
    made.current = console.record("incidents", body, { at });
  };
  /** @param {number | null} id */
  const chooseFirst = (id) => {
    if (!both) record(id === null ? {} : { player_id: id });
    if (both || (related && id !== null)) setFirst(id);
    else onClose();
  };
  /** @param {number | null} id */
  const chooseSecond = async (id) => {
    onClose();
    if (both) return record({ ...(first ? { player_id: first } : {}), ...(id ? { related_player_id: id } : {}) });
    const key = await made.current; // a quick thumb is faster than the disk
    if (key !== null && id !== null) await console.amend(key, { related_player_id: id });
  };
  const isFirst = first === undefined;
  const title = [label, team?.name].filter(Boolean).join(" · ");
  if (kind === "note") return html`<${Note} title=${title} onClose=${onClose} onText=${(/** @type {string} */ text) => { record({ text }); onClose(); }} />`;
  if (!end) return null;
  const players = console.squads[game.teams[sideOf(kind, end, isFirst ? "player" : "related")].id] ?? [];
  return html`
    <${Sheet} title=${title} onClose=${onClose}>
      ${(isFirst || both) && html`
        <div class="stepper" role="group" aria-label="Minute">
          <button type="button" class="act" aria-label="One minute earlier" onClick=${() => setMoment(shift(moment, -1))}>−</button>
          <output>${minuteOf(moment)}</output>
          <button type="button" class="act" aria-label="One minute later" onClick=${() => setMoment(shift(moment, 1))}>+</button>
        </div>`}
      ${isFirst
        ? html`<${Players} ask=${player} nobody="Record without a name" players=${players} game=${game} onChoose=${chooseFirst} />`
        : html`<${Players} ask="${both ? "" : "Recorded. "}${related}?" nobody=${both ? "Record without a name" : "Nobody"} players=${players.filter(({ id }) => id !== first)} game=${game} onChoose=${chooseSecond} />`}
    <//>`;
}

/** @param {{ ask: string, nobody: string, players: Player[], game: Expected, onChoose: (id: number | null) => void }} props */
function Players({ ask, nobody, players, game, onChoose }) {
  const [cards, off] = [booked(game.incidents), gone(game.incidents)];
  const rank = (/** @type {Player} */ { id, shirt_number }) => (off.has(id) ? 10_000 : 0) + (shirt_number ?? 1_000);
  return html`
    <h3 class="ask">${ask}</h3>
    <button type="button" class="act nobody" onClick=${() => onChoose(null)}>${nobody}</button>
    <ul class="players">
      ${[...players].sort((one, other) => rank(one) - rank(other)).map(({ id, name, shirt_number }) => html`
        <li key=${id}><button type="button" class="big player ${off.has(id) ? "off" : ""}" onClick=${() => onChoose(id)}>
          <b>${shirt_number ?? "–"}</b> <span>${name} ${cards.has(id) && html`<small>booked</small>`}${off.has(id) && html`<small>left the field</small>`}</span>
        </button></li>`)}
    </ul>
    ${players.length === 0 && html`<p class="empty">The players of this team are not known here.</p>`}`;
}

/** @param {{ title: string, onText: (text: string) => void, onClose: () => void }} props */
function Note({ title, onText, onClose }) {
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    const text = String(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)).get("text")).trim();
    if (text) onText(text);
  };
  return html`
    <${Sheet} title=${title} onClose=${onClose}>
      <form onSubmit=${submit}>
        <label>Text <textarea name="text" rows="3" maxlength="500" required></textarea></label>
        <button class="act strong">Record</button>
      </form>
    <//>`;
}
