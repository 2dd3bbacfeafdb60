// The page of one event: its table, what is played, what is to come, what was announced.

import { Stream } from "./client/stream.js";
import { AskToNotify, Announcements, Banners, notify } from "./parts/announcements.js";
import { all } from "./parts/api.js";
import { tell, toCome, underWay } from "./parts/bulletin.js";
import { dayOf } from "./parts/dates.js";
import { Fixtures, Results, Schedule } from "./parts/fixtures.js";
import { Frame, noContact, Notice, refusal } from "./parts/frame.js";
import { Games } from "./parts/games.js";
import { follow } from "./parts/movement.js";
import { SignIn } from "./parts/sign-in.js";
import { Table } from "./parts/table.js";
import { html, render } from "./vendor/htm-preact.js";

/** @import { Game, Message } from "./client/wire.js" */
/** @import { Bulletin, Result } from "./parts/bulletin.js" */
/** @import { Standing } from "./parts/movement.js" */

const page = /** @type {HTMLElement} */ (document.getElementById("page"));
const id = Number(location.pathname.split("/")[2]);
const kept = `touchline:standing:${id}`;

/** @type {Bulletin | null} */ let bulletin = null;
/** @type {Standing | null} */ let standing = recall();
/** What is over is not in the bulletin; it has the colours and the days of the results. @type {Map<number, Game>} */ const known = new Map();
let contact = noContact();
let said = "";

const games = new Games(draw);
const stream = new Stream([`event_${id}`], {
  onMessage(message) {
    bulletin = tell(bulletin, message);
    if (!bulletin) return;
    move(bulletin);
    if (message.type === "snapshot") learn();
    if (stream.state === "live") sayAloud(message);
    games.watch(bulletin.matches);
    draw();
  },
  onState(state, why, since) {
    contact = { state, why, since };
    draw();
  },
});
stream.forget(); // the page keeps nothing but its table's order, so it begins with a snapshot
stream.connect();
draw();

/** @param {Bulletin} now */
function move(now) {
  for (const game of now.matches) known.set(game.id, game);
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

async function learn() {
  const matches = await all(`/api/events/${id}/matches`).catch(() => []);
  for (const game of matches) if (!known.has(game.id)) known.set(game.id, game);
  draw();
}

/** @param {Message} message */
function sayAloud(message) {
  notify(message);
  const { type, data } = message;
  if (type !== "result_update" || data.change === "deleted") return;
  const { home, away } = about(data.result);
  said = `Result: ${home.name} ${data.result.home_score}, ${away.name} ${data.result.away_score}.`;
}

/** @param {Result} result */
function about(result) {
  const game = known.get(result.match_id);
  const named = (/** @type {number} */ team) => ({ name: bulletin?.leaderboard.find((row) => row.team_id === team)?.team ?? `Team ${team}` });
  return {
    home: game?.teams.home ?? named(result.home_team_id),
    away: game?.teams.away ?? named(result.away_team_id),
    when: game?.starts_at ? dayOf(game.starts_at, Date.now()) : "",
  };
}

function draw() {
  if (bulletin?.event) document.title = `${bulletin.event.name} · Touchline`;
  const refused = contact.state === "refused" ? refusal("event", contact.why) : "";
  render(html`<${Frame} contact=${contact} said=${said}>
    ${bulletin && html`<${Page} now=${bulletin} />`}
    <${Notice}>${refused}</${Notice}>
    ${contact.why === "401" && contact.state === "refused" && html`<${SignIn} onSignedIn=${() => stream.connect()} />`}
  </${Frame}>`, page);
}

/** @param {{ now: Bulletin }} props */
function Page({ now }) {
  const current = { ...now, matches: now.matches.map((game) => games.newest(game)) };
  const playing = underWay(current);
  const next = toCome(current);
  return html`
    <h1>${now.event?.name}</h1>
    <${Banners} announcements=${now.announcements} />
    ${playing.length > 0 && html`<section class="now-playing" aria-labelledby="playing"><h2 id="playing">Now</h2><${Fixtures} games=${playing} from=${games} /></section>`}
    <div class="columns">
      <section aria-labelledby="table"><h2 id="table">Table</h2>
        ${now.leaderboard.length > 0 ? html`<${Table} table=${now.leaderboard} standing=${standing} cricket=${now.event?.sport === "cricket"} />` : html`<p class="empty">No teams yet.</p>`}
      </section>
      <section aria-labelledby="announced"><div class="with-action"><h2 id="announced">Announcements</h2><${AskToNotify} onDecided=${draw} /></div>
        <${Announcements} announcements=${now.announcements} />
      </section>
    </div>
    <div class="columns even">
      <section aria-labelledby="schedule"><h2 id="schedule">Schedule</h2>
        ${next.length > 0 ? html`<${Schedule} games=${next} from=${games} />` : html`<p class="empty">Nothing is to come.</p>`}
      </section>
      <section aria-labelledby="results"><h2 id="results">Results</h2>
        ${now.results.length > 0 ? html`<${Results} results=${now.results} about=${about} />` : html`<p class="empty">No results yet.</p>`}
      </section>
    </div>`;
}
