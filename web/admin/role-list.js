// The people with a role in a match, team or event: add and remove.

import { html } from "../vendor/htm-preact.js";
import { ActionButton, CreateForm, DataTable, useList } from "./resource.js";

/** @import { FormField } from "./form-data.js" */

/** @param {{ path: string, fields: readonly FormField[], label: string }} props */
export function RoleList({ path, fields, label }) {
  const { items, problem, reload } = useList(path);
  const hasRoles = fields.some(({ name }) => name === "role");
  const columns = [
    { label: "Name", render: (/** @type {any} */ { name }) => name },
    ...(hasRoles ? [{ label: "Role", render: (/** @type {any} */ { role }) => role }] : []),
    { label: "Actions", render: (/** @type {any} */ { user_id }) => html`<${ActionButton} label="Remove" method="DELETE" path="${path}/${user_id}" needsConfirmation onDone=${reload} />` },
  ];
  return html`
    <${CreateForm} path=${path} fields=${fields} label=${label} onCreated=${reload} />
    <${DataTable} items=${items} problem=${problem} columns=${columns} getKey=${(/** @type {any} */ { user_id }) => user_id} />`;
}
