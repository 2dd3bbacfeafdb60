// What happens between balls: retirements, penalty runs, the ends of innings and match.

import { html, useState } from "../../vendor/htm-preact.js";
import { Sheet, Sure } from "../../desk/parts.js";
import { Choice, filled, Opening, teams } from "./opening.js";
import { NextBatter, NextBowler, squadOf } from "./people.js";

/** @import { Console } from "../console.js" */
/** @import { Expected } from "../project.js" */

/** @typedef {{ console: Console, game: Expected, onSaid: (text: string) => void, onDone: () => void }} Props */

/** Each form gives a command. @typedef {(form: { [name: string]: string }) => [string, any]} Reading */

/** @param {Props} props */
export function More({ console, game, onSaid, onDone }) {
  const [part, setPart] = useState("");
  const { crease, status } = game;
  if (!crease) return null;
  const isUnplayed = crease.isOpen && crease.overs === 0 && crease.over.length === 0;
  const isVacant = crease.isOpen && (crease.striker === null || crease.nonStriker === null);
  /** @type {[string, boolean][]} */
  const parts = [
    ["Change the bowler", crease.isOpen && crease.bowler !== null], ["Change a new batter", crease.isOpen],
    ["Retire a batter", crease.isOpen], ["A batter is timed out", isVacant], ["A player leaves", crease.isOpen], ["Penalty runs", true], ["Close the innings", true], ["Other openers", isUnplayed],
    ["Set a target", true], ["End the match", true],
  ];
  const act = (/** @type {string} */ action, /** @type {any} */ body, /** @type {string} */ said) => {
    console.record(action, body);
    onSaid(said);
    onDone();
  };
  const shared = { console, game, onSaid, onDone };
  return html`
    <${Sheet} title=${part || "Between balls"} onClose=${onDone}>
      ${part === "" && html`<ul class="players">
        ${parts.filter(([, isNow]) => isNow).map(([name]) => html`<li key=${name}><button type="button" class="big player" onClick=${() => setPart(name)}>${name} …</button></li>`)}
        ${status === "live" && html`<li><button type="button" class="big player" onClick=${() => act("pause", { reason: "interruption" }, "Interrupted")}>Interrupt</button></li>`}
        <li><${Sure} name="big player" label="Abandon the match" onSure=${() => act("abandon", {}, "Abandoned")} /></li>
      </ul>`}
      ${part === "Change the bowler" && html`<${NextBowler} ...${shared} />`}
      ${part === "Change a new batter" && html`<p class="hint">As long as no ball was bowled since he came in.</p><${NextBatter} ...${shared} />`}
      ${part === "Other openers" && html`<${Opening} ...${shared} />`}
      ${part === "Retire a batter" && html`<${Retire} ...${shared} />`}
      ${part === "A batter is timed out" && html`<${TimedOut} ...${shared} />`}
      ${part === "A player leaves" && html`<${Leaves} ...${shared} />`}
      ${part === "Penalty runs" && html`<${Penalty} ...${shared} />`}
      ${part === "Close the innings" && html`<${Close} ...${shared} />`}
      ${part === "Set a target" && html`<${Target} ...${shared} />`}
      ${part === "End the match" && html`<${End} ...${shared} />`}
    <//>`;
}

/** @param {Props} props @param {string} said @param {Reading} read */
function submitting({ console, onSaid, onDone }, said, read) {
  return (/** @type {SubmitEvent} */ event) => {
    const [action, body] = read(filled(event));
    console.record(action, body);
    onSaid(said);
    onDone();
  };
}

/** @param {Props} props */
function Retire(props) {
  const { console, game } = props;
  const { striker, nonStriker } = /** @type {any} */ (game.crease);
  const batters = [striker, nonStriker].filter(Boolean).map((id) => /** @type {[number, string]} */ ([id, console.known.name(id)]));
  return html`
    <form onSubmit=${submitting(props, "Retired", ({ player_id, kind }) => ["players", { retire: { player_id: Number(player_id), kind } }])}>
      <${Choice} label="Who" name="player_id" options=${batters} />
      <${Choice} label="How" name="kind" value="retired_hurt" options=${[["retired_hurt", "Hurt or ill: may come again"], ["retired_out", "Retired out"]]} />
      <button class="act strong">Record</button>
    </form>`;
}

/** @param {Props} props @param {boolean} isBatting @returns {[number, string][]} */
const named = ({ console, game }, isBatting) => squadOf(game, console, isBatting).map(({ id, name }) => [id, name]);

/** He never came: no ball, and no bowler's. @param {Props} props */
function TimedOut(props) {
  const cards = props.game.crease?.cards ?? {};
  const left = named(props, true).filter(([id]) => !cards[id]);
  return html`
    <form onSubmit=${submitting(props, "Timed out", ({ player_out_id }) => ["balls", { wickets: [{ kind: "timed_out", player_out_id: Number(player_out_id) }] }])}>
      <${Choice} label="Who" name="player_out_id" options=${left} />
      <button class="act strong">Record the wicket</button>
    </form>`;
}

/** @param {Props} props */
function Leaves(props) {
  const [how, setHow] = useState("absent");
  const ways = [["absent", "Absent: won’t bat"], ["suspend", "Suspended from bowling"], ["replace", "Replaced by another"]];
  const of = how === "replace" ? [...named(props, true), ...named(props, false)] : named(props, how === "absent");
  const read = (/** @type {any} */ { player, by }) => /** @type {[string, any]} */ (["players", how === "replace"
    ? { replace: { player_out_id: Number(player), player_in_id: Number(by) } }
    : { [how]: { player_id: Number(player) } }]);
  return html`
    <form onSubmit=${submitting(props, "Change recorded", read)}>
      <${Choice} label="How" name="how" value=${how} options=${ways} onChange=${(/** @type {any} */ { target }) => setHow(target.value)} />
      <${Choice} key=${how} label="Who" name="player" options=${of} />
      ${how === "replace" && html`<${Choice} label="Who comes instead, of the same side" name="by" options=${of} />`}
      <button class="act strong">Record</button>
    </form>`;
}

/** @param {Props} props */
function Penalty(props) {
  return html`
    <form onSubmit=${submitting(props, "Penalty runs recorded", ({ team_id, runs }) => ["balls", { penalty: { team_id: Number(team_id), runs: Number(runs) } }])}>
      <${Choice} label="Awarded to" name="team_id" options=${teams(props.game)} />
      <label>Runs (below 0 takes an award back) <input name="runs" type="number" min="-50" max="50" required defaultValue="5" /></label>
      <button class="act strong">Award</button>
    </form>`;
}

/** @param {Props} props */
function Close(props) {
  const [reason, setReason] = useState("declared");
  const reasons = [["declared", "Declared"], ["all_out", "All out: nobody else can bat"], ["forfeited", "Forfeited"], ["umpires", "Ended by the umpires: time, weather"]];
  const read = (/** @type {any} */ { par, ...body }) => /** @type {[string, any]} */ (["declare", { ...body, ...(par ? { par: Number(par) } : {}) }]);
  return html`
    <form onSubmit=${submitting(props, "Innings closed", read)}>
      <${Choice} label="Why" name="reason" value=${reason} options=${reasons} onChange=${(/** @type {any} */ { target }) => setReason(target.value)} />
      ${reason === "umpires" && html`<label>Par score of the chase, where one was given <input name="par" type="number" min="0" max="3000" /></label>`}
      <button class="act strong">Close the innings</button>
    </form>`;
}

/** @param {Props} props */
function Target(props) {
  const read = (/** @type {any} */ { runs, overs, method }) => /** @type {[string, any]} */ (["target", { ...(runs ? { runs: Number(runs) } : {}), ...(overs ? { overs } : {}), ...(method ? { method } : {}) }]);
  return html`
    <form onSubmit=${submitting(props, "Target set", read)}>
      <p class="hint">Overs alone shorten the innings in play.</p>
      <div class="row">
        <label>Runs to win <input name="runs" type="number" min="1" max="3000" /></label>
        <label>Overs, as 15 or 9.2 <input name="overs" inputmode="decimal" pattern="\\d+(\\.\\d+)?" /></label>
        <label>Method <input name="method" maxlength="60" placeholder="D/L" /></label>
      </div>
      <button class="act strong">Set</button>
    </form>`;
}

/** @param {Props} props */
function End(props) {
  const results = [["no_result", "No result"], ["drawn", "Drawn"], ["tied", "Tied"], ["awarded", "Awarded"]];
  const read = (/** @type {any} */ { winner_team_id, ...body }) => /** @type {[string, any]} */ (["end", { ...body, ...(winner_team_id ? { winner_team_id: Number(winner_team_id) } : {}) }]);
  return html`
    <form onSubmit=${submitting(props, "Match ended", read)}>
      <p class="hint">A match that the balls decide ends by itself.</p>
      <${Choice} label="Result" name="result" options=${results} />
      <${Choice} label="Who wins, or goes through" name="winner_team_id" required=${false} value="" options=${[["", "Nobody"], ...teams(props.game)]} />
      <label>Reason <input name="reason" maxlength="500" /></label>
      <button class="act strong">End the match</button>
    </form>`;
}
