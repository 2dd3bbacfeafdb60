// A schema with its fields; nested schemas expand on demand.

import { html, useState } from "../vendor/htm-preact.js";
import { describeSchema } from "./api-outline.js";

/** @import { Api, Schema } from "./api-outline.js" */

/** @param {{ api: Api, schema: Schema }} props */
export function SchemaView({ api, schema }) {
  const { text, schemaName } = describeSchema(schema);
  const fields = schemaName ? api.schemas[schemaName].properties : null;
  if (!fields) return html`<span class="type">${text}${schemaName && `: ${describeSchema(api.schemas[schemaName]).text}`}</span>`;
  return html`<${ExpandableSchema} api=${api} name=${text} objectSchema=${api.schemas[/** @type {string} */ (schemaName)]} />`;
}

/** @param {{ api: Api, name: string, objectSchema: Schema }} props */
function ExpandableSchema({ api, name, objectSchema }) {
  const [isOpen, setOpen] = useState(false);
  return html`
    <div class="shape">
      <button type="button" class="quiet-button" aria-expanded=${isOpen} onClick=${() => setOpen(!isOpen)}>${name}</button>
      ${isOpen && html`<ul>
        ${Object.entries(objectSchema.properties).map(([field, schema]) => html`
          <li key=${field}><code>${field}</code>${objectSchema.required?.includes(field) ? "" : html` <span class="kind">optional</span>`} <${SchemaView} api=${api} schema=${schema} /> <span class="kind">${schema.description ?? ""}</span></li>`)}
        ${objectSchema.additionalProperties === true && html`<li class="kind">and more</li>`}
      </ul>`}
    </div>`;
}
