// What all pages have around them: the way home, the state of the connection, what is said aloud.

import { html, useEffect, useState } from "../vendor/htm-preact.js";
import { formatTime, UNKNOWN } from "./dates.js";

/** @import { Child } from "../vendor/htm-preact.js" */
/** @import { StreamState } from "../client/stream.js" */

/** @type {{ [state in StreamState]: string }} */
const STATE_LABELS = {
  connecting: "Connecting",
  "catching-up": "Catching up",
  live: "Live",
  stale: "Reconnecting",
  refused: "Not available",
};

/** Why there is nothing to see; `what` is the page's thing: `match`, `team` … @type {{ [reason: string]: (resourceName: string) => string }} */
const REFUSAL_TEXTS = {
  401: (resourceName) => `Sign in to see this ${resourceName}.`,
  403: (resourceName) => `You may not see this ${resourceName}.`,
  404: (resourceName) => `There is no such ${resourceName}.`,
  token_expired: () => "Your sign-in has run out. Sign in again to go on.",
  access_revoked: (resourceName) => `You may no longer see this ${resourceName}.`,
};

/**
 * How a page stands with the server.
 * @typedef {{ state: StreamState, reason: string | null, since: number }} ConnectionStatus
 */

/** @returns {ConnectionStatus} */
export const initialConnectionStatus = () => ({ state: "connecting", reason: null, since: Date.now() });

/**
 * @param {string} resourceName
 * @param {string | null} reason
 */
export function refusalText(resourceName, reason) {
  return REFUSAL_TEXTS[reason ?? ""]?.(resourceName) ?? `This ${resourceName} can't be followed at the moment.`;
}

/**
 * @param {object} props
 * @param {ConnectionStatus | null} [props.contact] none on a page that follows no stream
 * @param {Child} props.children
 * @param {Child} [props.foot]
 * @param {string} [props.said] for those who listen
 */
export function PageFrame({ contact: connection = null, children, foot: footer = null, said: spokenText = "" }) {
  return html`
    <header class="top">
      <a class="brand" href="/">Touchline</a>
      ${connection && html`<${ConnectionIndicator} connection=${connection} />`}
    </header>
    <main>${children}</main>
    <footer class="foot">${footer}</footer>
    <p id="said" class="unseen" role="status" aria-live="polite">${spokenText}</p>`;
}

/** @param {{ connection: ConnectionStatus }} props */
function ConnectionIndicator({ connection: { state, since } }) {
  return html`<span id="connection" class="connection" data-state=${state}>${STATE_LABELS[state]}${state === "stale" ? ` since ${formatTime(since)}` : ""}</span>`;
}

/** @param {{ children: Child, id?: string }} props */
export function StatusNotice({ children, id = "notice" }) {
  return html`<p class="notice" id=${id} role="status">${children}</p>`;
}

/**
 * Text that changes by itself, as a clock does; only it is drawn again.
 * @param {{ getText: () => string, intervalMs?: number, id?: string, class?: string }} props
 */
export function TickingText({ getText, intervalMs = 250, id, class: name }) {
  const [, setText] = useState("");
  useEffect(() => {
    const timer = setInterval(() => setText(attempt(getText)), intervalMs);
    return () => clearInterval(timer);
  }, [getText, intervalMs]);
  return html`<span id=${id} class=${name}>${attempt(getText)}</span>`;
}

/** @param {() => string} read */
function attempt(read) {
  try {
    return read();
  } catch {
    return UNKNOWN;
  }
}
