// User accounts.

import { html } from "../vendor/htm-preact.js";
import { USER_FIELDS, OWN_ACCOUNT, NEW_USER_FIELDS } from "./form-fields.js";
import { CreateForm, EditForm, DataTable, ProblemText, useResource, useList } from "./resource.js";

/** @import { User } from "../common/api.js" */

export function Users() {
  const { items, problem, reload } = useList("/api/users");
  const columns = [
    { label: "Name", render: (/** @type {any} */ { id, name }) => html`<a href="#/users/${id}">${name}</a>` },
    { label: "Email address", render: (/** @type {any} */ { email }) => email ?? "none" },
    { label: "Role", render: (/** @type {any} */ { role, disabled }) => (disabled ? "disabled" : role) },
    { label: "Number", render: (/** @type {any} */ { id }) => id },
  ];
  return html`
    <h1>Users</h1>
    <${CreateForm} path="/api/users" fields=${NEW_USER_FIELDS} label="New user" onCreated=${reload} />
    <${DataTable} items=${items} problem=${problem} columns=${columns} />`;
}

/** @param {{ id: string, me: User }} props */
export function UserPage({ id, me }) {
  const { response, reload } = useResource(`/api/users/${id}`);
  if (!response) return html`<p class="hint">Loading …</p>`;
  if (response.problem) return html`<${ProblemText} problem=${response.problem} />`;
  return html`
    <h1>${response.body.name}</h1>
    <p class="hint">${response.body.email ?? "No email address: signs in with an identity provider"}</p>
    <${EditForm} path="/api/users/${id}" fields=${Number(id) === me.id ? OWN_ACCOUNT : USER_FIELDS} response=${response} onSaved=${reload} />`;
}
