// What is on: events, and matches of today. Those being played move by themselves.

import { all } from "./desk/api.js";
import { inOrder, startOf } from "./parts/bulletin.js";
import { dayOf } from "./parts/dates.js";
import { Fixtures, Schedule } from "./parts/fixtures.js";
import { Frame, noContact, Notice } from "./parts/frame.js";
import { Games } from "./parts/games.js";
import { html, render } from "./vendor/htm-preact.js";

/** @import { Game } from "./client/wire.js" */

const ASK_AGAIN_MS = 60_000; // for matches that are new; scores come by the stream
const SOON_MS = 3_000;
const SHOWN = 8; // of what is to come, and of what is over

const page = /** @type {HTMLElement} */ (document.getElementById("page"));
/** @type {Game[] | null} */ let listed = null;
/** @type {{ id: number, name: string, sport: string }[]} */ let events = [];
let contact = noContact();
let trouble = "";

const games = new Games(draw, (state, why, since) => {
  contact = { state, why, since };
  draw();
});
draw();
list();
setInterval(() => document.visibilityState === "visible" && list(), ASK_AGAIN_MS);

async function list() {
  const [matches, known] = await Promise.all([all("/api/matches", { most: 1_000 }), all("/api/events", { most: 200 })]);
  if (matches.problem || known.problem) {
    trouble = "The list can't be read at the moment. Trying again.";
    if (!listed) setTimeout(list, SOON_MS);
  } else {
    listed = matches.items.filter(({ teams }) => teams?.home && teams?.away);
    events = known.items;
    trouble = "";
    games.watch(listed);
    games.bring(listed);
  }
  draw();
}

function draw() {
  render(html`<${Frame} contact=${contact} foot=${html`<a href="/purchases">Your tickets</a>`}>
    <h1>Today</h1>
    ${listed && html`<${Lists} games=${inOrder(listed.map((game) => games.newest(game)))} />`}
    <${Notice}>${trouble || (listed?.length === 0 ? "No matches yet." : "")}</${Notice}>
  </${Frame}>`, page);
}

function Events() {
  return events.length > 0 && html`<section aria-labelledby="events"><h2 id="events">Events</h2>
    <ul class="events">${events.map(({ id, name, sport }) => html`<li key=${id}><a href=${`/events/${id}`}><span class="name">${name}</span> <span class="sport">${sport}</span></a></li>`)}</ul></section>`;
}

/** @param {{ games: Game[] }} props */
function Lists({ games: known }) {
  const now = Date.now();
  const isToday = (/** @type {Game} */ game) => dayOf(startOf(game), now) === "Today";
  const playing = known.filter(({ status }) => ["live", "paused"].includes(status));
  const rest = known.filter((game) => !playing.includes(game));
  const today = rest.filter((game) => game.starts_at && isToday(game));
  const others = rest.filter((game) => !today.includes(game));
  const next = others.filter(({ status }) => ["scheduled", "postponed"].includes(status)).slice(0, SHOWN);
  const played = others.filter(({ status }) => ["finished", "abandoned"].includes(status)).reverse().slice(0, SHOWN);
  return html`
    ${playing.length > 0 && html`<section><h2>Now</h2><${Fixtures} games=${playing} from=${games} /></section>`}
    ${today.length > 0 && html`<section><h2>${playing.length > 0 ? "Also today" : "On today"}</h2><${Fixtures} games=${today} from=${games} /></section>`}
    ${playing.length + today.length === 0 && known.length > 0 && html`<p class="empty">Nothing is played today.</p>`}
    <${Events} />
    ${next.length > 0 && html`<section><h2>Next</h2><${Schedule} games=${next} from=${games} /></section>`}
    ${played.length > 0 && html`<section><h2>Played</h2><${Schedule} games=${played} from=${games} /></section>`}`;
}
