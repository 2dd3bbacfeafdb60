// Cricket's scorer: asks for what the next ball needs first; a ball takes two taps at most.

import { html, useEffect, useRef, useState } from "../../vendor/htm-preact.js";
import { ConfirmButton } from "../../common/widgets.js";
import { loadStyleSheet } from "../../parts/style-sheet.js";
import { RecentBalls } from "./scorer/ball-editor.js";
import { CricketContext } from "./scorer/cricket-context.js";
import { projectMatch } from "./scorer/projected-match.js";
import { CricketScoreboard } from "./scorer/scoreboard.js";
import { Disputes } from "./scorer/disputes.js";
import { isReadyToBowl } from "./scorer/innings-rules.js";
import { BetweenBallsDialog } from "./scorer/between-balls.js";
import { InningsOpeningForm, TossForm } from "./scorer/innings-opening.js";
import { NextBatter, NextBowler } from "./scorer/next-players.js";
import { commandText, lastUndoableBall, undoBall } from "./scorer/record-ball.js";
import { BallPad } from "./scorer/ball-pad.js";

/** @import { Component } from "../../vendor/htm-preact.js" */
/** @import { Scorebook } from "../../scorer/scorebook.js" */
/** @import { SportScorer } from "../sport-scorer.js" */
/** @import { ProjectedMatch } from "./scorer/projected-match.js" */

/** @typedef {{ scorebook: Scorebook, game: ProjectedMatch }} ViewProps */
/** @typedef {ViewProps & { onAnnounce: (text: string) => void }} ControlProps */

/** @param {ControlProps} props */
function CricketPad({ scorebook, game, onAnnounce }) {
  const [isDialogOpen, setDialogOpen] = useState(false);
  const { innings, status } = game;
  if (!innings) return null;
  const isLive = status === "live";
  const commonProps = { scorebook, game, onAnnounce };
  return html`
    <${Disputes} ...${commonProps} />
    <section class="ball-pad" aria-label="Record">
      ${isLive && (innings.isOpen ? html`<${NextEntry} ...${commonProps} />` : html`<${BetweenInnings} key=${innings.nextBallNumber} ...${commonProps} />`)}
      ${(isLive || status === "paused") && html`<button type="button" class="action-button more" onClick=${() => setDialogOpen(true)}>Between balls …</button>`}
      ${isDialogOpen && html`<${BetweenBallsDialog} ...${commonProps} onDone=${() => setDialogOpen(false)} />`}
    </section>`;
}

/** What the next ball needs first. @param {ControlProps} props */
function NextEntry(props) {
  const container = useRef(/** @type {HTMLElement | null} */ (null));
  const { innings } = props.game;
  const nextNeeded = !innings || isReadyToBowl(innings) ? "ball" : innings.striker === null || innings.nonStriker === null ? "batter" : "bowler";
  const Entry = { ball: BallPad, batter: NextBatter, bowler: NextBowler }[nextNeeded];
  // The pressed button may be gone: keyboard users continue here.
  useEffect(() => {
    if (document.activeElement === document.body) container.current?.focus();
  }, [nextNeeded]);
  return html`<div class="ball-pad" tabindex="-1" ref=${container} role="group" aria-label="Next ${nextNeeded}"><${Entry} ...${props} /></div>`;
}

/** Between two innings. @param {ControlProps} props */
function BetweenInnings(props) {
  const { scorebook, game, onAnnounce } = props;
  const areAllInningsPlayed = game.innings?.battingTeamId && game.innings.previousInnings.length + 1 >= /** @type {any} */ (game).playing_conditions.innings;
  const startSuperOver = () => {
    scorebook.record("super-over", {});
    onAnnounce("Super over");
  };
  return html`
    ${areAllInningsPlayed && html`<p class="hint">All innings have been played. With the scores level a super over may follow, or the match is ended below.</p>
      <button type="button" class="action-button" onClick=${startSuperOver}>Super over</button>`}
    <${InningsOpeningForm} ...${props} />`;
}

/** @param {ControlProps} props */
function CricketLifecycle({ scorebook, game, onAnnounce }) {
  const { status } = game;
  const record = (/** @type {string} */ action, /** @type {string} */ label) => {
    scorebook.record(action, {});
    onAnnounce(label);
  };
  if (status === "paused") return html`<button type="button" class="action-button strong" onClick=${() => record("resume", "Resumed")}>Resume</button>`;
  if (status !== "scheduled" && status !== "postponed") return null;
  const { toss } = game;
  return html`
    <${TossForm} scorebook=${scorebook} game=${game} onAnnounce=${onAnnounce} />
    <button type="button" class="action-button ${toss ? "strong" : ""}" onClick=${() => record("start", "Match started")}>Start the match</button>`;
}

/** @param {ViewProps} props */
function WaitingLog({ scorebook, game }) {
  const waiting = (scorebook.outbox?.entries ?? []).filter(({ state }) => state === "waiting");
  return html`
    <${RecentBalls} scorebook=${scorebook} game=${game} />
    ${waiting.length > 0 && html`<section aria-label="Waiting"><h2 class="period">Waiting</h2><ol class="log" id="log">
      ${waiting.map((entry) => html`<li key=${entry.number} class="log-entry" data-pending="new"><span class="what">${commandText(entry) ?? entry.action}</span> <span class="flag">Waiting</span></li>`)}
    </ol></section>`}`;
}

/** @param {ViewProps} props */
function UndoBallButton({ scorebook, game }) {
  const last = lastUndoableBall(game);
  if (!last || !["live", "paused", "finished"].includes(game.status)) return null;
  return html`<${ConfirmButton} key=${last.number} className="action-button undo" label="Undo ${last.label}" question="Sure?" onConfirm=${() => undoBall(scorebook, last.number)} />`;
}

/** @type {SportScorer} */
export const scorer = {
  Scoreboard: CricketScoreboard,
  Pad: CricketPad,
  Log: WaitingLog,
  LifecycleControls: CricketLifecycle,
  UndoButton: UndoBallButton,
  project: projectMatch,
  commandText,
  createContext: (scorebook) => new CricketContext(scorebook),
  projectsUnstoredCommands: true,
  loadStyles: () => loadStyleSheet(new URL("./scorer.css", import.meta.url)),
};
