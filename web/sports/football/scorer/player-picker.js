// The player picker: records at the first tap on a player, and asks for the assist afterwards.

import { html, useRef, useState } from "../../../vendor/htm-preact.js";
import { Dialog } from "../../../common/widgets.js";
import { minuteText } from "../incidents.js";
import { bookedPlayers, departedPlayers, effectiveKind, INCIDENT_KINDS, promptedSide } from "./incident-kinds.js";
import { shiftMinute } from "./match-minute.js";

/** @import { Scorebook, SquadPlayer } from "../../../scorer/scorebook.js" */
/** @import { IncidentDraft } from "../scorer.js" */
/** @import { ProjectedMatch } from "../../../scorer/projected-match.js" */

/** @param {{ scorebook: Scorebook, game: ProjectedMatch, draft: IncidentDraft, onAnnounce: (text: string) => void, onClose: () => void }} props */
export function PlayerPicker({ scorebook, game, draft, onAnnounce, onClose }) {
  const { kind, side, recordedAtMs } = draft;
  const [matchMinute, setMatchMinute] = useState(draft.matchMinute);
  const [firstPlayerId, setFirstPlayerId] = useState(/** @type {number | null | undefined} */ (undefined));
  const recordedKey = useRef(/** @type {Promise<string | null>} */ (Promise.resolve(null)));
  const { label, playerLabel, relatedLabel, needsBothPlayers } = INCIDENT_KINDS[kind];
  const team = side && game.teams[side];
  /** @param {any} playerFields */
  const record = (playerFields) => {
    const body = { kind: effectiveKind(kind, playerFields.player_id ?? null, game.incidents), ...(team ? { team_id: team.id } : {}), ...matchMinute, ...playerFields };
    onAnnounce(`${INCIDENT_KINDS[body.kind].label} recorded`);
    recordedKey.current = scorebook.record("incidents", body, { recordedAtMs });
  };
  /** @param {number | null} id */
  const chooseFirst = (id) => {
    if (!needsBothPlayers) record(id === null ? {} : { player_id: id });
    if (needsBothPlayers || (relatedLabel && id !== null)) setFirstPlayerId(id);
    else onClose();
  };
  /** @param {number | null} id */
  const chooseSecond = async (id) => {
    onClose();
    if (needsBothPlayers) return record({ ...(firstPlayerId ? { player_id: firstPlayerId } : {}), ...(id ? { related_player_id: id } : {}) });
    const key = await recordedKey.current; // the tap may come before the command is stored
    if (key !== null && id !== null) await scorebook.amend(key, { related_player_id: id });
  };
  const isFirst = firstPlayerId === undefined;
  const title = [label, team?.name].filter(Boolean).join(" · ");
  if (kind === "note") return html`<${NoteForm} title=${title} onClose=${onClose} onText=${(/** @type {string} */ text) => { record({ text }); onClose(); }} />`;
  if (!side) return null;
  const players = scorebook.squads[game.teams[promptedSide(kind, side, isFirst ? "player" : "related")].id] ?? [];
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      ${(isFirst || needsBothPlayers) && html`
        <div class="stepper" role="group" aria-label="Minute">
          <button type="button" class="action-button" aria-label="One minute earlier" onClick=${() => setMatchMinute(shiftMinute(matchMinute, -1))}>−</button>
          <output>${minuteText(matchMinute)}</output>
          <button type="button" class="action-button" aria-label="One minute later" onClick=${() => setMatchMinute(shiftMinute(matchMinute, 1))}>+</button>
        </div>`}
      ${isFirst
        ? html`<${PlayerList} prompt=${playerLabel} skipLabel="Record without a name" players=${players} game=${game} onChoose=${chooseFirst} />`
        : html`<${PlayerList} prompt="${needsBothPlayers ? "" : "Recorded. "}${relatedLabel}?" skipLabel=${needsBothPlayers ? "Record without a name" : "Nobody"} players=${players.filter(({ id }) => id !== firstPlayerId)} game=${game} onChoose=${chooseSecond} />`}
    <//>`;
}

/** @param {{ prompt: string, skipLabel: string, players: SquadPlayer[], game: ProjectedMatch, onChoose: (id: number | null) => void }} props */
function PlayerList({ prompt, skipLabel, players, game, onChoose }) {
  const [bookedIds, departedIds] = [bookedPlayers(game.incidents), departedPlayers(game.incidents)];
  const rank = (/** @type {SquadPlayer} */ { id, shirt_number }) => (departedIds.has(id) ? 10_000 : 0) + (shirt_number ?? 1_000);
  return html`
    <h3 class="ask">${prompt}</h3>
    <button type="button" class="action-button nobody" onClick=${() => onChoose(null)}>${skipLabel}</button>
    <ul class="players">
      ${[...players].sort((one, other) => rank(one) - rank(other)).map(({ id, name, shirt_number }) => html`
        <li key=${id}><button type="button" class="big player ${departedIds.has(id) ? "off" : ""}" onClick=${() => onChoose(id)}>
          <b>${shirt_number ?? "–"}</b> <span>${name} ${bookedIds.has(id) && html`<small>booked</small>`}${departedIds.has(id) && html`<small>left the field</small>`}</span>
        </button></li>`)}
    </ul>
    ${players.length === 0 && html`<p class="empty">The squad isn’t loaded.</p>`}`;
}

/** @param {{ title: string, onText: (text: string) => void, onClose: () => void }} props */
function NoteForm({ title, onText, onClose }) {
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    const text = String(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)).get("text")).trim();
    if (text) onText(text);
  };
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      <form onSubmit=${submit}>
        <label>Text <textarea name="text" rows="3" maxlength="500" required></textarea></label>
        <button class="action-button strong">Record</button>
      </form>
    <//>`;
}
