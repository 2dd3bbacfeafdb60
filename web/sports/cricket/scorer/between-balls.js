// Actions between balls: retirements, penalty runs, the ends of innings and match.

import { html, useState } from "../../../vendor/htm-preact.js";
import { Dialog, ConfirmButton } from "../../../common/widgets.js";
import { SelectField, readForm, InningsOpeningForm, teamOptions } from "./innings-opening.js";
import { NextBatter, NextBowler, squadOfSide } from "./next-players.js";
import { cricketContextOf } from "./cricket-context.js";

/** @import { Scorebook } from "../../../scorer/scorebook.js" */
/** @import { ProjectedMatch } from "./projected-match.js" */

/** @typedef {{ scorebook: Scorebook, game: ProjectedMatch, onAnnounce: (text: string) => void, onDone: () => void }} BetweenBallsProps */

/** Makes a command of a form. @typedef {(form: { [name: string]: string }) => [string, any]} CommandReader */

/** @param {BetweenBallsProps} props */
export function BetweenBallsDialog({ scorebook, game, onAnnounce, onDone }) {
  const [openForm, setOpenForm] = useState("");
  const { innings, status } = game;
  if (!innings) return null;
  const hasNoBalls = innings.isOpen && innings.completedOvers === 0 && innings.currentOver.length === 0;
  const isVacant = innings.isOpen && (innings.striker === null || innings.nonStriker === null);
  /** @type {[string, boolean][]} */
  const entries = [
    ["Change the bowler", innings.isOpen && innings.bowler !== null], ["Change a new batter", innings.isOpen],
    ["Retire a batter", innings.isOpen], ["A batter is timed out", isVacant], ["A player leaves", innings.isOpen], ["Penalty runs", true], ["Close the innings", true], ["Other openers", hasNoBalls],
    ["Set a target", true], ["End the match", true],
  ];
  const recordAndClose = (/** @type {string} */ action, /** @type {any} */ body, /** @type {string} */ announcement) => {
    scorebook.record(action, body);
    onAnnounce(announcement);
    onDone();
  };
  const commonProps = { scorebook, game, onAnnounce, onDone };
  return html`
    <${Dialog} title=${openForm || "Between balls"} onClose=${onDone}>
      ${openForm === "" && html`<ul class="players">
        ${entries.filter(([, isAvailable]) => isAvailable).map(([name]) => html`<li key=${name}><button type="button" class="big player" onClick=${() => setOpenForm(name)}>${name} …</button></li>`)}
        ${status === "live" && html`<li><button type="button" class="big player" onClick=${() => recordAndClose("pause", { reason: "interruption" }, "Interrupted")}>Interrupt</button></li>`}
        <li><${ConfirmButton} className="big player" label="Abandon the match" onConfirm=${() => recordAndClose("abandon", {}, "Abandoned")} /></li>
      </ul>`}
      ${openForm === "Change the bowler" && html`<${NextBowler} ...${commonProps} />`}
      ${openForm === "Change a new batter" && html`<p class="hint">As long as no ball was bowled since he came in.</p><${NextBatter} ...${commonProps} />`}
      ${openForm === "Other openers" && html`<${InningsOpeningForm} ...${commonProps} />`}
      ${openForm === "Retire a batter" && html`<${RetirementForm} ...${commonProps} />`}
      ${openForm === "A batter is timed out" && html`<${TimedOutForm} ...${commonProps} />`}
      ${openForm === "A player leaves" && html`<${PlayerLeavesForm} ...${commonProps} />`}
      ${openForm === "Penalty runs" && html`<${PenaltyForm} ...${commonProps} />`}
      ${openForm === "Close the innings" && html`<${CloseInningsForm} ...${commonProps} />`}
      ${openForm === "Set a target" && html`<${TargetForm} ...${commonProps} />`}
      ${openForm === "End the match" && html`<${EndMatchForm} ...${commonProps} />`}
    <//>`;
}

/** @param {BetweenBallsProps} props @param {string} announcement @param {CommandReader} readCommand */
function recordOnSubmit({ scorebook, onAnnounce, onDone }, announcement, readCommand) {
  return (/** @type {SubmitEvent} */ event) => {
    const [action, body] = readCommand(readForm(event));
    scorebook.record(action, body);
    onAnnounce(announcement);
    onDone();
  };
}

/** @param {BetweenBallsProps} props */
function RetirementForm(props) {
  const { scorebook, game } = props;
  const { striker, nonStriker } = /** @type {any} */ (game.innings);
  const batters = [striker, nonStriker].filter(Boolean).map((id) => /** @type {[number, string]} */ ([id, cricketContextOf(scorebook).playerName(id)]));
  return html`
    <form onSubmit=${recordOnSubmit(props, "Retired", ({ player_id, kind }) => ["players", { retire: { player_id: Number(player_id), kind } }])}>
      <${SelectField} label="Who" name="player_id" options=${batters} />
      <${SelectField} label="How" name="kind" value="retired_hurt" options=${[["retired_hurt", "Hurt or ill: may come again"], ["retired_out", "Retired out"]]} />
      <button class="action-button strong">Record</button>
    </form>`;
}

/** @param {BetweenBallsProps} props @param {boolean} isBatting @returns {[number, string][]} */
const playerOptions = ({ scorebook, game }, isBatting) => squadOfSide(game, scorebook, isBatting).map(({ id, name }) => [id, name]);

/** No ball is bowled, and no bowler is credited. @param {BetweenBallsProps} props */
function TimedOutForm(props) {
  const batters = props.game.innings?.batters ?? {};
  const eligible = playerOptions(props, true).filter(([id]) => !batters[id]);
  return html`
    <form onSubmit=${recordOnSubmit(props, "Timed out", ({ player_out_id }) => ["balls", { wickets: [{ kind: "timed_out", player_out_id: Number(player_out_id) }] }])}>
      <${SelectField} label="Who" name="player_out_id" options=${eligible} />
      <button class="action-button strong">Record the wicket</button>
    </form>`;
}

/** @param {BetweenBallsProps} props */
function PlayerLeavesForm(props) {
  const [change, setChange] = useState("absent");
  const changeOptions = [["absent", "Absent: won’t bat"], ["suspend", "Suspended from bowling"], ["replace", "Replaced by another"]];
  const players = change === "replace" ? [...playerOptions(props, true), ...playerOptions(props, false)] : playerOptions(props, change === "absent");
  const readCommand = (/** @type {any} */ { player, by: replacementId }) => /** @type {[string, any]} */ (["players", change === "replace"
    ? { replace: { player_out_id: Number(player), player_in_id: Number(replacementId) } }
    : { [change]: { player_id: Number(player) } }]);
  return html`
    <form onSubmit=${recordOnSubmit(props, "Change recorded", readCommand)}>
      <${SelectField} label="How" name="how" value=${change} options=${changeOptions} onChange=${(/** @type {any} */ { target }) => setChange(target.value)} />
      <${SelectField} key=${change} label="Who" name="player" options=${players} />
      ${change === "replace" && html`<${SelectField} label="Replacement, of the same team" name="by" options=${players} />`}
      <button class="action-button strong">Record</button>
    </form>`;
}

/** @param {BetweenBallsProps} props */
function PenaltyForm(props) {
  return html`
    <form onSubmit=${recordOnSubmit(props, "Penalty runs recorded", ({ team_id, runs }) => ["balls", { penalty: { team_id: Number(team_id), runs: Number(runs) } }])}>
      <${SelectField} label="Awarded to" name="team_id" options=${teamOptions(props.game)} />
      <label>Runs (below 0 reverses an award) <input name="runs" type="number" min="-50" max="50" required defaultValue="5" /></label>
      <button class="action-button strong">Award</button>
    </form>`;
}

/** @param {BetweenBallsProps} props */
function CloseInningsForm(props) {
  const [reason, setReason] = useState("declared");
  const reasonOptions = [["declared", "Declared"], ["all_out", "All out: nobody else can bat"], ["forfeited", "Forfeited"], ["umpires", "Ended by the umpires: time, weather"]];
  const readCommand = (/** @type {any} */ { par, ...body }) => /** @type {[string, any]} */ (["declare", { ...body, ...(par ? { par: Number(par) } : {}) }]);
  return html`
    <form onSubmit=${recordOnSubmit(props, "Innings closed", readCommand)}>
      <${SelectField} label="Why" name="reason" value=${reason} options=${reasonOptions} onChange=${(/** @type {any} */ { target }) => setReason(target.value)} />
      ${reason === "umpires" && html`<label>Par score of the chase, if one was given <input name="par" type="number" min="0" max="3000" /></label>`}
      <button class="action-button strong">Close the innings</button>
    </form>`;
}

/** @param {BetweenBallsProps} props */
function TargetForm(props) {
  const readCommand = (/** @type {any} */ { runs, overs, method }) => /** @type {[string, any]} */ (["target", { ...(runs ? { runs: Number(runs) } : {}), ...(overs ? { overs } : {}), ...(method ? { method } : {}) }]);
  return html`
    <form onSubmit=${recordOnSubmit(props, "Target set", readCommand)}>
      <p class="hint">With overs only, the innings in play is shortened.</p>
      <div class="row">
        <label>Runs to win <input name="runs" type="number" min="1" max="3000" /></label>
        <label>Overs, such as 15 or 9.2 <input name="overs" inputmode="decimal" pattern="\\d+(\\.\\d+)?" /></label>
        <label>Method <input name="method" maxlength="60" placeholder="D/L" /></label>
      </div>
      <button class="action-button strong">Set</button>
    </form>`;
}

/** @param {BetweenBallsProps} props */
function EndMatchForm(props) {
  const resultOptions = [["no_result", "No result"], ["drawn", "VNode"], ["tied", "Tied"], ["awarded", "Awarded"]];
  const readCommand = (/** @type {any} */ { winner_team_id, ...body }) => /** @type {[string, any]} */ (["end", { ...body, ...(winner_team_id ? { winner_team_id: Number(winner_team_id) } : {}) }]);
  return html`
    <form onSubmit=${recordOnSubmit(props, "Match ended", readCommand)}>
      <p class="hint">A match decided on the field ends by itself.</p>
      <${SelectField} label="Result" name="result" options=${resultOptions} />
      <${SelectField} label="Who wins, or goes through" name="winner_team_id" required=${false} value="" options=${[["", "Nobody"], ...teamOptions(props.game)]} />
      <label>Reason <input name="reason" maxlength="500" /></label>
      <button class="action-button strong">End the match</button>
    </form>`;
}
