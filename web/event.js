// The page of one event: table, live matches, schedule, results, announcements.

import { UrgentBanners } from "./parts/announcements.js";
import { liveMatches } from "./parts/page-state.js";
import { MatchList } from "./parts/match-list.js";
import { AnnouncementsSection, StreamPage, ScheduleAndResults } from "./parts/stream-page.js";
import { trackMovement } from "./parts/table-movement.js";
import { LeaderboardTable } from "./parts/leaderboard-table.js";
import { sportOf } from "./sports/registry.js";
import { html } from "./vendor/htm-preact.js";

/** @import { Message } from "./client/message-types.js" */
/** @import { PageState } from "./parts/page-state.js" */
/** @import { TableMovement } from "./parts/table-movement.js" */

/** @type {StreamPage} */ const page = new StreamPage({ resource: "event", renderContent: (state) => html`<${EventPage} state=${state} />`, describeMessage, teamName, onStateChange: updateMovement });
const storageKey = `touchline:standing:${page.id}`;
/** @type {TableMovement | null} */ let movement = loadMovement();
page.open();

/** Stores the table's movement, so that its arrows survive a reload. @param {PageState} state */
function updateMovement(state) {
  movement = trackMovement(movement, state.leaderboard);
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

/** @param {number} teamId */
function teamName(teamId) {
  return page.state?.leaderboard.find((row) => row.team_id === teamId)?.team ?? `Team ${teamId}`;
}

/** @param {{ state: PageState }} props */
function EventPage({ state }) {
  const live = liveMatches(state);
  const { ticket_types = [], capacity } = state.event ?? {};
  return html`
    <h1>${state.event?.name}</h1>
    ${(ticket_types.length > 0 || capacity) && html`<p class="shop"><a class="button" href=${`/events/${page.id}/tickets`}>Tickets</a></p>`}
    <${UrgentBanners} announcements=${state.announcements} />
    ${live.length > 0 && html`<section class="now-playing" aria-labelledby="playing"><h2 id="playing">Now</h2><${MatchList} games=${live} liveMatches=${page.liveMatches} /></section>`}
    <div class="columns">
      <section aria-labelledby="table"><h2 id="table">Table</h2>
        ${state.leaderboard.length > 0 ? html`<${LeaderboardTable} rows=${state.leaderboard} movement=${movement} difference=${sportOf(state.event?.sport ?? "").differenceColumn} />` : html`<p class="empty">No teams yet.</p>`}
      </section>
      <${AnnouncementsSection} page=${page} state=${state} />
    </div>
    <${ScheduleAndResults} page=${page} state=${state} />`;
}
