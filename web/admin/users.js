// Who can sign in.

import { html } from "../vendor/htm-preact.js";
import { ACCOUNT, OWN_ACCOUNT, USER } from "./kinds.js";
import { Create, Edit, Table, Trouble, useAnswer, useList } from "./resource.js";

/** @import { Person } from "../desk/api.js" */

export function Users() {
  const { items, problem, reload } = useList("/api/users");
  const columns = [
    { label: "Name", show: (/** @type {any} */ { id, name }) => html`<a href="#/users/${id}">${name}</a>` },
    { label: "Mail address", show: (/** @type {any} */ { email }) => email ?? "none" },
    { label: "Role", show: (/** @type {any} */ { role, disabled }) => (disabled ? "may not sign in" : role) },
    { label: "Number", show: (/** @type {any} */ { id }) => id },
  ];
  return html`
    <h1>Users</h1>
    <${Create} path="/api/users" fields=${USER} label="New user" onMade=${reload} />
    <${Table} items=${items} problem=${problem} columns=${columns} />`;
}

/** @param {{ id: string, me: Person }} props */
export function User({ id, me }) {
  const { answer, reload } = useAnswer(`/api/users/${id}`);
  if (!answer) return html`<p class="hint">Loading …</p>`;
  if (answer.problem) return html`<${Trouble} problem=${answer.problem} />`;
  return html`
    <h1>${answer.body.name}</h1>
    <p class="hint">${answer.body.email ?? "No mail address: signs in at an identity provider"}</p>
    <${Edit} path="/api/users/${id}" fields=${Number(id) === me.id ? OWN_ACCOUNT : ACCOUNT} answer=${answer} onSaved=${reload} />`;
}
