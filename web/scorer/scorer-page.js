// The scorer page: score and clock, controls, log, and outbox status.

import { html } from "../vendor/htm-preact.js";
import { SignInForm } from "../common/sign-in.js";
import { Scoreboard } from "./scoreboard.js";
import { OutboxStatus } from "./outbox-status.js";
import { ScorerControls } from "./scorer-controls.js";

/** @import { Scorebook } from "./scorebook.js" */

const STATE_LABELS = { connecting: "Connecting", "catching-up": "Catching up", live: "Live", stale: "Offline", refused: "Not available" };

/** The browser notices a dead network before the stream times out. @param {Scorebook} scorebook */
const connectionState = ({ connection: { state } }) => (navigator.onLine === false && state !== "refused" ? "stale" : state);

/** @param {{ scorebook: Scorebook, hasNewBuild: boolean, onAnnounce: (text: string) => void }} props */
export function ScorerPage({ scorebook, hasNewBuild, onAnnounce }) {
  const { game, user, sportScorer } = scorebook;
  const SportScoreboard = sportScorer?.Scoreboard ?? Scoreboard;
  return html`
    <${TopBar} scorebook=${scorebook} />
    <main>
      ${hasNewBuild && html`<p class="banner">A new version is ready. <button type="button" class="action-button" onClick=${() => location.reload()}>Reload</button></p>`}
      ${scorebook.outbox?.storageKind === "memory" && html`<p class="banner warn" role="alert">This browser stores nothing on the device: don’t close this tab before everything is sent.</p>`}
      ${game && html`<h1 class="visually-hidden">Scorer: ${game.teams.home.name} against ${game.teams.away.name}</h1>`}
      ${game && html`<${SportScoreboard} scorebook=${scorebook} game=${game} />`}
      ${!game && html`<p class="notice">${placeholderText(scorebook)}</p>`}
      ${scorebook.isUserKnown && (!user || scorebook.outbox?.state === "signed-out") && html`<${SignInForm} explanation=${user ? "Your session has expired. What you record is kept until you sign in again." : ""} onSignedIn=${(/** @type {any} */ user) => scorebook.onSignedIn(user)} />`}
      ${game && user && html`<${ScorerControls} scorebook=${scorebook} onAnnounce=${onAnnounce} />`}
    </main>
    ${game && user && html`<${BottomBar} scorebook=${scorebook} />`}`;
}

/** @param {Scorebook} scorebook */
function placeholderText({ connection: { state, reason } }) {
  if (state === "refused") return reason === "404" ? "There is no such match." : "Sign in to see this match.";
  return "Waiting for the match …";
}

/** @param {{ scorebook: Scorebook }} props */
function TopBar({ scorebook }) {
  const state = connectionState(scorebook);
  return html`
    <header class="top">
      <a class="brand" href="/matches/${scorebook.id}">Touchline</a>
      <span class="who">${scorebook.user?.name}</span>
      <span class="connection" data-state=${state} role="status">${STATE_LABELS[state]}</span>
    </header>`;
}

/** @param {{ scorebook: Scorebook }} props */
function BottomBar({ scorebook }) {
  const { game, sportScorer } = scorebook;
  const UndoButton = sportScorer?.UndoButton;
  return html`
    <footer class="dock">
      <${OutboxStatus} scorebook=${scorebook} />
      ${UndoButton && html`<${UndoButton} scorebook=${scorebook} game=${game} />`}
    </footer>`;
}
