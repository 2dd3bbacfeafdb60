// Teams, their players and members, and their event registrations.

import { html } from "../vendor/htm-preact.js";
import { MEMBER_FIELDS, PLAYER_FIELDS, TEAM_FIELDS } from "./form-fields.js";
import { RoleList } from "./role-list.js";
import { ActionButton, EditDisclosure, CreateForm, EditForm, DataTable, ProblemText, useResource, useList } from "./resource.js";

export function Teams() {
  const { items, problem } = useList("/api/teams");
  const columns = [
    { label: "Team", render: (/** @type {any} */ { id, name }) => html`<a href="#/teams/${id}">${name}</a>` },
    { label: "Short", render: (/** @type {any} */ { short_name }) => short_name },
    { label: "Visibility", render: (/** @type {any} */ { visibility }) => visibility },
  ];
  return html`
    <h1>Teams</h1>
    <${CreateForm} path="/api/teams" fields=${TEAM_FIELDS} label="New team" onCreated=${(/** @type {any} */ { id }) => (location.hash = `#/teams/${id}`)} />
    <${DataTable} items=${items} problem=${problem} columns=${columns} />`;
}

/** @param {{ id: string }} props */
export function TeamPage({ id }) {
  const path = `/api/teams/${id}`;
  const { response, reload } = useResource(path);
  if (!response) return html`<p class="hint">Loading …</p>`;
  if (response.problem) return html`<${ProblemText} problem=${response.problem} />`;
  return html`
    <h1>${response.body.name}</h1>
    <p class="links"><a href="/teams/${id}">Public page</a> <a href="#/streams/team_${id}">Stream</a></p>
    <${EditForm} path=${path} fields=${TEAM_FIELDS} response=${response} onSaved=${reload} />
    <p class="row end"><${ActionButton} label="Delete this team" method="DELETE" path=${path} etag=${response.etag} needsConfirmation onDone=${() => (location.hash = "#/teams")} /></p>
    <h2>Players</h2><${PlayerAdmin} path="${path}/players" />
    <h2>Members</h2><${RoleList} path="${path}/members" fields=${MEMBER_FIELDS} label="New member" />
    <h2>Events</h2><${TeamRegistrations} teamId=${id} path="${path}/registrations" />`;
}

/** @param {{ path: string }} props */
function PlayerAdmin({ path }) {
  const { items, problem, reload } = useList(path);
  const columns = [
    { label: "Number", render: (/** @type {any} */ { shirt_number }) => shirt_number ?? "–" },
    { label: "Name", render: (/** @type {any} */ { name }) => name },
    { label: "Actions", render: (/** @type {any} */ player) => html`
      <${EditDisclosure} path="${path}/${player.id}" fields=${PLAYER_FIELDS} onSaved=${reload} />
      <${ActionButton} label="Remove" method="DELETE" path="${path}/${player.id}" needsConfirmation onDone=${reload} />` },
  ];
  return html`
    <${CreateForm} path=${path} fields=${PLAYER_FIELDS} label="New player" onCreated=${reload} />
    <${DataTable} items=${items} problem=${problem} columns=${columns} />`;
}

/** @param {{ teamId: string, path: string }} props */
function TeamRegistrations({ teamId, path }) {
  const { items, problem, reload } = useList(path);
  const columns = [
    { label: "Event", render: (/** @type {any} */ { event_id, event }) => html`<a href="#/events/${event_id}">${event}</a>` },
    { label: "Takes part", render: (/** @type {any} */ { accepted }) => (accepted ? "Agreed" : "Asked") },
    { label: "Actions", render: (/** @type {any} */ { event_id, accepted }) => html`
      ${!accepted && html`<${ActionButton} label="Agree" path=${path} body=${{ event_id }} onDone=${reload} />`}
      <${ActionButton} label=${accepted ? "Withdraw" : "Decline"} method="DELETE" path="${path}/${event_id}" needsConfirmation onDone=${reload} />` },
  ];
  return html`<${DataTable} items=${items} problem=${problem} columns=${columns} empty="No event has asked for team ${teamId} yet." />`;
}
