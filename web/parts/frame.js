// What all pages have around them: the way home, the state of the connection, what is said aloud.

import { html, useEffect, useState } from "../vendor/htm-preact.js";
import { timeOfDay, UNKNOWN } from "./dates.js";

/** @import { Child } from "../vendor/htm-preact.js" */
/** @import { State } from "../client/stream.js" */

/** @type {{ [state in State]: string }} */
const STATES = {
  connecting: "Connecting",
  "catching-up": "Catching up",
  live: "Live",
  stale: "Reconnecting",
  refused: "Not available",
};

/** Why there is nothing to see; `what` is the page's thing: `match`, `team` … @type {{ [why: string]: (what: string) => string }} */
const REFUSALS = {
  401: (what) => `Sign in to see this ${what}.`,
  403: (what) => `You may not see this ${what}.`,
  404: (what) => `There is no such ${what}.`,
  token_expired: () => "Your sign-in has run out. Sign in again to go on.",
  access_revoked: (what) => `You may no longer see this ${what}.`,
};

/**
 * How a page stands with the server.
 * @typedef {{ state: State, why: string | null, since: number }} Contact
 */

/** @returns {Contact} */
export const noContact = () => ({ state: "connecting", why: null, since: Date.now() });

/**
 * @param {string} what
 * @param {string | null} why
 */
export function refusal(what, why) {
  return REFUSALS[why ?? ""]?.(what) ?? `This ${what} can't be followed at the moment.`;
}

/**
 * @param {object} props
 * @param {Contact | null} [props.contact] none on a page that follows no stream
 * @param {Child} props.children
 * @param {Child} [props.foot]
 * @param {string} [props.said] for those who listen
 */
export function Frame({ contact = null, children, foot = null, said = "" }) {
  return html`
    <header class="top">
      <a class="brand" href="/">Touchline</a>
      ${contact && html`<${Connection} contact=${contact} />`}
    </header>
    <main>${children}</main>
    <footer class="foot">${foot}</footer>
    <p id="said" class="unseen" role="status" aria-live="polite">${said}</p>`;
}

/** @param {{ contact: Contact }} props */
function Connection({ contact: { state, since } }) {
  return html`<span id="connection" class="connection" data-state=${state}>${STATES[state]}${state === "stale" ? ` since ${timeOfDay(since)}` : ""}</span>`;
}

/** @param {{ children: Child, id?: string }} props */
export function Notice({ children, id = "notice" }) {
  return html`<p class="notice" id=${id} role="status">${children}</p>`;
}

/**
 * Text that changes by itself, as a clock does; only it is drawn again.
 * @param {{ read: () => string, every?: number, id?: string, class?: string }} props
 */
export function Ticking({ read, every = 250, id, class: name }) {
  const [, setText] = useState("");
  useEffect(() => {
    const timer = setInterval(() => setText(attempt(read)), every);
    return () => clearInterval(timer);
  }, [read, every]);
  return html`<span id=${id} class=${name}>${attempt(read)}</span>`;
}

/** @param {() => string} read */
function attempt(read) {
  try {
    return read();
  } catch {
    return UNKNOWN;
  }
}
