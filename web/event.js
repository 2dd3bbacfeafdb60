// The page of one event: table, live matches, schedule, results, announcements.

import { request } from "./common/api.js";
import { UrgentBanners } from "./parts/announcements.js";
import { leaderboardRows, liveMatches } from "./parts/page-state.js";
import { MatchList } from "./parts/match-list.js";
import { AnnouncementsSection, StreamPage, ScheduleAndResults } from "./parts/stream-page.js";
import { trackMovement } from "./parts/table-movement.js";
import { LeaderboardTable } from "./parts/leaderboard-table.js";
import { sportOf } from "./sports/registry.js";
import { html } from "./vendor/htm-preact.js";

/** @import { Message } from "./client/message-types.js" */
/** @import { PageState } from "./parts/page-state.js" */
/** @import { PageContent } from "./parts/stream-page.js" */
/** @import { TableMovement } from "./parts/table-movement.js" */

/** @type {StreamPage} */ const page = new StreamPage({ resource: "event", renderContent: (content) => html`<${EventPage} ...${content} />`, describeMessage, fetchTeamNames, onStateChange: updateMovement });
const storageKey = `touchline:standing:${page.id}`;
/** @type {TableMovement | null} */ let movement = loadMovement();
page.open();

/** @param {PageState} state */
function tableRows({ table = {} }) {
  return leaderboardRows(table, (id) => page.teamName(id));
}

/** Stores the table's movement, so that its arrows survive a reload. @param {PageState} state */
function updateMovement(state) {
  movement = trackMovement(movement, tableRows(state));
  try {
    localStorage.setItem(storageKey, JSON.stringify(movement));
  } catch {
    // The arrows then cover this visit only.
  }
}

/** @returns {TableMovement | null} */
function loadMovement() {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? "null");
  } catch {
    return null;
  }
}

/** @param {Message} message */
function describeMessage({ type, data }) {
  if (type !== "result_update" || data.change === "deleted") return null;
  const { home, away } = page.resultDetails(data.result);
  return `Result: ${home.name} ${data.result.home_score}, ${away.name} ${data.result.away_score}.`;
}

async function fetchTeamNames() {
  const { body } = await request("GET", `/api/events/${page.id}/leaderboard`);
  return body?.leaderboard ?? [];
}

/** @param {PageContent} props */
function EventPage({ state, details, matches, results, announcements }) {
  const live = liveMatches(matches);
  const rows = tableRows(state);
  const { name, sport = "", ticket_types = [], capacity } = details;
  return html`
    <h1>${name}</h1>
    ${(ticket_types.length > 0 || capacity) && html`<p class="shop"><a class="button" href=${`/events/${page.id}/tickets`}>Tickets</a></p>`}
    <${UrgentBanners} announcements=${announcements} />
    ${live.length > 0 && html`<section class="now-playing" aria-labelledby="playing"><h2 id="playing">Now</h2><${MatchList} games=${live} liveMatches=${page.liveMatches} /></section>`}
    <div class="columns">
      <section aria-labelledby="table"><h2 id="table">Table</h2>
        ${rows.length > 0 ? html`<${LeaderboardTable} rows=${rows} movement=${movement} difference=${sportOf(sport).differenceColumn} />` : html`<p class="empty">No teams yet.</p>`}
      </section>
      <${AnnouncementsSection} page=${page} announcements=${announcements} />
    </div>
    <${ScheduleAndResults} page=${page} matches=${matches} results=${results} />`;
}
