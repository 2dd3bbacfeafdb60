// Football's scorer: a goal in two taps, with team, player and minute.

import { html, useState } from "../../vendor/htm-preact.js";
import { teamColour } from "../../client/colour.js";
import { humanize } from "../../common/text.js";
import { ConfirmButton } from "../../common/widgets.js";
import { ErrorBoundary } from "../../parts/error-boundary.js";
import { loadStyleSheet } from "../../parts/style-sheet.js";
import { applyIncidentCommand, applyLifecycleCommand, isIncidentCommand, unprojectedMatch } from "../../scorer/projected-match.js";
import { minuteText, PERIOD_NAMES } from "./incidents.js";
import { IncidentEditor } from "./scorer/incident-editor.js";
import { sortScorerIncidents, scoreAfter, INCIDENT_KINDS, MAIN_KINDS, MORE_KINDS, SHOOTOUT_KINDS } from "./scorer/incident-kinds.js";
import { incidentCommandText, incidentText, playerName } from "./scorer/incident-text.js";
import { matchMinuteAt } from "./scorer/match-minute.js";
import { periodActions, PERIODS } from "./scorer/periods.js";
import { PlayerPicker } from "./scorer/player-picker.js";

/** @import { Match, Side } from "../../client/message-types.js" */
/** @import { Scorebook } from "../../scorer/scorebook.js" */
/** @import { ProjectedMatch, ScorerCommand, ScorerIncident } from "../../scorer/projected-match.js" */
/** @import { SportScorer } from "../sport-scorer.js" */
/** @import { MatchMinute } from "./scorer/match-minute.js" */

/** @typedef {{ kind: string, side: Side | null, recordedAtMs: number, matchMinute: MatchMinute }} IncidentDraft */

/** @type {Side[]} */
const SIDES = ["home", "away"];
const PENDING_LABELS = { new: "Waiting", changed: "Correction waiting", removed: "Being deleted" };

/** @type {SportScorer["Pad"]} */
function FootballPad({ scorebook, game, onAnnounce }) {
  const [draft, setDraft] = useState(/** @type {IncidentDraft | null} */ (null));
  const [showsAllKinds, setShowsAllKinds] = useState(false);
  const isOpen = game.status === "live" || game.status === "paused";
  const isShootout = game.clock?.period === "penalty_shootout";
  const kinds = isShootout ? SHOOTOUT_KINDS : showsAllKinds ? [...MAIN_KINDS, ...MORE_KINDS] : MAIN_KINDS;
  /** @param {string} kind @param {Side | null} side */
  const recordOrAsk = (kind, side) => {
    const nowMs = scorebook.serverNow();
    const matchMinute = matchMinuteAt(game.clock, nowMs);
    if (!matchMinute) return;
    const needsDetails = INCIDENT_KINDS[kind].playerLabel || kind === "note";
    if (needsDetails) return setDraft({ kind, side, recordedAtMs: nowMs, matchMinute });
    scorebook.record("incidents", { kind, ...(side ? { team_id: game.teams[side].id } : {}), ...matchMinute }, { recordedAtMs: nowMs });
    onAnnounce(`${INCIDENT_KINDS[kind].label} recorded`);
  };
  return html`
    <section class="pads" aria-label="Record">
      ${SIDES.map((side) => html`
        <div class="pad" key=${side} role="group" aria-label=${game.teams[side].name} style=${{ "--team": teamColour(game.teams[side].colour, side) }}>
          ${kinds.map((kind) => html`
            <button key=${kind} type="button" class="big" data-kind=${kind} data-side=${side} disabled=${!isOpen} onClick=${() => recordOrAsk(kind, side)}>
              <span class="mark" aria-hidden="true"></span><span>${INCIDENT_KINDS[kind].label}</span>
            </button>`)}
        </div>`)}
      <div class="both">
        ${!isShootout && html`<button type="button" class="action-button" aria-expanded=${showsAllKinds} onClick=${() => setShowsAllKinds(!showsAllKinds)}>${showsAllKinds ? "Fewer" : "More …"}</button>`}
        ${["var_review", "note"].map((kind) => html`<button key=${kind} type="button" class="action-button" data-kind=${kind} disabled=${!isOpen} onClick=${() => recordOrAsk(kind, null)}>${INCIDENT_KINDS[kind].label}</button>`)}
      </div>
      ${draft && html`<${PlayerPicker} key=${draft.recordedAtMs} scorebook=${scorebook} game=${game} draft=${draft} onAnnounce=${onAnnounce} onClose=${() => setDraft(null)} />`}
    </section>`;
}

/** @type {SportScorer["Log"]} */
function IncidentLog({ scorebook, game }) {
  const [openId, setOpenId] = useState(/** @type {number | string | null} */ (null));
  const incidents = sortScorerIncidents(game.incidents).reverse();
  // The open incident may get its id while the editor is open.
  const edited = incidents.find(({ id }) => openId !== null && (id === openId || id === scorebook.amendments.incidentIdOf(String(openId))));
  return html`
    <section aria-label="Recorded">
      <h2 class="period">Recorded</h2>
      ${incidents.length === 0 && html`<p class="empty">Nothing yet.</p>`}
      <ol class="log" id="log">${incidents.map((incident) => html`<${ErrorBoundary} key=${incident.occurred_at ?? incident.id} item=${incident} fallback=${html`<li class="log-entry">–</li>`}
        render=${() => html`<${IncidentRow} incident=${incident} scorebook=${scorebook} game=${game} onOpen=${() => setOpenId(incident.id)} />`} />`)}</ol>
      ${edited && html`<${IncidentEditor} key="edit" scorebook=${scorebook} game=${game} incident=${edited} onClose=${() => setOpenId(null)} />`}
    </section>`;
}

/** @param {{ incident: ScorerIncident, scorebook: Scorebook, game: ProjectedMatch, onOpen: () => void }} props */
function IncidentRow({ incident, scorebook: { squads }, game, onOpen }) {
  const { kind, confirmation, pending, team_id, text, reason, period } = incident;
  const side = SIDES.find((one) => game.teams[one].id === team_id);
  const related = kind === "substitution" ? null : playerName(incident, squads, "related_player");
  const detailText = [side && game.teams[side].name, related && `${INCIDENT_KINDS[kind]?.relatedLabel ?? "With"}: ${related}`, text].filter(Boolean).join(" · ");
  const flags = [pending && PENDING_LABELS[pending], confirmation !== "confirmed" && humanize(confirmation) + (reason ? `: ${humanize(reason).toLowerCase().replace(/\bvar\b/, "VAR")}` : "")];
  const [kindText, ...playerNames] = incidentText(incident, squads).split(", ").slice(0, -1);
  return html`
    <li class="log-entry" data-kind=${kind} data-pending=${pending} data-confirmation=${confirmation} data-id=${incident.id}>
      <button type="button" class="line" onClick=${onOpen} style=${side ? { "--team": teamColour(game.teams[side].colour, side) } : {}}>
        <span class="minute" title=${PERIOD_NAMES[period] ?? period}>${minuteText(incident)}</span>
        <span class="mark" aria-hidden="true"></span>
        <span class="what"><strong>${kindText}</strong> ${playerNames.join(", ")}<small>${detailText}</small></span>
        ${flags.filter(Boolean).map((flag) => html`<span class="flag" key=${flag}>${flag}</span>`)}
      </button>
    </li>`;
}

/** @type {NonNullable<SportScorer["UndoButton"]>} */
function UndoIncidentButton({ scorebook }) {
  const { lastOwnIncident: last, squads } = scorebook;
  if (!last) return null;
  return html`<${ConfirmButton} key=${String(last.id)} className="action-button undo" label="Undo ${incidentText(last, squads)}" question="Sure?" onConfirm=${() => scorebook.removeIncident(last)} />`;
}

/**
 * @param {Match} game
 * @param {readonly ScorerCommand[]} commands
 * @returns {ProjectedMatch}
 */
export function projectMatch(game, commands) {
  const unprojected = unprojectedMatch(game);
  const projected = commands.reduce(applyCommand, unprojected);
  if (projected.incidents === unprojected.incidents) return projected;
  return { ...projected, ...scoreAfter(game, unprojected.incidents, projected.incidents) };
}

/** @param {ProjectedMatch} game @param {ScorerCommand} command @returns {ProjectedMatch} */
function applyCommand(game, command) {
  if (isIncidentCommand(command)) return { ...game, incidents: applyIncidentCommand(game.incidents, command) };
  return applyLifecycleCommand(game, command, PERIODS);
}

/** @type {SportScorer} */
export const scorer = {
  Pad: FootballPad,
  Log: IncidentLog,
  UndoButton: UndoIncidentButton,
  lifecycleActions: periodActions,
  project: projectMatch,
  commandText: incidentCommandText,
  loadStyles: () => loadStyleSheet(new URL("./scorer.css", import.meta.url)),
};
