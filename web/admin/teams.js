// Teams, their players and members, and the events that want them.

import { html } from "../vendor/htm-preact.js";
import { MEMBER, PLAYER, TEAM } from "./kinds.js";
import { People } from "./people.js";
import { Act, Change, Create, Edit, Table, Trouble, useAnswer, useList } from "./resource.js";

export function Teams() {
  const { items, problem } = useList("/api/teams");
  const columns = [
    { label: "Team", show: (/** @type {any} */ { id, name }) => html`<a href="#/teams/${id}">${name}</a>` },
    { label: "Short", show: (/** @type {any} */ { short_name }) => short_name },
    { label: "Visibility", show: (/** @type {any} */ { visibility }) => visibility },
  ];
  return html`
    <h1>Teams</h1>
    <${Create} path="/api/teams" fields=${TEAM} label="New team" onMade=${(/** @type {any} */ { id }) => (location.hash = `#/teams/${id}`)} />
    <${Table} items=${items} problem=${problem} columns=${columns} />`;
}

/** @param {{ id: string }} props */
export function Team({ id }) {
  const path = `/api/teams/${id}`;
  const { answer, reload } = useAnswer(path);
  if (!answer) return html`<p class="hint">Loading …</p>`;
  if (answer.problem) return html`<${Trouble} problem=${answer.problem} />`;
  return html`
    <h1>${answer.body.name}</h1>
    <p class="links"><a href="/teams/${id}">Public page</a> <a href="#/streams/team_${id}">Stream</a></p>
    <${Edit} path=${path} fields=${TEAM} answer=${answer} onSaved=${reload} />
    <p class="row end"><${Act} label="Delete this team" method="DELETE" path=${path} etag=${answer.etag} grave onDone=${() => (location.hash = "#/teams")} /></p>
    <h2>Players</h2><${Players} path="${path}/players" />
    <h2>Members</h2><${People} path="${path}/members" fields=${MEMBER} label="New member" />
    <h2>Events</h2><${Wanted} id=${id} path="${path}/registrations" />`;
}

/** @param {{ path: string }} props */
function Players({ path }) {
  const { items, problem, reload } = useList(path);
  const columns = [
    { label: "Number", show: (/** @type {any} */ { shirt_number }) => shirt_number ?? "–" },
    { label: "Name", show: (/** @type {any} */ { name }) => name },
    { label: "Actions", show: (/** @type {any} */ one) => html`
      <${Change} path="${path}/${one.id}" fields=${PLAYER} onSaved=${reload} />
      <${Act} label="Remove" method="DELETE" path="${path}/${one.id}" grave onDone=${reload} />` },
  ];
  return html`
    <${Create} path=${path} fields=${PLAYER} label="New player" onMade=${reload} />
    <${Table} items=${items} problem=${problem} columns=${columns} />`;
}

/** @param {{ id: string, path: string }} props */
function Wanted({ id, path }) {
  const { items, problem, reload } = useList(path);
  const columns = [
    { label: "Event", show: (/** @type {any} */ { event_id, event }) => html`<a href="#/events/${event_id}">${event}</a>` },
    { label: "Takes part", show: (/** @type {any} */ { accepted }) => (accepted ? "Agreed" : "Asked") },
    { label: "Actions", show: (/** @type {any} */ { event_id, accepted }) => html`
      ${!accepted && html`<${Act} label="Agree" path=${path} body=${{ event_id }} onDone=${reload} />`}
      <${Act} label=${accepted ? "Withdraw" : "Decline"} method="DELETE" path="${path}/${event_id}" grave onDone=${reload} />` },
  ];
  return html`<${Table} items=${items} problem=${problem} columns=${columns} empty="No event has asked for team ${id} yet." />`;
}
