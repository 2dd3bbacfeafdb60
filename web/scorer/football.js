// Football's buttons: a goal in two taps, with team, player and minute.

import { html, useState } from "../vendor/htm-preact.js";
import { sportOf } from "../client/game.js";
import { teamColour } from "../client/colour.js";
import { Boundary } from "../parts/boundary.js";
import { inWords } from "../sports/generic.js";
import { Edit } from "./edit.js";
import { inOrder, KINDS, MAIN, MORE, SHOOTOUT } from "./kinds.js";
import { moment } from "./moment.js";
import { Pick } from "./pick.js";
import { describe, minuteOf, nameOf } from "./words.js";

/** @import { End } from "../client/wire.js" */
/** @import { Noted } from "./kinds.js" */
/** @import { Moment } from "./moment.js" */
/** @import { Desk } from "./work.js" */

/** @typedef {{ kind: string, end: End | null, at: number, moment: Moment }} Draft */

/** @type {End[]} */
const ENDS = ["home", "away"];
const FLAGS = { new: "Waiting", changed: "Correction waiting", removed: "Being deleted" };

/** @type {Desk["Pad"]} */
function Pad({ console, game, onSaid }) {
  const [draft, setDraft] = useState(/** @type {Draft | null} */ (null));
  const [all, setAll] = useState(false);
  const isOpen = game.status === "live" || game.status === "paused";
  const isShootout = game.clock?.period === "penalty_shootout";
  const kinds = isShootout ? SHOOTOUT : all ? [...MAIN, ...MORE] : MAIN;
  /** @param {string} kind @param {End | null} end */
  const tap = (kind, end) => {
    const at = console.now();
    const now = moment(game.clock, at);
    if (!now) return;
    const asks = KINDS[kind].player || kind === "note";
    if (asks) return setDraft({ kind, end, at, moment: now });
    console.record("incidents", { kind, ...(end ? { team_id: game.teams[end].id } : {}), ...now }, { at });
    onSaid(`${KINDS[kind].label} recorded`);
  };
  return html`
    <section class="pads" aria-label="Record">
      ${ENDS.map((end) => html`
        <div class="pad" key=${end} role="group" aria-label=${game.teams[end].name} style=${{ "--team": teamColour(game.teams[end].colour, end) }}>
          ${kinds.map((kind) => html`
            <button key=${kind} type="button" class="big" data-kind=${kind} data-end=${end} disabled=${!isOpen} onClick=${() => tap(kind, end)}>
              <span class="mark" aria-hidden="true"></span><span>${KINDS[kind].label}</span>
            </button>`)}
        </div>`)}
      <div class="both">
        ${!isShootout && html`<button type="button" class="act" aria-expanded=${all} onClick=${() => setAll(!all)}>${all ? "Fewer" : "More …"}</button>`}
        ${["var_review", "note"].map((kind) => html`<button key=${kind} type="button" class="act" data-kind=${kind} disabled=${!isOpen} onClick=${() => tap(kind, null)}>${KINDS[kind].label}</button>`)}
      </div>
      ${draft && html`<${Pick} key=${draft.at} console=${console} game=${game} draft=${draft} onSaid=${onSaid} onClose=${() => setDraft(null)} />`}
    </section>`;
}

/** @type {Desk["Log"]} */
function Log({ console, game }) {
  const [open, setOpen] = useState(/** @type {number | string | null} */ (null));
  const noted = inOrder(game.incidents).reverse();
  // What is open may get its id while somebody looks at it.
  const edited = noted.find(({ id }) => open !== null && (id === open || id === console.amends.idOf(String(open))));
  return html`
    <section aria-label="Recorded">
      <h2 class="period">Recorded</h2>
      ${noted.length === 0 && html`<p class="empty">Nothing yet.</p>`}
      <ol class="log" id="log">${noted.map((incident) => html`<${Boundary} key=${incident.occurred_at ?? incident.id} of=${incident} instead=${html`<li class="noted">–</li>`}
        draw=${() => html`<${Row} incident=${incident} console=${console} game=${game} onOpen=${() => setOpen(incident.id)} />`} />`)}</ol>
      ${edited && html`<${Edit} key="edit" console=${console} game=${game} incident=${edited} onClose=${() => setOpen(null)} />`}
    </section>`;
}

/** @param {{ incident: Noted, console: any, game: any, onOpen: () => void }} props */
function Row({ incident, console: { squads }, game, onOpen }) {
  const { kind, confirmation, pending, team_id, text, reason, period } = incident;
  const end = ENDS.find((one) => game.teams[one].id === team_id);
  const related = kind === "substitution" ? null : nameOf(incident, squads, "related_player");
  const small = [end && game.teams[end].name, related && `${KINDS[kind]?.related ?? "With"}: ${related}`, text].filter(Boolean).join(" · ");
  const flags = [pending && FLAGS[pending], confirmation !== "confirmed" && inWords(confirmation) + (reason ? `: ${inWords(reason).toLowerCase().replace(/\bvar\b/, "VAR")}` : "")];
  const [what, ...who] = describe(incident, squads).split(", ").slice(0, -1);
  return html`
    <li class="noted" data-kind=${kind} data-pending=${pending} data-confirmation=${confirmation} data-id=${incident.id}>
      <button type="button" class="line" onClick=${onOpen} style=${end ? { "--team": teamColour(game.teams[end].colour, end) } : {}}>
        <span class="minute" title=${sportOf("football").periods[period] ?? period}>${minuteOf(incident)}</span>
        <span class="mark" aria-hidden="true"></span>
        <span class="what"><strong>${what}</strong> ${who.join(", ")}<small>${small}</small></span>
        ${flags.filter(Boolean).map((flag) => html`<span class="flag" key=${flag}>${flag}</span>`)}
      </button>
    </li>`;
}

/** @type {Desk} */
export const football = { Pad, Log };
