// Who recorded each incident of a match; for its officials.

import { html, useState } from "../vendor/htm-preact.js";
import { humanize } from "../common/text.js";
import { DataTable, useResource } from "./resource.js";

/** @param {{ path: string }} props of the match */
export function RecorderDetails({ path }) {
  const [isOpen, setOpen] = useState(false);
  return html`
    <p class="row end"><button type="button" class="action-button small" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>Who recorded what</button></p>
    ${isOpen && html`<${RecorderTable} path=${path} />`}`;
}

/** @param {{ path: string }} props */
function RecorderTable({ path }) {
  const recorders = useResource(`${path}/recorders`).response;
  const incidents = useResource(`${path}/incidents`).response;
  if (recorders?.problem?.status === 404) return html`<p class="hint">Not available for this sport.</p>`;
  /** @type {Map<number, any>} */ const incidentById = new Map((incidents?.body?.items ?? []).map((/** @type {any} */ one) => [one.id, one]));
  const columns = [
    { label: "Incident", render: (/** @type {any} */ { incident_id }) => incidentText(incidentById.get(incident_id)) },
    { label: "Recorded by", render: (/** @type {any} */ { recorded_by }) => recorded_by.name },
    { label: "Corrected by", render: (/** @type {any} */ { corrected_by }) => corrected_by?.name ?? "–" },
  ];
  return html`<${DataTable} items=${recorders?.body?.items ?? null} problem=${recorders?.problem} columns=${columns} getKey=${(/** @type {any} */ { incident_id }) => incident_id} />`;
}

/** @param {any} incident */
function incidentText(incident) {
  if (!incident) return "–";
  return [`${incident.minute}′ ${humanize(incident.kind)}`, incident.player].filter(Boolean).join(" · ");
}
