// The page of one event: its table, what is played, what is to come, what was announced.

import { Banners } from "./parts/announcements.js";
import { underWay } from "./parts/bulletin.js";
import { Fixtures } from "./parts/fixtures.js";
import { Announced, Gathering, Programme } from "./parts/gathering.js";
import { follow } from "./parts/movement.js";
import { Table } from "./parts/table.js";
import { html } from "./vendor/htm-preact.js";

/** @import { Message } from "./client/wire.js" */
/** @import { Bulletin } from "./parts/bulletin.js" */
/** @import { Standing } from "./parts/movement.js" */

/** @type {Gathering} */ const event = new Gathering({ what: "event", show: (now) => html`<${Page} now=${now} />`, say, nameOf, onTold: move });
const kept = `touchline:standing:${event.id}`;
/** @type {Standing | null} */ let standing = recall();
event.open();

/** The arrows of the table outlive a reload. @param {Bulletin} now */
function move(now) {
  standing = follow(standing, now.leaderboard);
  try {
    localStorage.setItem(kept, JSON.stringify(standing));
  } catch {
    // Then arrows begin with this visit.
  }
}

/** @returns {Standing | null} */
function recall() {
  try {
    return JSON.parse(localStorage.getItem(kept) ?? "null");
  } catch {
    return null;
  }
}

/** @param {Message} message */
function say({ type, data }) {
  if (type !== "result_update" || data.change === "deleted") return null;
  const { home, away } = event.about(data.result);
  return `Result: ${home.name} ${data.result.home_score}, ${away.name} ${data.result.away_score}.`;
}

/** @param {number} team */
function nameOf(team) {
  return event.bulletin?.leaderboard.find((row) => row.team_id === team)?.team ?? `Team ${team}`;
}

/** @param {{ now: Bulletin }} props */
function Page({ now }) {
  const playing = underWay(now);
  const { ticket_types = [], capacity } = now.event ?? {};
  return html`
    <h1>${now.event?.name}</h1>
    ${(ticket_types.length > 0 || capacity) && html`<p class="shop"><a class="button" href=${`/events/${event.id}/tickets`}>Tickets</a></p>`}
    <${Banners} announcements=${now.announcements} />
    ${playing.length > 0 && html`<section class="now-playing" aria-labelledby="playing"><h2 id="playing">Now</h2><${Fixtures} games=${playing} from=${event.games} /></section>`}
    <div class="columns">
      <section aria-labelledby="table"><h2 id="table">Table</h2>
        ${now.leaderboard.length > 0 ? html`<${Table} table=${now.leaderboard} standing=${standing} cricket=${now.event?.sport === "cricket"} />` : html`<p class="empty">No teams yet.</p>`}
      </section>
      <${Announced} of=${event} now=${now} />
    </div>
    <${Programme} of=${event} now=${now} />`;
}
