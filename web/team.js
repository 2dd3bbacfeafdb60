// The page of one team: live matches, schedule, results, players.

import { teamColour } from "./client/colour.js";
import { listAll } from "./common/api.js";
import { UrgentBanners } from "./parts/announcements.js";
import { ErrorBoundary } from "./parts/error-boundary.js";
import { liveMatches } from "./parts/page-state.js";
import { MatchList } from "./parts/match-list.js";
import { AnnouncementsSection, StreamPage, ScheduleAndResults } from "./parts/stream-page.js";
import { LazyComponent } from "./parts/tabs.js";
import { sportOf } from "./sports/registry.js";
import { html } from "./vendor/htm-preact.js";

/** @import { Match, Message } from "./client/message-types.js" */
/** @import { PageContent } from "./parts/stream-page.js" */

/** @typedef {{ id: number, name: string, shirt_number?: number | null }} ListedPlayer */

/** The only player whose incidents are shown; kept in the address, so that it can be shared. */
let selectedPlayerId = Number(new URLSearchParams(location.search).get("player")) || 0;
/** @type {ListedPlayer[]} */ let players = [];

/** @type {StreamPage} */ const page = new StreamPage({ resource: "team", renderContent: (content) => html`<${TeamPage} ...${content} />`, describeMessage, fetchMore: fetchPlayers });
page.open();

/** @param {Message} message */
function describeMessage(message) {
  const { type, data } = message;
  const game = page.matchById.get(data.match_id);
  return game && type.startsWith("incident_") ? sportOf(game.sport).spokenMessage({ ...game, score: data.score }, message) : null;
}

async function fetchPlayers() {
  const { items, problem } = await listAll(`/api/teams/${page.id}/players`);
  if (!problem) players = items;
}

/** @param {number} playerId */
function selectPlayer(playerId) {
  selectedPlayerId = playerId;
  history.replaceState(null, "", playerId ? `?player=${playerId}` : location.pathname);
  page.render();
}

/** @param {PageContent} props */
function TeamPage({ details, matches, results, announcements }) {
  const live = liveMatches(matches);
  return html`
    <h1 class="team-name" style=${{ "--colour": teamColour(details.colour, "home") }}>${details.name}</h1>
    <${UrgentBanners} announcements=${announcements} />
    <div class="columns">
      <div>
        ${live.map((game) => html`<${ErrorBoundary} key=${game.id} item=${game} render=${() => html`<${LiveMatch} game=${game} />`} />`)}
        ${live.length === 0 && html`<section aria-labelledby="playing"><h2 id="playing">Now</h2><p class="empty">No match is being played.</p></section>`}
      </div>
      <${AnnouncementsSection} page=${page} announcements=${announcements} />
    </div>
    <${ScheduleAndResults} page=${page} matches=${matches} results=${results} />
    <section aria-labelledby="players"><h2 id="players">Players</h2>
      ${players.length === 0 && html`<p class="empty">No players are listed.</p>`}
      <ol class="players in-columns">${players.map(({ id, name, shirt_number }) => html`<li key=${id}><span class="shirt">${shirt_number ?? ""}</span> <span class="name">${name}</span></li>`)}</ol>
    </section>`;
}

/** @param {{ game: Match }} props */
function LiveMatch({ game }) {
  const { loadTeamActivity } = sportOf(game.sport);
  const selectedPlayer = players.find((one) => one.id === selectedPlayerId);
  const emptyText = selectedPlayer ? `Nothing of ${selectedPlayer.name} yet.` : "Nothing of this team yet.";
  return html`<section class="now-playing" aria-label="Now">
    <h2>Now</h2>
    <${MatchList} games=${[game]} liveMatches=${page.liveMatches} />
    ${players.length > 0 && html`<label class="filter">Show <select value=${String(selectedPlayerId)} onChange=${(/** @type {Event} */ event) => selectPlayer(Number(/** @type {HTMLSelectElement} */ (event.target).value))}>
      <option value="0">the whole team</option>
      ${players.map(({ id, name }) => html`<option key=${id} value=${String(id)} selected=${id === selectedPlayerId}>${name}</option>`)}
    </select></label>`}
    ${loadTeamActivity
      ? html`<${LazyComponent} key=${game.id} load=${loadTeamActivity} props=${{ game, teamId: page.id, playerId: selectedPlayerId, emptyText }} />`
      : html`<p class="empty">${emptyText}</p>`}
  </section>`;
}
