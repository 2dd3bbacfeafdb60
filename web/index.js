// The start page: events and today's matches; live matches update by themselves.

import { listAll } from "./common/api.js";
import { sortByStart, startTimeMs } from "./parts/page-state.js";
import { formatDay } from "./parts/dates.js";
import { MatchList, MatchesByDay } from "./parts/match-list.js";
import { PageFrame, initialConnectionStatus, StatusNotice } from "./parts/page-frame.js";
import { LiveMatches } from "./parts/live-matches.js";
import { html, render } from "./vendor/htm-preact.js";

/** @import { Match } from "./client/message-types.js" */

const REFRESH_INTERVAL_MS = 60_000; // for new matches; scores come from the stream
const RETRY_DELAY_MS = 3_000;
const MAX_SHOWN = 8; // of upcoming, and of finished matches

const root = /** @type {HTMLElement} */ (document.getElementById("page"));
/** @type {Match[] | null} */ let matches = null;
/** @type {{ id: number, name: string, sport: string }[]} */ let events = [];
let connection = initialConnectionStatus();
let errorText = "";

const liveMatches = new LiveMatches(renderPage, (state, reason, since) => {
  connection = { state, reason, since };
  renderPage();
});
renderPage();
refresh();
setInterval(() => document.visibilityState === "visible" && refresh(), REFRESH_INTERVAL_MS);

async function refresh() {
  const [matchList, eventList] = await Promise.all([listAll("/api/matches", { maxItems: 1_000 }), listAll("/api/events", { maxItems: 200 })]);
  if (matchList.problem || eventList.problem) {
    errorText = "The list can't be loaded at the moment. Retrying.";
    if (!matches) setTimeout(refresh, RETRY_DELAY_MS);
  } else {
    matches = matchList.items.filter(({ teams }) => teams?.home && teams?.away);
    events = eventList.items;
    errorText = "";
    liveMatches.follow(matches);
    liveMatches.loadSports(matches);
  }
  renderPage();
}

function renderPage() {
  render(html`<${PageFrame} connection=${connection} footer=${html`<a href="/purchases">Your tickets</a>`}>
    <h1>Today</h1>
    ${matches && html`<${MatchLists} matches=${sortByStart(matches.map((game) => liveMatches.latest(game)))} />`}
    <${StatusNotice}>${errorText || (matches?.length === 0 ? "No matches yet." : "")}</${StatusNotice}>
  </${PageFrame}>`, root);
}

function EventList() {
  return events.length > 0 && html`<section aria-labelledby="events"><h2 id="events">Events</h2>
    <ul class="events">${events.map(({ id, name, sport }) => html`<li key=${id}><a href=${`/events/${id}`}><span class="name">${name}</span> <span class="sport">${sport}</span></a></li>`)}</ul></section>`;
}

/** @param {{ matches: Match[] }} props */
function MatchLists({ matches }) {
  const now = Date.now();
  const isToday = (/** @type {Match} */ game) => formatDay(startTimeMs(game), now) === "Today";
  const live = matches.filter(({ status }) => ["live", "paused"].includes(status));
  const notLive = matches.filter((game) => !live.includes(game));
  const today = notLive.filter((game) => game.starts_at && isToday(game));
  const otherDays = notLive.filter((game) => !today.includes(game));
  const upcoming = otherDays.filter(({ status }) => ["scheduled", "postponed"].includes(status)).slice(0, MAX_SHOWN);
  const finished = otherDays.filter(({ status }) => ["finished", "abandoned"].includes(status)).reverse().slice(0, MAX_SHOWN);
  return html`
    ${live.length > 0 && html`<section><h2>Now</h2><${MatchList} games=${live} liveMatches=${liveMatches} /></section>`}
    ${today.length > 0 && html`<section><h2>${live.length > 0 ? "Also today" : "Today’s matches"}</h2><${MatchList} games=${today} liveMatches=${liveMatches} /></section>`}
    ${live.length + today.length === 0 && matches.length > 0 && html`<p class="empty">No matches today.</p>`}
    <${EventList} />
    ${upcoming.length > 0 && html`<section><h2>Next</h2><${MatchesByDay} games=${upcoming} liveMatches=${liveMatches} /></section>`}
    ${finished.length > 0 && html`<section><h2>Finished</h2><${MatchesByDay} games=${finished} liveMatches=${liveMatches} /></section>`}`;
}
