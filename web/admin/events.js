// Events and everything that belongs to them, in sections.

import { html } from "../vendor/htm-preact.js";
import { AnnouncementAdmin } from "./announcements.js";
import { DEDUCTION_FIELDS, EVENT_FIELDS, MATCH_FIELDS, USER_CHOICE_FIELDS, TEAM_REGISTRATION_FIELDS } from "./form-fields.js";
import { Form } from "./form.js";
import { MATCH_COLUMNS } from "./matches.js";
import { RoleList } from "./role-list.js";
import { PurchaseAdmin } from "./purchases.js";
import { ActionButton, CreateForm, EditForm, DataTable, ProblemText, useResource, useList } from "./resource.js";
import { request } from "../common/api.js";

/** @import { Component } from "../vendor/htm-preact.js" */

export function Events() {
  const { items, problem } = useList("/api/events");
  const columns = [
    { label: "Event", render: (/** @type {any} */ { id, name }) => html`<a href="#/events/${id}">${name}</a>` },
    { label: "Sport", render: (/** @type {any} */ { sport }) => sport },
    { label: "Visibility", render: (/** @type {any} */ { visibility }) => visibility },
  ];
  return html`
    <h1>Events</h1>
    <${CreateForm} path="/api/events" fields=${EVENT_FIELDS} label="New event" onCreated=${(/** @type {any} */ { id }) => (location.hash = `#/events/${id}`)} />
    <${DataTable} items=${items} problem=${problem} columns=${columns} />`;
}

/** @type {{ [part: string]: { title: string, Section: Component<{ id: string, event: any, reload: () => void, response: any }> } }} */
const SECTIONS = {
  details: { title: "Details", Section: EventDetails },
  matches: { title: "Matches", Section: EventMatches },
  registrations: { title: "Registrations", Section: Registrations },
  table: { title: "Table", Section: LeaderboardTable },
  announcements: { title: "Announcements", Section: AnnouncementAdmin },
  purchases: { title: "Purchases", Section: PurchaseAdmin },
  managers: { title: "Managers", Section: ({ id }) => html`<${RoleList} path="/api/events/${id}/managers" fields=${USER_CHOICE_FIELDS} label="Add a manager" />` },
};

/** @param {{ id: string, section: string | null }} props */
export function EventPage({ id, section }) {
  const { response, reload } = useResource(`/api/events/${id}`);
  if (!response) return html`<p class="hint">Loading …</p>`;
  if (response.problem) return html`<${ProblemText} problem=${response.problem} />`;
  const currentSection = section && Object.hasOwn(SECTIONS, section) ? section : "details";
  const { Section } = SECTIONS[currentSection];
  return html`
    <h1>${response.body.name}</h1>
    <p class="links"><a href="/events/${id}">Public page</a> <a href="#/streams/event_${id}">Stream</a></p>
    <nav class="parts" aria-label="Event">
      ${Object.entries(SECTIONS).map(([name, { title }]) => html`<a key=${name} href="#/events/${id}/${name}" aria-current=${name === currentSection ? "page" : undefined}>${title}</a>`)}
    </nav>
    <${Section} key=${currentSection} id=${id} event=${response.body} response=${response} reload=${reload} />`;
}

/** @param {{ id: string, response: any, reload: () => void }} props */
function EventDetails({ id, response, reload }) {
  const goToList = () => (location.hash = "#/events");
  return html`
    <${EditForm} path="/api/events/${id}" fields=${EVENT_FIELDS} response=${response} onSaved=${reload} />
    <p class="row end"><${ActionButton} label="Delete this event" method="DELETE" path="/api/events/${id}" etag=${response.etag} needsConfirmation onDone=${goToList} /></p>`;
}

/** @param {{ id: string, event: any }} props */
function EventMatches({ id, event }) {
  const { items, problem, reload } = useList(`/api/events/${id}/matches`);
  const fields = MATCH_FIELDS.filter(({ name }) => name !== "event_id" && name !== "sport");
  return html`
    <${CreateForm} path="/api/matches" fields=${fields} extraFields=${{ event_id: Number(id), sport: event.sport }} label="New match" onCreated=${reload} />
    <${DataTable} items=${items} problem=${problem} columns=${MATCH_COLUMNS} />`;
}

/** @param {{ id: string }} props */
function Registrations({ id }) {
  const path = `/api/events/${id}/registrations`;
  const { items, problem, reload } = useList(path);
  const teams = items && items.filter(({ team_id }) => team_id);
  const users = items && items.filter(({ user_id }) => user_id);
  const teamColumns = [
    { label: "Team", render: (/** @type {any} */ { team_id, name }) => html`<a href="#/teams/${team_id}">${name}</a>` },
    { label: "Takes part", render: (/** @type {any} */ { accepted }) => (accepted ? "Agreed" : "Has not agreed yet") },
    { label: "Points deducted", render: (/** @type {any} */ { deduction, reason }) => [deduction || "–", reason].filter(Boolean).join(": ") },
    { label: "Actions", render: (/** @type {any} */ registration) => html`<${DeductionForm} path="${path}/teams/${registration.team_id}" current=${registration} onDone=${reload} />
      <${ActionButton} label="Remove" method="DELETE" path="${path}/teams/${registration.team_id}" needsConfirmation onDone=${reload} />` },
  ];
  const userColumns = [
    { label: "User", render: (/** @type {any} */ { name }) => name },
    { label: "Actions", render: (/** @type {any} */ { user_id }) => html`<${ActionButton} label="Remove" method="DELETE" path="${path}/users/${user_id}" needsConfirmation onDone=${reload} />` },
  ];
  return html`
    <h2>Teams</h2>
    <${CreateForm} path=${path} fields=${TEAM_REGISTRATION_FIELDS} label="Register a team" onCreated=${reload} />
    <${DataTable} items=${teams} problem=${problem} columns=${teamColumns} />
    <h2>People</h2>
    <${CreateForm} path=${path} fields=${USER_CHOICE_FIELDS} label="Register somebody" onCreated=${reload} />
    <${DataTable} items=${users} columns=${userColumns} />`;
}

/** @param {{ path: string, current: any, onDone: () => void }} props */
function DeductionForm({ path, current, onDone }) {
  /** @param {any} body */
  const save = async (body) => {
    const fullBody = { deduction: current.deduction, ...(current.reason ? { reason: current.reason } : {}), ...body };
    const { problem } = await request("PATCH", path, fullBody);
    if (!problem) onDone();
    return problem;
  };
  return html`<details class="create"><summary class="action-button small">Deduct points</summary><${Form} fields=${DEDUCTION_FIELDS} current=${current} submitLabel="Save" onSubmit=${save} /></details>`;
}

/** @param {{ id: string }} props */
function LeaderboardTable({ id }) {
  const { response } = useResource(`/api/events/${id}/leaderboard`);
  const columns = ["position", "team", "played", "won", "drawn", "lost", "for", "against", "difference", "points"].map((name) =>
    ({ label: name, render: (/** @type {any} */ row) => row[name] }));
  return html`<${DataTable} items=${response?.body?.leaderboard ?? null} problem=${response?.problem} columns=${columns} getKey=${(/** @type {any} */ { team_id }) => team_id} />`;
}
