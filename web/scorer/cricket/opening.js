// Before a ball: the toss, and who opens an innings.

import { html, useState } from "../../vendor/htm-preact.js";
import { byShirt } from "./people.js";

/** @import { Child } from "../../vendor/htm-preact.js" */
/** @import { Console } from "../console.js" */
/** @import { Expected } from "../project.js" */

/** @param {{ label: string, name: string, options: [string | number, string][], value?: string | number, required?: boolean, onChange?: (event: any) => void }} props @returns {Child} */
export function Choice({ label, name, options, value, required = true, onChange }) {
  return html`<label>${label}
    <select name=${name} required=${required} onChange=${onChange}>
      ${value === undefined && html`<option value="">Choose …</option>`}
      ${options.map(([one, words]) => html`<option key=${one} value=${one} selected=${one === value}>${words}</option>`)}
    </select></label>`;
}

/** @param {SubmitEvent} event @returns {{ [name: string]: string }} what a form holds, without what was left empty */
export function filled(event) {
  event.preventDefault();
  const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
  return Object.fromEntries([...form].map(([name, value]) => [name, String(value)]).filter(([, value]) => value !== ""));
}

/** @param {Expected} game @returns {[number, string][]} */
export const teams = ({ teams: { home, away } }) => [[home.id, home.name], [away.id, away.name]];

/** @param {{ console: Console, game: Expected, onSaid: (text: string) => void }} props */
export function Toss({ console, game, onSaid }) {
  const { toss } = /** @type {any} */ (game);
  const submit = (/** @type {SubmitEvent} */ event) => {
    const { winner_team_id, decision } = filled(event);
    console.record("toss", { winner_team_id: Number(winner_team_id), decision });
    onSaid("Toss recorded");
  };
  const won = toss && teams(game).find(([id]) => id === toss.winner_team_id)?.[1];
  return html`
    <form class="opening" onSubmit=${submit}>
      <h2>Toss</h2>
      ${toss && html`<p id="toss">${won} won it and chose to ${toss.decision}.</p>`}
      <div class="row">
        <${Choice} label="Won by" name="winner_team_id" options=${teams(game)} value=${toss?.winner_team_id} />
        <${Choice} label="Chose to" name="decision" options=${[["bat", "Bat"], ["field", "Field"]]} value=${toss?.decision} />
      </div>
      <button class="act ${toss ? "" : "strong"}">${toss ? "Correct the toss" : "Record the toss"}</button>
    </form>`;
}

/** The side whose turn it likely is: a follow-on is chosen by hand. @param {Expected} game */
function due(game) {
  const { home, away } = game.teams;
  const other = (/** @type {number} */ id) => (id === home.id ? away.id : home.id);
  const { toss } = /** @type {any} */ (game);
  if (game.crease?.batting) return other(game.crease.batting);
  return toss ? (toss.decision === "bat" ? toss.winner_team_id : other(toss.winner_team_id)) : home.id;
}

/** @param {{ console: Console, game: Expected, onSaid: (text: string) => void, onDone?: () => void }} props */
export function Opening({ console, game, onSaid, onDone }) {
  const isAnew = Boolean(game.crease?.isOpen);
  const [batting, setBatting] = useState(isAnew ? game.crease?.batting : due(game));
  const fielding = batting === game.teams.home.id ? game.teams.away.id : game.teams.home.id;
  const list = (/** @type {any} */ team) => [...(console.squads[team] ?? [])].sort(byShirt).map(({ id, name, shirt_number }) => /** @type {[number, string]} */ ([id, shirt_number ? `${shirt_number} ${name}` : name]));
  const submit = (/** @type {SubmitEvent} */ event) => {
    const ids = Object.fromEntries(Object.entries(filled(event)).map(([name, id]) => [name, Number(id)]));
    console.record("innings", ids);
    onSaid("Innings started");
    onDone?.();
  };
  return html`
    <form class="opening" onSubmit=${submit}>
      <h2>${isAnew ? "Other openers" : `Start of innings ${game.crease?.batting ? game.crease.played.length + 2 : 1}`}</h2>
      <${Choice} label="Batting" name="batting_team_id" options=${teams(game)} value=${batting ?? undefined} onChange=${(/** @type {any} */ { target }) => setBatting(Number(target.value))} />
      <${Choice} key="striker ${batting}" label="On strike" name="striker_id" options=${list(batting)} />
      <${Choice} key="other ${batting}" label="Not on strike" name="non_striker_id" options=${list(batting)} />
      <${Choice} key="bowler ${batting}" label="Bowler" name="bowler_id" options=${list(fielding)} />
      <button class="act strong">Start the innings</button>
    </form>`;
}
