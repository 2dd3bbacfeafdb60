// A shape with its fields; those it consists of open when they are asked for.

import { html, useState } from "../vendor/htm-preact.js";
import { say } from "./outline.js";

/** @import { Api, Schema } from "./outline.js" */

/** @param {{ api: Api, schema: Schema }} props */
export function Shape({ api, schema }) {
  const { words, names } = say(schema);
  const fields = names ? api.schemas[names].properties : null;
  if (!fields) return html`<span class="type">${words}${names && `: ${say(api.schemas[names]).words}`}</span>`;
  return html`<${Opened} api=${api} name=${words} shape=${api.schemas[/** @type {string} */ (names)]} />`;
}

/** @param {{ api: Api, name: string, shape: Schema }} props */
function Opened({ api, name, shape }) {
  const [open, setOpen] = useState(false);
  return html`
    <div class="shape">
      <button type="button" class="quiet-button" aria-expanded=${open} onClick=${() => setOpen(!open)}>${name}</button>
      ${open && html`<ul>
        ${Object.entries(shape.properties).map(([field, schema]) => html`
          <li key=${field}><code>${field}</code>${shape.required?.includes(field) ? "" : html` <span class="kind">optional</span>`} <${Shape} api=${api} schema=${schema} /> <span class="kind">${schema.description ?? ""}</span></li>`)}
        ${shape.additionalProperties === true && html`<li class="kind">and more</li>`}
      </ul>`}
    </div>`;
}
