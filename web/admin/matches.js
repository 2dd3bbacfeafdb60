// Matches: create, follow live, correct, and enter results.

import { html, useEffect, useReducer, useRef } from "../vendor/htm-preact.js";
import { request } from "../common/api.js";
import { Scorebook } from "../scorer/scorebook.js";
import { Scoreboard } from "../scorer/scoreboard.js";
import { ScorerControls } from "../scorer/scorer-controls.js";
import { formatDateTime } from "../parts/dates.js";
import { Form } from "./form.js";
import { MATCH_FIELDS, OFFICIAL_FIELDS, resultFields } from "./form-fields.js";
import { RoleList } from "./role-list.js";
import { RecorderDetails } from "./recorders.js";
import { ActionButton, CreateForm, EditForm, DataTable, ProblemText, useResource, useList } from "./resource.js";

const RENDER_INTERVAL_MS = 1_000;

/** @type {{ label: string, render: (game: any) => any }[]} */
export const MATCH_COLUMNS = [
  { label: "Match", render: ({ id, teams }) => html`<a href="#/matches/${id}">${teams.home.name} – ${teams.away.name}</a>` },
  { label: "Starts", render: ({ starts_at }) => formatDateTime(starts_at) },
  { label: "Status", render: ({ status }) => html`<span class="status" data-status=${status}>${status}</span>` },
  { label: "Score", render: ({ score, status }) => (["scheduled", "postponed", "cancelled"].includes(status) || !score ? "–" : `${score.home}–${score.away}`) },
];

export function Matches() {
  const { items, problem } = useList("/api/matches");
  return html`
    <h1>Matches</h1>
    <${CreateForm} path="/api/matches" fields=${MATCH_FIELDS} label="New match" onCreated=${(/** @type {any} */ { id }) => (location.hash = `#/matches/${id}`)} />
    <${DataTable} items=${items && [...items].reverse()} problem=${problem} columns=${MATCH_COLUMNS} />`;
}

/** @param {{ id: string }} props */
export function MatchPage({ id }) {
  const path = `/api/matches/${id}`;
  const { response, reload } = useResource(path);
  if (!response) return html`<p class="hint">Loading …</p>`;
  if (response.problem) return html`<${ProblemText} problem=${response.problem} />`;
  const { teams, status, event_id } = response.body;
  const isUpcoming = status === "scheduled" || status === "postponed";
  return html`
    <h1>${teams.home.name} – ${teams.away.name}</h1>
    <p class="links">
      ${event_id && html`<a href="#/events/${event_id}/matches">Event</a>`} <a href="/matches/${id}">Public page</a>
      <a href="/matches/${id}/hd">Display</a> <a href="/scorer/${id}">Scorer page</a> <a href="#/streams/match_${id}">Stream</a>
    </p>
    <${LiveMatch} id=${id} onStatus=${reload} />
    <${RecorderDetails} path=${path} />
    <h2>Details</h2>
    <${EditForm} path=${path} fields=${MATCH_FIELDS} response=${response} onSaved=${reload} />
    <p class="row end">
      ${status === "scheduled" && html`<${ActionButton} label="Postpone" path="${path}/postpone" needsConfirmation onDone=${reload} />`}
      ${isUpcoming && html`<${ActionButton} label="Cancel" path="${path}/cancel" needsConfirmation onDone=${reload} />`}
      ${(isUpcoming || status === "cancelled") && html`<${ActionButton} label="Delete" method="DELETE" path=${path} needsConfirmation onDone=${() => (location.hash = "#/matches")} />`}
    </p>
    <h2>Result</h2><${ResultEditor} path="${path}/result" game=${response.body} onChanged=${reload} />
    <h2>Officials</h2><${RoleList} path="${path}/officials" fields=${OFFICIAL_FIELDS} label="Add an official" />`;
}

/** The match as its scorers see it. @param {{ id: string, onStatus: () => void }} props */
function LiveMatch({ id, onStatus }) {
  const [, rerender] = useReducer((/** @type {number} */ count) => count + 1, 0);
  const scorebookRef = useRef(/** @type {Scorebook | null} */ (null));
  const lastStatus = useRef(/** @type {string | undefined} */ (undefined));
  useEffect(() => {
    const scorebook = new Scorebook(id, () => rerender(undefined));
    scorebookRef.current = scorebook;
    const timer = setInterval(() => rerender(undefined), RENDER_INTERVAL_MS);
    return () => {
      clearInterval(timer);
      scorebook.close();
    };
  }, [id]);
  const status = scorebookRef.current?.serverMatch?.status;
  useEffect(() => {
    if (lastStatus.current && status !== lastStatus.current) onStatus();
    lastStatus.current = status;
  }, [status]);
  return scorebookRef.current ? html`
    <section class="live scorer" aria-label="Live">
      ${scorebookRef.current.game && html`<${Scoreboard} scorebook=${scorebookRef.current} game=${scorebookRef.current.game} />`}
      <${ScorerControls} scorebook=${scorebookRef.current} onAnnounce=${announceToScreenReader} />
    </section>` : null;
}

/** @param {string} text */
function announceToScreenReader(text) {
  const liveRegion = document.getElementById("live-region");
  if (liveRegion) liveRegion.textContent = text;
}

/** @param {{ path: string, game: any, onChanged: () => void }} props */
function ResultEditor({ path, game: { result, teams }, onChanged }) {
  /** @param {any} body */
  const save = async (body) => {
    const { problem } = await request("PUT", path, body);
    if (!problem) onChanged();
    return problem;
  };
  return html`
    ${result
      ? html`<p class="outcome"><strong>${result.home_score}–${result.away_score}</strong> ${[result.ending, result.by_hand && "entered by hand", result.reason, result.text].filter(Boolean).join(" · ")}</p>
          <p><${ActionButton} label="Delete the result" method="DELETE" path=${path} needsConfirmation onDone=${onChanged} /></p>`
      : html`<p class="hint">There is none yet.</p>`}
    <details class="create"><summary class="action-button">${result ? "Correct the result" : "Enter the result"}</summary>
      <${Form} fields=${resultFields(teams)} submitLabel="Enter" onSubmit=${save} />
    </details>`;
}
