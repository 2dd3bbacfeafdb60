// A topic's stream as it comes over the wire, frame by frame, as text.

import { html, useEffect, useState } from "../vendor/htm-preact.js";
import { Frames } from "./frames.js";

const KEPT = 200;

/** @param {{ id?: string }} props */
export function Inspector({ id = "" }) {
  const [frames, setFrames] = useState(/** @type {{ number: number, at: string, text: string }[]} */ ([]));
  const [state, setState] = useState("");
  useEffect(() => {
    if (!id) return undefined;
    setFrames([]);
    const end = new AbortController();
    let number = 0;
    const take = (/** @type {string} */ text) =>
      setFrames((known) => [{ number: (number += 1), at: new Date().toISOString().slice(11, 23), text }, ...known].slice(0, KEPT));
    listen(id, end.signal, take, setState);
    return () => end.abort();
  }, [id]);
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    const topic = String(new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)).get("topic")).trim();
    location.hash = `#/streams/${topic}`;
  };
  return html`
    <h1>Streams</h1>
    <form class="door" onSubmit=${submit}>
      <label>Topic <input name="topic" required pattern="[a-z0-9_\\-]+" autocomplete="off" defaultValue=${id} placeholder="match_3, event_1_results, team_7_live" /></label>
      <button class="act strong">Listen</button>
      <p class="hint" role="status">${state}</p>
    </form>
    <ol class="frames" aria-label="Frames, the newest first">${frames.map(({ number, at, text }) => html`<li key=${number}><time>${at}</time><pre>${text}</pre></li>`)}</ol>`;
}

/**
 * @param {string} topic
 * @param {AbortSignal} signal
 * @param {(frame: string) => void} take
 * @param {(state: string) => void} say
 */
async function listen(topic, signal, take, say) {
  say("Connecting …");
  try {
    const response = await fetch(`/api/stream/?topic=${encodeURIComponent(topic)}`, { signal, headers: { Accept: "text/event-stream" } });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (!response.ok || !reader) return say(`${response.status}: ${await response.text()}`);
    say("Listening.");
    const frames = new Frames();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      frames.add(value).forEach(take);
    }
    say("The server has ended the stream. Listen again to go on.");
  } catch {
    if (!signal.aborted) say("The connection is lost. Listen again to go on.");
  }
}
