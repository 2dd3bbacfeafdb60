// Events: the competition itself, and everything that belongs to it, a part at a time.

import { html } from "../vendor/htm-preact.js";
import { Announcements } from "./announcements.js";
import { DEDUCTION, EVENT, MATCH, PERSON, TEAM_REGISTRATION } from "./kinds.js";
import { Form } from "./form.js";
import { matchColumns } from "./matches.js";
import { People } from "./people.js";
import { Purchases } from "./purchases.js";
import { Act, Create, Edit, Table, Trouble, useAnswer, useList } from "./resource.js";
import { call } from "../desk/api.js";

/** @import { Part } from "../vendor/htm-preact.js" */

export function Events() {
  const { items, problem } = useList("/api/events");
  const columns = [
    { label: "Event", show: (/** @type {any} */ { id, name }) => html`<a href="#/events/${id}">${name}</a>` },
    { label: "Sport", show: (/** @type {any} */ { sport }) => sport },
    { label: "Visibility", show: (/** @type {any} */ { visibility }) => visibility },
  ];
  return html`
    <h1>Events</h1>
    <${Create} path="/api/events" fields=${EVENT} label="New event" onMade=${(/** @type {any} */ { id }) => (location.hash = `#/events/${id}`)} />
    <${Table} items=${items} problem=${problem} columns=${columns} />`;
}

/** @type {{ [part: string]: { title: string, Show: Part<{ id: string, event: any, reload: () => void, answer: any }> } }} */
const PARTS = {
  details: { title: "Details", Show: Details },
  matches: { title: "Matches", Show: MatchesOf },
  registrations: { title: "Registrations", Show: Registrations },
  table: { title: "Table", Show: Leaderboard },
  announcements: { title: "Announcements", Show: Announcements },
  purchases: { title: "Purchases", Show: Purchases },
  managers: { title: "Managers", Show: ({ id }) => html`<${People} path="/api/events/${id}/managers" fields=${PERSON} label="Name a manager" />` },
};

/** @param {{ id: string, part: string | null }} props */
export function EventPage({ id, part }) {
  const { answer, reload } = useAnswer(`/api/events/${id}`);
  if (!answer) return html`<p class="hint">Loading …</p>`;
  if (answer.problem) return html`<${Trouble} problem=${answer.problem} />`;
  const here = part && Object.hasOwn(PARTS, part) ? part : "details";
  const { Show } = PARTS[here];
  return html`
    <h1>${answer.body.name}</h1>
    <p class="links"><a href="/events/${id}">Public page</a> <a href="#/streams/event_${id}">Stream</a></p>
    <nav class="parts" aria-label="Event">
      ${Object.entries(PARTS).map(([name, { title }]) => html`<a key=${name} href="#/events/${id}/${name}" aria-current=${name === here ? "page" : undefined}>${title}</a>`)}
    </nav>
    <${Show} key=${here} id=${id} event=${answer.body} answer=${answer} reload=${reload} />`;
}

/** @param {{ id: string, answer: any, reload: () => void }} props */
function Details({ id, answer, reload }) {
  const leave = () => (location.hash = "#/events");
  return html`
    <${Edit} path="/api/events/${id}" fields=${EVENT} answer=${answer} onSaved=${reload} />
    <p class="row end"><${Act} label="Delete this event" method="DELETE" path="/api/events/${id}" etag=${answer.etag} grave onDone=${leave} /></p>`;
}

/** @param {{ id: string, event: any }} props */
function MatchesOf({ id, event }) {
  const { items, problem, reload } = useList(`/api/events/${id}/matches`);
  const fields = MATCH.filter(({ name }) => name !== "event_id" && name !== "sport");
  return html`
    <${Create} path="/api/matches" fields=${fields} more=${{ event_id: Number(id), sport: event.sport }} label="New match" onMade=${reload} />
    <${Table} items=${items} problem=${problem} columns=${matchColumns} />`;
}

/** @param {{ id: string }} props */
function Registrations({ id }) {
  const path = `/api/events/${id}/registrations`;
  const { items, problem, reload } = useList(path);
  const teams = items && items.filter(({ team_id }) => team_id);
  const users = items && items.filter(({ user_id }) => user_id);
  const ofTeams = [
    { label: "Team", show: (/** @type {any} */ { team_id, name }) => html`<a href="#/teams/${team_id}">${name}</a>` },
    { label: "Takes part", show: (/** @type {any} */ { accepted }) => (accepted ? "Agreed" : "Has not agreed yet") },
    { label: "Points taken", show: (/** @type {any} */ { deduction, reason }) => [deduction || "–", reason].filter(Boolean).join(": ") },
    { label: "Actions", show: (/** @type {any} */ one) => html`<${Deduct} path="${path}/teams/${one.team_id}" before=${one} onDone=${reload} />
      <${Act} label="Remove" method="DELETE" path="${path}/teams/${one.team_id}" grave onDone=${reload} />` },
  ];
  const ofUsers = [
    { label: "User", show: (/** @type {any} */ { name }) => name },
    { label: "Actions", show: (/** @type {any} */ { user_id }) => html`<${Act} label="Remove" method="DELETE" path="${path}/users/${user_id}" grave onDone=${reload} />` },
  ];
  return html`
    <h2>Teams</h2>
    <${Create} path=${path} fields=${TEAM_REGISTRATION} label="Register a team" onMade=${reload} />
    <${Table} items=${teams} problem=${problem} columns=${ofTeams} />
    <h2>People</h2>
    <${Create} path=${path} fields=${PERSON} label="Register somebody" onMade=${reload} />
    <${Table} items=${users} columns=${ofUsers} />`;
}

/** @param {{ path: string, before: any, onDone: () => void }} props */
function Deduct({ path, before, onDone }) {
  /** @param {any} body */
  const save = async (body) => {
    const whole = { deduction: before.deduction, ...(before.reason ? { reason: before.reason } : {}), ...body };
    const { problem } = await call("PATCH", path, whole);
    if (!problem) onDone();
    return problem;
  };
  return html`<details class="create"><summary class="act small">Take points away</summary><${Form} fields=${DEDUCTION} before=${before} label="Save" onSubmit=${save} /></details>`;
}

/** @param {{ id: string }} props */
function Leaderboard({ id }) {
  const { answer } = useAnswer(`/api/events/${id}/leaderboard`);
  const columns = ["position", "team", "played", "won", "drawn", "lost", "for", "against", "difference", "points"].map((name) =>
    ({ label: name, show: (/** @type {any} */ row) => row[name] }));
  return html`<${Table} items=${answer?.body?.leaderboard ?? null} problem=${answer?.problem} columns=${columns} keyOf=${(/** @type {any} */ { team_id }) => team_id} />`;
}
