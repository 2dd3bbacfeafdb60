// Who reads what at this moment, and how fast it goes.

import { html, useEffect, useState } from "../vendor/htm-preact.js";
import { all } from "../desk/api.js";
import { Chart } from "./chart.js";
import { meanMs, rate, read, sum } from "./figures.js";
import { Act, Table, Trouble, when } from "./resource.js";

/** @import { Problem } from "../desk/api.js" */
/** @import { Look } from "./figures.js" */

/**
 * @typedef {object} Seen
 * @property {any[]} topics
 * @property {any[]} connections
 * @property {Problem | null} problem
 * @property {{ [chart: string]: (number | null)[] }} history
 * @property {Look} [look]
 */

const EVERY_MS = 2_000;
const KEPT = 150; // five minutes
const SHOWN = 200; // connections; a crowd is a number

/** @type {{ name: string, label: string, unit?: string, of: (before: Look | undefined, now: Look, seen: any) => number | null }[]} */
const CHARTS = [
  { name: "streams", label: "Streams open", of: (_, { figures }) => sum(figures, "touchline_streams_open") },
  { name: "lag", label: "Greatest lag, messages", of: (_, __, { connections }) => Math.max(0, ...connections.map((/** @type {any} */ { lag }) => lag)) },
  { name: "connects", label: "Connects a second", of: (before, now) => rate(before, now, "touchline_stream_connects_total") },
  { name: "messages", label: "Messages a second", of: (before, now) => rate(before, now, "touchline_messages_total") },
  { name: "deliveries", label: "Deliveries a second", of: (before, now) => rate(before, now, "touchline_deliveries_total") },
  { name: "append", label: "Write to commit", unit: " ms", of: (before, now) => meanMs(before, now, "touchline_append_seconds") },
  { name: "publish", label: "Commit to readers", unit: " ms", of: (before, now) => meanMs(before, now, "touchline_publish_to_write_seconds") },
  { name: "rejects", label: "Refused a second", of: (before, now) => rate(before, now, "touchline_rejects_total") },
];

/** @param {Seen} before @returns {Promise<Seen>} */
async function look(before) {
  const [topics, connections, metrics] = await Promise.all([
    all("/api/admin/streams"), all("/api/admin/connections"), fetch("/metrics").then((response) => response.text()).catch(() => ""),
  ]);
  const problem = topics.problem ?? connections.problem;
  const now = { at: Date.now(), figures: read(metrics) };
  const seen = { topics: topics.items, connections: connections.items, problem };
  const history = Object.fromEntries(CHARTS.map(({ name, of }) => [name, [...(before.history[name] ?? []), problem ? null : of(before.look, now, seen)].slice(-KEPT)]));
  return { ...seen, history, look: now };
}

export function Live() {
  const [seen, setSeen] = useState(/** @type {Seen | null} */ (null));
  useEffect(() => {
    /** @type {any} */ let timer;
    let isOver = false;
    /** @param {Seen} before */
    const again = async (before) => {
      // What nobody looks at needs no figures.
      const now = document.hidden ? before : await look(before);
      if (isOver) return;
      if (now !== before) setSeen(now);
      timer = setTimeout(() => again(now), EVERY_MS);
    };
    again({ topics: [], connections: [], problem: null, history: {} });
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, []);
  if (!seen) return html`<h1>Live figures</h1><p class="hint">Loading …</p>`;
  return html`
    <h1>Live figures</h1>
    <${Trouble} problem=${seen.problem} />
    <div class="charts">${CHARTS.map(({ name, label, unit }) => html`<${Chart} key=${name} label=${label} unit=${unit} values=${seen.history[name]} />`)}</div>
    <h2>Topics</h2>
    <${Table} items=${[...seen.topics].sort((one, other) => other.readers - one.readers)} columns=${TOPICS} empty="Nobody reads anything." keyOf=${(/** @type {any} */ { topic }) => topic} />
    <h2>Connections (${seen.connections.length})</h2>
    <${Table} items=${[...seen.connections].sort((one, other) => other.lag - one.lag).slice(0, SHOWN)} columns=${CONNECTIONS} empty="There are none." keyOf=${(/** @type {any} */ { connection }) => connection} />`;
}

/** @type {{ label: string, show: (one: any) => any }[]} */
const TOPICS = [
  { label: "Topic", show: ({ topic }) => html`<a href="#/streams/${topic}">${topic}</a>` },
  { label: "Readers", show: ({ readers }) => readers },
];

/** @type {{ label: string, show: (one: any) => any }[]} */
const CONNECTIONS = [
  { label: "Connection", show: ({ connection }) => connection },
  { label: "Topics", show: ({ topics }) => topics.join(", ") },
  { label: "User", show: ({ user_id }) => user_id ?? "–" },
  { label: "Address", show: ({ address }) => address ?? "–" },
  { label: "Since", show: ({ opened_at }) => when(opened_at) },
  { label: "Lag", show: ({ lag }) => lag },
  { label: "Actions", show: ({ connection }) => html`<${Act} label="End" method="DELETE" path="/api/admin/connections/${connection}" grave onDone=${() => {}} />` },
];
