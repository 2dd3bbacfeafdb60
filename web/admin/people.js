// People with a say in something: its officials, members, managers; named, and taken away again.

import { html } from "../vendor/htm-preact.js";
import { Act, Create, Table, useList } from "./resource.js";

/** @import { Field } from "./fields.js" */

/** @param {{ path: string, fields: readonly Field[], label: string }} props */
export function People({ path, fields, label }) {
  const { items, problem, reload } = useList(path);
  const hasRoles = fields.some(({ name }) => name === "role");
  const columns = [
    { label: "Name", show: (/** @type {any} */ { name }) => name },
    ...(hasRoles ? [{ label: "Role", show: (/** @type {any} */ { role }) => role }] : []),
    { label: "Actions", show: (/** @type {any} */ { user_id }) => html`<${Act} label="Remove" method="DELETE" path="${path}/${user_id}" grave onDone=${reload} />` },
  ];
  return html`
    <${Create} path=${path} fields=${fields} label=${label} onMade=${reload} />
    <${Table} items=${items} problem=${problem} columns=${columns} keyOf=${(/** @type {any} */ { user_id }) => user_id} />`;
}
