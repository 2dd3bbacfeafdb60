// Live metrics: subscribers per topic, connections, and rates.

import { html, useEffect, useState } from "../vendor/htm-preact.js";
import { listAll } from "../common/api.js";
import { formatDateTime } from "../parts/dates.js";
import { LineChart } from "./chart.js";
import { meanMs, ratePerSecond, parseMetrics, sumOfLabels } from "./metrics.js";
import { ActionButton, DataTable, ProblemText } from "./resource.js";

/** @import { Problem } from "../common/api.js" */
/** @import { MetricsSnapshot } from "./metrics.js" */

/**
 * @typedef {object} MetricsView
 * @property {any[]} topics
 * @property {any[]} connections
 * @property {Problem | null} problem
 * @property {{ [chart: string]: (number | null)[] }} history
 * @property {MetricsSnapshot} [snapshot]
 */

const POLL_INTERVAL_MS = 2_000;
const MAX_SAMPLES = 150; // five minutes
const MAX_CONNECTIONS_SHOWN = 200;

/** @type {{ name: string, label: string, unit?: string, valueOf: (before: MetricsSnapshot | undefined, current: MetricsSnapshot, view: any) => number | null }[]} */
const CHARTS = [
  { name: "streams", label: "Streams open", valueOf: (_, { samples }) => sumOfLabels(samples, "touchline_streams_open") },
  { name: "lag", label: "Maximum lag, messages", valueOf: (_, __, { connections }) => Math.max(0, ...connections.map((/** @type {any} */ { lag }) => lag)) },
  { name: "connects", label: "Connects per second", valueOf: (before, current) => ratePerSecond(before, current, "touchline_stream_connects_total") },
  { name: "messages", label: "Messages per second", valueOf: (before, current) => ratePerSecond(before, current, "touchline_messages_read_total") },
  { name: "deliveries", label: "Deliveries per second", valueOf: (before, current) => ratePerSecond(before, current, "touchline_deliveries_total") },
  { name: "append", label: "Write to commit", unit: " ms", valueOf: (before, current) => meanMs(before, current, "touchline_append_seconds") },
  { name: "publish", label: "Commit to viewers", unit: " ms", valueOf: (before, current) => meanMs(before, current, "touchline_publish_to_write_seconds") },
  { name: "rejects", label: "Rejects per second", valueOf: (before, current) => ratePerSecond(before, current, "touchline_limit_rejections_total") },
];

/** @param {MetricsView} previous @returns {Promise<MetricsView>} */
async function loadMetrics(previous) {
  const [topics, connections, metrics] = await Promise.all([
    listAll("/api/admin/streams"), listAll("/api/admin/connections"), fetch("/metrics").then((response) => response.text()).catch(() => ""),
  ]);
  const problem = topics.problem ?? connections.problem;
  const snapshot = { takenAtMs: Date.now(), samples: parseMetrics(metrics) };
  const loaded = { topics: topics.items, connections: connections.items, problem };
  const history = Object.fromEntries(CHARTS.map(({ name, valueOf }) => [name, [...(previous.history[name] ?? []), problem ? null : valueOf(previous.snapshot, snapshot, loaded)].slice(-MAX_SAMPLES)]));
  return { ...loaded, history, snapshot };
}

export function LiveMetrics() {
  const [view, setView] = useState(/** @type {MetricsView | null} */ (null));
  useEffect(() => {
    /** @type {any} */ let timer;
    let isUnmounted = false;
    /** @param {MetricsView} previous */
    const poll = async (previous) => {
      // No polling while the page is hidden.
      const next = document.hidden ? previous : await loadMetrics(previous);
      if (isUnmounted) return;
      if (next !== previous) setView(next);
      timer = setTimeout(() => poll(next), POLL_INTERVAL_MS);
    };
    poll({ topics: [], connections: [], problem: null, history: {} });
    return () => {
      isUnmounted = true;
      clearTimeout(timer);
    };
  }, []);
  if (!view) return html`<h1>Live metrics</h1><p class="hint">Loading …</p>`;
  return html`
    <h1>Live metrics</h1>
    <${ProblemText} problem=${view.problem} />
    <div class="charts">${CHARTS.map(({ name, label, unit }) => html`<${LineChart} key=${name} label=${label} unit=${unit} values=${view.history[name]} />`)}</div>
    <h2>Topics</h2>
    <${DataTable} items=${[...view.topics].sort((one, other) => other.readers - one.readers)} columns=${TOPIC_COLUMNS} empty="Nobody is connected." getKey=${(/** @type {any} */ { topic }) => topic} />
    <h2>Connections (${view.connections.length})</h2>
    <${DataTable} items=${[...view.connections].sort((one, other) => other.lag - one.lag).slice(0, MAX_CONNECTIONS_SHOWN)} columns=${CONNECTION_COLUMNS} empty="No connections." getKey=${(/** @type {any} */ { connection }) => connection} />`;
}

/** @type {{ label: string, render: (one: any) => any }[]} */
const TOPIC_COLUMNS = [
  { label: "Topic", render: ({ topic }) => html`<a href="#/streams/${topic}">${topic}</a>` },
  { label: "Viewers", render: ({ readers }) => readers },
];

/** @type {{ label: string, render: (one: any) => any }[]} */
const CONNECTION_COLUMNS = [
  { label: "Connection", render: ({ connection }) => connection },
  { label: "Topics", render: ({ topics }) => topics.join(", ") },
  { label: "User", render: ({ user_id }) => user_id ?? "–" },
  { label: "Address", render: ({ address }) => address ?? "–" },
  { label: "Since", render: ({ opened_at }) => formatDateTime(opened_at) },
  { label: "Lag", render: ({ lag }) => lag },
  { label: "Actions", render: ({ connection }) => html`<${ActionButton} label="End" method="DELETE" path="/api/admin/connections/${connection}" needsConfirmation onDone=${() => {}} />` },
];
