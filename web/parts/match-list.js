// Lists of matches: time, teams, score.

import { teamColour } from "../client/colour.js";
import { hasStarted } from "../sports/common.js";
import { html } from "../vendor/htm-preact.js";
import { TickingText } from "./page-frame.js";
import { ErrorBoundary } from "./error-boundary.js";
import { groupByDay } from "./dates.js";

/** @import { Side, Match } from "../client/message-types.js" */
/** @import { MatchResult } from "./page-state.js" */
/** @import { LiveMatches } from "./live-matches.js" */

/** @type {Side[]} */
const SIDES = ["home", "away"];

/** @param {{ games: Match[], liveMatches: LiveMatches, label?: string }} props */
export function MatchList({ games, liveMatches, label }) {
  return html`<ul class="games" aria-label=${label}>${games.map((game) => html`<li key=${game.id}><${ErrorBoundary} item=${game} render=${() => html`<${MatchRow} game=${game} liveMatches=${liveMatches} />`} fallback=${html`<a class="game" href=${`/matches/${game.id}`}>–</a>`} /></li>`)}</ul>`;
}

/** Grouped by day, with headings. @param {{ games: Match[], liveMatches: LiveMatches }} props */
export function MatchesByDay({ games, liveMatches }) {
  return groupByDay(games, Date.now()).map(({ day, items }) => html`<h3 key=${day} class="day">${day}</h3><${MatchList} games=${items} liveMatches=${liveMatches} label=${day} />`);
}

/** @param {{ game: Match, liveMatches: LiveMatches }} props */
function MatchRow({ game, liveMatches }) {
  const isStarted = hasStarted(game);
  const endingLabel = game.status === "finished" && game.result ? endingText(game.result) : "";
  return html`
    <a class="game" href=${`/matches/${game.id}`} data-status=${game.status}>
      <${TickingText} class="when" getText=${() => liveMatches.timeText(liveMatches.latest(game))} intervalMs=${1_000} />
      <span class="sides">${SIDES.map((side) => html`<${TeamScore} key=${side} side=${side} team=${game.teams[side]} score=${isStarted ? liveMatches.scoreText(game, side) : null} />`)}
        ${endingLabel && html`<span class="ending">${endingLabel}</span>`}</span>
    </a>`;
}

/** @param {{ side: Side, team: { name: string, colour?: string | null }, score?: number | string | null, isWinner?: boolean }} props */
function TeamScore({ side, team, score, isWinner = false }) {
  return html`<span class="line" data-won=${isWinner ? "yes" : undefined} style=${{ "--colour": teamColour(team.colour, side) }}>
    <span class="name">${team.name}</span> <span class="number">${score ?? ""}</span></span>`;
}

/**
 * @param {object} props
 * @param {MatchResult[]} props.results
 * @param {(result: MatchResult) => { home: { name: string, colour?: string | null }, away: { name: string, colour?: string | null }, dayText: string, score: { [side in Side]: string | number } }} props.resultDetails
 */
export function ResultList({ results, resultDetails }) {
  const renderResult = (/** @type {MatchResult} */ result) => {
    const { home, away, dayText, score } = resultDetails(result);
    const winnerId = result.winner_team_id;
    return html`<a class="game" href=${`/matches/${result.match_id}`} data-status="finished">
      <span class="when">${dayText}</span>
      <span class="sides">
        <${TeamScore} side="home" team=${home} score=${score.home} isWinner=${winnerId === result.home_team_id} />
        <${TeamScore} side="away" team=${away} score=${score.away} isWinner=${winnerId === result.away_team_id} />
        ${endingText(result) && html`<span class="ending">${endingText(result)}</span>`}
      </span></a>`;
  };
  return html`<ul class="games results">${results.map((result) => html`
    <li key=${result.match_id}><${ErrorBoundary} item=${result} render=${() => renderResult(result)} /></li>`)}</ul>`;
}

/** How a match ended, if the score alone doesn't say it. @param {MatchResult} result */
function endingText({ ending, reason, text }) {
  const endingName = { walkover: "Walk-over", awarded: "Awarded", no_result: "No result" }[ending] ?? "";
  return [endingName, text, reason].filter(Boolean).join(" · ");
}
