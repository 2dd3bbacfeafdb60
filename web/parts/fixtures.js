// Matches in a list: time, both sides, score.

import { teamColour } from "../client/colour.js";
import { hasBegun } from "../sports/generic.js";
import { html } from "../vendor/htm-preact.js";
import { Ticking } from "./frame.js";
import { Boundary } from "./boundary.js";
import { byDay } from "./dates.js";

/** @import { End, Game } from "../client/wire.js" */
/** @import { Result } from "./bulletin.js" */
/** @import { Games } from "./games.js" */

/** @type {End[]} */
const ENDS = ["home", "away"];

/** @param {{ games: Game[], from: Games, label?: string }} props */
export function Fixtures({ games, from, label }) {
  return html`<ul class="games" aria-label=${label}>${games.map((game) => html`<li key=${game.id}><${Boundary} of=${game} draw=${() => html`<${Fixture} game=${game} from=${from} />`} instead=${html`<a class="game" href=${`/matches/${game.id}`}>–</a>`} /></li>`)}</ul>`;
}

/** By day, with the day above. @param {{ games: Game[], from: Games }} props */
export function Schedule({ games, from }) {
  return byDay(games, Date.now()).map(({ day, things }) => html`<h3 key=${day} class="day">${day}</h3><${Fixtures} games=${things} from=${from} label=${day} />`);
}

/** @param {{ game: Game, from: Games }} props */
function Fixture({ game, from }) {
  const begun = hasBegun(game);
  const ending = game.status === "finished" && game.result ? endingOf(game.result) : "";
  return html`
    <a class="game" href=${`/matches/${game.id}`} data-status=${game.status}>
      <${Ticking} class="when" read=${() => from.time(from.newest(game))} every=${1_000} />
      <span class="sides">${ENDS.map((end) => html`<${Line} key=${end} end=${end} side=${game.teams[end]} number=${begun ? from.number(game, end) : null} />`)}
        ${ending && html`<span class="ending">${ending}</span>`}</span>
    </a>`;
}

/** @param {{ end: End, side: { name: string, colour?: string | null }, number?: number | string | null, won?: boolean }} props */
function Line({ end, side, number, won = false }) {
  return html`<span class="line" data-won=${won ? "yes" : undefined} style=${{ "--colour": teamColour(side.colour, end) }}>
    <span class="name">${side.name}</span> <span class="number">${number ?? ""}</span></span>`;
}

/**
 * @param {object} props
 * @param {Result[]} props.results
 * @param {(result: Result) => { home: { name: string, colour?: string | null }, away: { name: string, colour?: string | null }, when: string, score: { [end in End]: string | number } }} props.about
 */
export function Results({ results, about }) {
  const draw = (/** @type {Result} */ result) => {
    const { home, away, when, score } = about(result);
    const winner = result.winner_team_id;
    return html`<a class="game" href=${`/matches/${result.match_id}`} data-status="finished">
      <span class="when">${when}</span>
      <span class="sides">
        <${Line} end="home" side=${home} number=${score.home} won=${winner === result.home_team_id} />
        <${Line} end="away" side=${away} number=${score.away} won=${winner === result.away_team_id} />
        ${endingOf(result) && html`<span class="ending">${endingOf(result)}</span>`}
      </span></a>`;
  };
  return html`<ul class="games results">${results.map((result) => html`
    <li key=${result.match_id}><${Boundary} of=${result} draw=${() => draw(result)} /></li>`)}</ul>`;
}

/** What the figures alone don't say. @param {Result} result */
function endingOf({ ending, reason, text }) {
  const how = { walkover: "Walk-over", awarded: "Awarded", no_result: "No result" }[ending] ?? "";
  return [how, text, reason].filter(Boolean).join(" · ");
}
