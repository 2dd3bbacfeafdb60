// Forms before the first ball: the toss, and the openers of an innings.

import { html, useState } from "../../../vendor/htm-preact.js";
import { compareShirtNumbers } from "./next-players.js";

/** @import { Child } from "../../../vendor/htm-preact.js" */
/** @import { Scorebook } from "../../../scorer/scorebook.js" */
/** @import { ProjectedMatch } from "./projected-match.js" */

/** @param {{ label: string, name: string, options: [string | number, string][], value?: string | number, required?: boolean, onChange?: (event: any) => void }} props @returns {Child} */
export function SelectField({ label, name, options, value, required = true, onChange }) {
  return html`<label>${label}
    <select name=${name} required=${required} onChange=${onChange}>
      ${value === undefined && html`<option value="">Choose …</option>`}
      ${options.map(([optionValue, text]) => html`<option key=${optionValue} value=${optionValue} selected=${optionValue === value}>${text}</option>`)}
    </select></label>`;
}

/** @param {SubmitEvent} event @returns {{ [name: string]: string }} the form's non-empty fields */
export function readForm(event) {
  event.preventDefault();
  const form = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
  return Object.fromEntries([...form].map(([name, value]) => [name, String(value)]).filter(([, value]) => value !== ""));
}

/** @param {ProjectedMatch} game @returns {[number, string][]} */
export const teamOptions = ({ teams: { home, away } }) => [[home.id, home.name], [away.id, away.name]];

/** @param {{ scorebook: Scorebook, game: ProjectedMatch, onAnnounce: (text: string) => void }} props */
export function TossForm({ scorebook, game, onAnnounce }) {
  const { toss } = game;
  const submit = (/** @type {SubmitEvent} */ event) => {
    const { winner_team_id, decision } = readForm(event);
    scorebook.record("toss", { winner_team_id: Number(winner_team_id), decision });
    onAnnounce("Toss recorded");
  };
  const winnerName = toss && teamOptions(game).find(([id]) => id === toss.winner_team_id)?.[1];
  return html`
    <form class="opening" onSubmit=${submit}>
      <h2>Toss</h2>
      ${toss && html`<p id="toss">${winnerName} won it and chose to ${toss.decision}.</p>`}
      <div class="row">
        <${SelectField} label="Won by" name="winner_team_id" options=${teamOptions(game)} value=${toss?.winner_team_id} />
        <${SelectField} label="Chose to" name="decision" options=${[["bat", "Bat"], ["field", "Field"]]} value=${toss?.decision} />
      </div>
      <button class="action-button ${toss ? "" : "strong"}">${toss ? "Correct the toss" : "Record the toss"}</button>
    </form>`;
}

/** The side that likely bats next; a follow-on is chosen by hand. @param {ProjectedMatch} game */
function nextBattingTeamId(game) {
  const { home, away } = game.teams;
  const otherTeamId = (/** @type {number} */ id) => (id === home.id ? away.id : home.id);
  const { toss } = game;
  if (game.innings?.battingTeamId) return otherTeamId(game.innings.battingTeamId);
  return toss ? (toss.decision === "bat" ? toss.winner_team_id : otherTeamId(toss.winner_team_id)) : home.id;
}

/** @param {{ scorebook: Scorebook, game: ProjectedMatch, onAnnounce: (text: string) => void, onDone?: () => void }} props */
export function InningsOpeningForm({ scorebook, game, onAnnounce, onDone }) {
  const isReplacingOpeners = Boolean(game.innings?.isOpen);
  const [battingTeamId, setBattingTeamId] = useState(isReplacingOpeners ? game.innings?.battingTeamId : nextBattingTeamId(game));
  const fieldingTeamId = battingTeamId === game.teams.home.id ? game.teams.away.id : game.teams.home.id;
  const squadOptions = (/** @type {any} */ team) => [...(scorebook.squads[team] ?? [])].sort(compareShirtNumbers).map(({ id, name, shirt_number }) => /** @type {[number, string]} */ ([id, shirt_number ? `${shirt_number} ${name}` : name]));
  const submit = (/** @type {SubmitEvent} */ event) => {
    const ids = Object.fromEntries(Object.entries(readForm(event)).map(([name, id]) => [name, Number(id)]));
    scorebook.record("innings", ids);
    onAnnounce("Innings started");
    onDone?.();
  };
  return html`
    <form class="opening" onSubmit=${submit}>
      <h2>${isReplacingOpeners ? "Other openers" : `Start of innings ${game.innings?.battingTeamId ? game.innings.previousInnings.length + 2 : 1}`}</h2>
      <${SelectField} label="Batting" name="batting_team_id" options=${teamOptions(game)} value=${battingTeamId ?? undefined} onChange=${(/** @type {any} */ { target }) => setBattingTeamId(Number(target.value))} />
      <${SelectField} key="striker ${battingTeamId}" label="On strike" name="striker_id" options=${squadOptions(battingTeamId)} />
      <${SelectField} key="other ${battingTeamId}" label="Not on strike" name="non_striker_id" options=${squadOptions(battingTeamId)} />
      <${SelectField} key="bowler ${battingTeamId}" label="Bowler" name="bowler_id" options=${squadOptions(fieldingTeamId)} />
      <button class="action-button strong">Start the innings</button>
    </form>`;
}
