// The frame of all pages: home link, connection status, live region.

import { html, useEffect, useState } from "../vendor/htm-preact.js";
import { formatTime, PLACEHOLDER } from "./dates.js";

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

/** Why a page can't be shown; `resourceName` is what it shows: `match`, `team` … @type {{ [reason: string]: (resourceName: string) => string }} */
const REFUSAL_TEXTS = {
  401: (resourceName) => `Sign in to see this ${resourceName}.`,
  403: (resourceName) => `You may not see this ${resourceName}.`,
  404: (resourceName) => `There is no such ${resourceName}.`,
  token_expired: () => "Your session has expired. Sign in again to continue.",
  access_revoked: (resourceName) => `You may no longer see this ${resourceName}.`,
};

/**
 * The state of a page's connection.
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
 * @param {ConnectionStatus | null} [props.connection] null on pages without a stream
 * @param {Child} props.children
 * @param {Child} [props.footer]
 * @param {string} [props.spokenText] text for screen readers
 */
export function PageFrame({ connection = null, children, footer = null, spokenText = "" }) {
  return html`
    <header class="top">
      <a class="brand" href="/">Touchline</a>
      ${connection && html`<${ConnectionIndicator} connection=${connection} />`}
    </header>
    <main>${children}</main>
    <footer class="foot">${footer}</footer>
    <p id="live-region" class="visually-hidden" role="status" aria-live="polite">${spokenText}</p>`;
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
 * Text that updates by itself, such as a clock; re-renders only itself.
 * @param {{ getText: () => string, intervalMs?: number, id?: string, class?: string }} props
 */
export function TickingText({ getText, intervalMs = 250, id, class: name }) {
  const [, setText] = useState("");
  useEffect(() => {
    const timer = setInterval(() => setText(textOrPlaceholder(getText)), intervalMs);
    return () => clearInterval(timer);
  }, [getText, intervalMs]);
  return html`<span id=${id} class=${name}>${textOrPlaceholder(getText)}</span>`;
}

/** @param {() => string} getText */
function textOrPlaceholder(getText) {
  try {
    return getText();
  } catch {
    return PLACEHOLDER;
  }
}
