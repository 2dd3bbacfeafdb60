// Choosing the next players: the batter after a wicket, the bowler of the next over.

import { html } from "../../../vendor/htm-preact.js";
import { ConfirmButton } from "../../../common/widgets.js";
import { sideOfTeam } from "./scoreboard.js";
import { oversBowledText } from "./innings-state.js";
import { recordNextPlayer } from "./record-ball.js";

/** @import { Scorebook, SquadPlayer } from "../../../scorer/scorebook.js" */
/** @import { ProjectedMatch } from "./projected-match.js" */
/** @import { InningsState, ProjectedBowler, PlayingConditions } from "./innings-state.js" */

/** @typedef {{ scorebook: Scorebook, game: ProjectedMatch, onAnnounce: (text: string) => void, onDone?: () => void }} NextPlayerProps */

/** @param {ProjectedMatch} game @param {Scorebook} scorebook @param {boolean} isBatting @returns {SquadPlayer[]} */
export function squadOfSide(game, { squads }, isBatting) {
  const battingSide = sideOfTeam(game, game.innings?.battingTeamId ?? null);
  const fieldingSide = battingSide === "home" ? "away" : "home";
  return squads[game.teams[isBatting ? battingSide : fieldingSide].id] ?? [];
}

/** @param {SquadPlayer} one @param {SquadPlayer} other */
export const compareShirtNumbers = (one, other) => (one.shirt_number ?? 1_000) - (other.shirt_number ?? 1_000);

/** @param {NextPlayerProps} props */
export function NextBatter({ scorebook, game, onAnnounce, onDone }) {
  const { batters, striker, nonStriker } = /** @type {InningsState} */ (game.innings);
  const available = squadOfSide(game, scorebook, true).filter(({ id }) => !batters[id]?.isOut && id !== striker && id !== nonStriker);
  const sendInBatter = (/** @type {SquadPlayer} */ { id, name }) => {
    recordNextPlayer(scorebook, { batter_id: id });
    onAnnounce(`${name} comes in`);
    onDone?.();
  };
  return html`
    <section class="next" aria-label="New batter">
      <h2>New batter${striker === null ? ", on strike" : nonStriker === null ? ", not on strike" : ""}</h2>
      <ul class="players">${available.sort(compareShirtNumbers).map((player) => html`
        <li key=${player.id}><button type="button" class="big player" onClick=${() => sendInBatter(player)}><b>${player.shirt_number ?? "–"}</b> <span>${player.name}${batters[player.id] && html` <small>retired on ${batters[player.id].runs}</small>`}</span></button></li>`)}
      </ul>
      ${available.length === 0 && html`<p class="empty">No players are left, or the squad isn’t loaded.</p>`}
      <${ConfirmButton} label="Nobody comes: all out" onConfirm=${() => scorebook.record("declare", { reason: "all_out" })} />
    </section>`;
}

/**
 * Why a bowler may not bowl the next over; null if they may.
 * @param {number} id @param {InningsState} innings @param {PlayingConditions} conditions
 */
export function bowlingRestriction(id, { previousOverBowlers, bowlers, currentOverBowlers, allottedOvers }, conditions) {
  if (previousOverBowlers.includes(id)) return "bowled the last over";
  const maxOvers = maxOversPerBowler(conditions, allottedOvers);
  const bowlerFigures = bowlers[id];
  if (maxOvers === null || !bowlerFigures || currentOverBowlers.includes(id)) return null;
  return oversBegun(bowlerFigures, conditions) >= maxOvers ? `has bowled all ${maxOvers} overs` : null;
}

/** The bowler's quota; if it is a fifth of the innings, it shrinks with a shortened innings. @param {PlayingConditions} conditions @param {InningsState["allottedOvers"]} quota */
function maxOversPerBowler({ overs_per_bowler: maxPerBowler, overs: inningsOvers }, quota) {
  if (maxPerBowler === null || quota === null) return null;
  const isFifth = inningsOvers !== null && Math.ceil(inningsOvers / 5) === maxPerBowler;
  return isFifth ? Math.min(maxPerBowler, Math.ceil((quota.overs + (quota.balls > 0 ? 1 : 0)) / 5)) : maxPerBowler;
}

/** Overs that a bowler has started. @param {ProjectedBowler} spell @param {PlayingConditions} conditions */
const oversBegun = ({ completeOvers, ballsOfSharedOvers }, { balls_per_over: ballsPerOver }) => Math.ceil((completeOvers * ballsPerOver + ballsOfSharedOvers) / ballsPerOver);

/** @param {NextPlayerProps} props */
export function NextBowler({ scorebook, game, onAnnounce, onDone }) {
  const innings = /** @type {InningsState} */ (game.innings);
  const conditions = /** @type {PlayingConditions} */ (/** @type {any} */ (game).playing_conditions);
  const maxOvers = maxOversPerBowler(conditions, innings.allottedOvers);
  const setNextBowler = (/** @type {SquadPlayer} */ { id, name }, override = false) => {
    recordNextPlayer(scorebook, { bowler_id: id, ...(override ? { override } : {}) });
    onAnnounce(`${name} bowls`);
    onDone?.();
  };
  const rank = (/** @type {SquadPlayer} */ { id }) => (bowlingRestriction(id, innings, conditions) ? 2 : innings.bowlers[id] ? 0 : 1);
  const players = squadOfSide(game, scorebook, false).filter(({ id }) => id !== innings.bowler).sort((one, other) => rank(one) - rank(other) || compareShirtNumbers(one, other));
  return html`
    <section class="next" aria-label="New bowler">
      <h2>Who bowls over ${innings.completedOvers + 1}?</h2>
      <ul class="players">${players.map((player) => {
        const restriction = bowlingRestriction(player.id, innings, conditions);
        const bowlerFigures = innings.bowlers[player.id];
        const details = [bowlerFigures && `${oversBowledText(bowlerFigures, conditions)}-${bowlerFigures.maidens}-${bowlerFigures.runsConceded}-${bowlerFigures.wickets}`, maxOvers !== null && `${bowlerFigures ? oversBegun(bowlerFigures, conditions) : 0} of ${maxOvers} overs`, restriction].filter(Boolean).join(" · ");
        return html`<li key=${player.id}>${restriction
          ? html`<${ConfirmButton} className="big player off" question="Anyway?" label="${player.name} (${restriction})" onConfirm=${() => setNextBowler(player, true)} />`
          : html`<button type="button" class="big player" onClick=${() => setNextBowler(player)}><b>${player.shirt_number ?? "–"}</b> <span>${player.name}${details && html` <small>${details}</small>`}</span></button>`}</li>`;
      })}</ul>
      ${players.length === 0 && html`<p class="empty">The fielding squad isn’t loaded.</p>`}
    </section>`;
}
