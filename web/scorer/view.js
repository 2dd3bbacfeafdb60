// The console's page: score and clock, what can be done, what was done, and what is on its way.

import { html } from "../vendor/htm-preact.js";
import { Sure } from "../desk/parts.js";
import { SignIn } from "../desk/sign-in.js";
import { Board } from "./board.js";
import { Queue } from "./queue.js";
import { describe } from "./words.js";
import { deskOf, Work } from "./work.js";

/** @import { Console } from "./console.js" */

const STATES = { connecting: "Connecting", "catching-up": "Catching up", live: "Live", stale: "Offline", refused: "Not available" };

/** The browser knows of a dead network before a stream's silence says so. @param {Console} console */
const stateOf = ({ connection: { state } }) => (navigator.onLine === false && state !== "refused" ? "stale" : state);

/** @param {{ console: Console, isNew: boolean, onSaid: (text: string) => void }} props */
export function View({ console, isNew, onSaid }) {
  const { game, me } = console;
  const Score = deskOf(game?.sport ?? "").Board ?? Board;
  return html`
    <${Top} console=${console} />
    <main>
      ${isNew && html`<p class="banner">A newer console is ready. <button type="button" class="act" onClick=${() => location.reload()}>Reload</button></p>`}
      ${console.outbox?.keeping === "memory" && html`<p class="banner warn" role="alert">This browser keeps nothing on the device: don’t close this tab before all is sent.</p>`}
      ${game && html`<h1 class="unseen">Scorer: ${game.teams.home.name} against ${game.teams.away.name}</h1>`}
      ${game && html`<${Score} console=${console} game=${game} />`}
      ${!game && html`<p class="notice">${missing(console)}</p>`}
      ${console.isReady && (!me || console.outbox?.state === "signed-out") && html`<${SignIn} why=${me ? "Your sign-in has run out. What you record is kept until you sign in again." : ""} onSignedIn=${(/** @type {any} */ who) => console.signedIn(who)} />`}
      ${game && me && html`<${Work} console=${console} onSaid=${onSaid} />`}
    </main>
    ${game && me && html`<${Foot} console=${console} />`}`;
}

/** @param {Console} console */
function missing({ connection: { state, why } }) {
  if (state === "refused") return why === "404" ? "There is no such match." : "Sign in to see this match.";
  return "Waiting for the match …";
}

/** @param {{ console: Console }} props */
function Top({ console }) {
  const state = stateOf(console);
  return html`
    <header class="top">
      <a class="brand" href="/matches/${console.id}">Touchline</a>
      <span class="who">${console.me?.name}</span>
      <span class="connection" data-state=${state} role="status">${STATES[state]}</span>
    </header>`;
}

/** @param {{ console: Console }} props */
function Foot({ console }) {
  const { game, last, squads } = console;
  const { Undo } = deskOf(game?.sport ?? "");
  return html`
    <footer class="dock">
      <${Queue} console=${console} />
      ${Undo && html`<${Undo} console=${console} game=${game} />`}
      ${!Undo && last && html`<${Sure} key=${String(last.id)} name="act undo" label="Undo ${describe(last, squads)}" ask="Sure?" onSure=${() => console.remove(last)} />`}
    </footer>`;
}
