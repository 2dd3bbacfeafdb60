// Matches: arranged, watched live and corrected, and their results.

import { html, useEffect, useReducer, useRef } from "../vendor/htm-preact.js";
import { call } from "../desk/api.js";
import { Console } from "../scorer/console.js";
import { Board } from "../scorer/board.js";
import { Work } from "../scorer/work.js";
import { Form } from "./form.js";
import { MATCH, OFFICIAL, result } from "./kinds.js";
import { People } from "./people.js";
import { Recorders } from "./recorders.js";
import { Act, Create, Edit, Table, Trouble, useAnswer, useList, when } from "./resource.js";

const REDRAW_MS = 1_000;

/** @type {{ label: string, show: (game: any) => any }[]} */
export const matchColumns = [
  { label: "Match", show: ({ id, teams }) => html`<a href="#/matches/${id}">${teams.home.name} – ${teams.away.name}</a>` },
  { label: "Starts", show: ({ starts_at }) => when(starts_at) },
  { label: "Status", show: ({ status }) => html`<span class="status" data-status=${status}>${status}</span>` },
  { label: "Score", show: ({ score, status }) => (["scheduled", "postponed", "cancelled"].includes(status) || !score ? "–" : `${score.home}–${score.away}`) },
];

export function Matches() {
  const { items, problem } = useList("/api/matches");
  return html`
    <h1>Matches</h1>
    <${Create} path="/api/matches" fields=${MATCH} label="New match" onMade=${(/** @type {any} */ { id }) => (location.hash = `#/matches/${id}`)} />
    <${Table} items=${items && [...items].reverse()} problem=${problem} columns=${matchColumns} />`;
}

/** @param {{ id: string }} props */
export function MatchPage({ id }) {
  const path = `/api/matches/${id}`;
  const { answer, reload } = useAnswer(path);
  if (!answer) return html`<p class="hint">Loading …</p>`;
  if (answer.problem) return html`<${Trouble} problem=${answer.problem} />`;
  const { teams, status, event_id } = answer.body;
  const isAhead = status === "scheduled" || status === "postponed";
  return html`
    <h1>${teams.home.name} – ${teams.away.name}</h1>
    <p class="links">
      ${event_id && html`<a href="#/events/${event_id}/matches">Event</a>`} <a href="/matches/${id}">Public page</a>
      <a href="/matches/${id}/hd">Display</a> <a href="/scorer/${id}">Scorer’s console</a> <a href="#/streams/match_${id}">Stream</a>
    </p>
    <${LiveMatch} id=${id} onStatus=${reload} />
    <${Recorders} path=${path} />
    <h2>Details</h2>
    <${Edit} path=${path} fields=${MATCH} answer=${answer} onSaved=${reload} />
    <p class="row end">
      ${status === "scheduled" && html`<${Act} label="Postpone" path="${path}/postpone" grave onDone=${reload} />`}
      ${isAhead && html`<${Act} label="Cancel" path="${path}/cancel" grave onDone=${reload} />`}
      ${(isAhead || status === "cancelled") && html`<${Act} label="Delete" method="DELETE" path=${path} grave onDone=${() => (location.hash = "#/matches")} />`}
    </p>
    <h2>Result</h2><${Result} path="${path}/result" game=${answer.body} onChanged=${reload} />
    <h2>Officials</h2><${People} path="${path}/officials" fields=${OFFICIAL} label="Name an official" />`;
}

/** What happens in it, as the scorers see it. @param {{ id: string, onStatus: () => void }} props */
function LiveMatch({ id, onStatus }) {
  const [, redraw] = useReducer((/** @type {number} */ count) => count + 1, 0);
  const desk = useRef(/** @type {Console | null} */ (null));
  const status = useRef(/** @type {string | undefined} */ (undefined));
  useEffect(() => {
    const console = new Console(id, () => redraw(undefined));
    desk.current = console;
    const timer = setInterval(() => redraw(undefined), REDRAW_MS);
    return () => {
      clearInterval(timer);
      console.close();
    };
  }, [id]);
  const now = desk.current?.told?.status;
  useEffect(() => {
    if (status.current && now !== status.current) onStatus();
    status.current = now;
  }, [now]);
  return desk.current ? html`
    <section class="live scorer" aria-label="Live">
      ${desk.current.game && html`<${Board} console=${desk.current} game=${desk.current.game} />`}
      <${Work} console=${desk.current} onSaid=${say} />
    </section>` : null;
}

/** @param {string} text */
function say(text) {
  const said = document.getElementById("said");
  if (said) said.textContent = text;
}

/** @param {{ path: string, game: any, onChanged: () => void }} props */
function Result({ path, game: { result: known, teams }, onChanged }) {
  /** @param {any} given */
  const enter = async (given) => {
    const { problem } = await call("PUT", path, given);
    if (!problem) onChanged();
    return problem;
  };
  return html`
    ${known
      ? html`<p class="outcome"><strong>${known.home_score}–${known.away_score}</strong> ${[known.ending, known.by_hand && "entered by hand", known.reason, known.text].filter(Boolean).join(" · ")}</p>
          <p><${Act} label="Delete the result" method="DELETE" path=${path} grave onDone=${onChanged} /></p>`
      : html`<p class="hint">There is none yet.</p>`}
    <details class="create"><summary class="act">${known ? "Correct the result" : "Enter the result"}</summary>
      <${Form} fields=${result(teams)} label="Enter" onSubmit=${enter} />
    </details>`;
}
