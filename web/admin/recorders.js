// Who recorded what happened in a match: for those who record it.

import { html, useState } from "../vendor/htm-preact.js";
import { inWords } from "../sports/generic.js";
import { Table, useAnswer } from "./resource.js";

/** @param {{ path: string }} props of the match */
export function Recorders({ path }) {
  const [isOpen, setOpen] = useState(false);
  return html`
    <p class="row end"><button type="button" class="act small" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>Who recorded what</button></p>
    ${isOpen && html`<${List} path=${path} />`}`;
}

/** @param {{ path: string }} props */
function List({ path }) {
  const recorders = useAnswer(`${path}/recorders`).answer;
  const incidents = useAnswer(`${path}/incidents`).answer;
  if (recorders?.problem?.status === 404) return html`<p class="hint">This sport doesn’t tell.</p>`;
  /** @type {Map<number, any>} */ const known = new Map((incidents?.body?.items ?? []).map((/** @type {any} */ one) => [one.id, one]));
  const columns = [
    { label: "Incident", show: (/** @type {any} */ { incident_id }) => words(known.get(incident_id)) },
    { label: "Recorded by", show: (/** @type {any} */ { recorded_by }) => recorded_by.name },
    { label: "Corrected by", show: (/** @type {any} */ { corrected_by }) => corrected_by?.name ?? "–" },
  ];
  return html`<${Table} items=${recorders?.body?.items ?? null} problem=${recorders?.problem} columns=${columns} keyOf=${(/** @type {any} */ { incident_id }) => incident_id} />`;
}

/** @param {any} incident */
function words(incident) {
  if (!incident) return "–";
  return [`${incident.minute}′ ${inWords(incident.kind)}`, incident.player].filter(Boolean).join(" · ");
}
