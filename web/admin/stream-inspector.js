// Shows the frames of a topic's stream as text, as they arrive.

import { html, useEffect, useState } from "../vendor/htm-preact.js";
import { FrameSplitter } from "./frame-splitter.js";

const MAX_FRAMES = 200;

/** @param {{ id?: string }} props */
export function StreamInspector({ id: topic = "" }) {
  const [frames, setFrames] = useState(/** @type {{ number: number, at: string, text: string }[]} */ ([]));
  const [statusText, setStatusText] = useState("");
  useEffect(() => {
    if (!topic) return undefined;
    setFrames([]);
    const abortController = new AbortController();
    let number = 0;
    const addFrame = (/** @type {string} */ text) =>
      setFrames((shown) => [{ number: (number += 1), at: new Date().toISOString().slice(11, 23), text }, ...shown].slice(0, MAX_FRAMES));
    readFrames(topic, abortController.signal, addFrame, setStatusText);
    return () => abortController.abort();
  }, [topic]);
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    const topic = String(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)).get("topic")).trim();
    location.hash = `#/streams/${topic}`;
  };
  return html`
    <h1>Streams</h1>
    <form class="inline-form" onSubmit=${submit}>
      <label>Topic <input name="topic" required pattern="[a-z0-9_\\-]+" autocomplete="off" defaultValue=${topic} placeholder="match_3, event_1_results, team_7_live" /></label>
      <button class="action-button strong">Listen</button>
      <p class="hint" role="status">${statusText}</p>
    </form>
    <ol class="frames" aria-label="Frames, the newest first">${frames.map(({ number, at, text }) => html`<li key=${number}><time>${at}</time><pre>${text}</pre></li>`)}</ol>`;
}

/**
 * @param {string} topic
 * @param {AbortSignal} signal
 * @param {(frame: string) => void} onFrame
 * @param {(state: string) => void} onStatus
 */
async function readFrames(topic, signal, onFrame, onStatus) {
  onStatus("Connecting …");
  try {
    const response = await fetch(`/api/stream/?topic=${encodeURIComponent(topic)}`, { signal, headers: { Accept: "text/event-stream" } });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (!response.ok || !reader) return onStatus(`${response.status}: ${await response.text()}`);
    onStatus("Listening.");
    const frames = new FrameSplitter();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      frames.push(value).forEach(onFrame);
    }
    onStatus("The server has ended the stream. Listen again to continue.");
  } catch {
    if (!signal.aborted) onStatus("The connection is lost. Listen again to continue.");
  }
}
