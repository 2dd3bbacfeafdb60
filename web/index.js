// The list of matches. Those being played move by themselves: one stream carries up to 32 of them.

import { teamColour } from "./client/colour.js";
import { byId, element, setText } from "./client/element.js";
import { apply, sportOf } from "./client/game.js";
import { Stream } from "./client/stream.js";
import { elapsedMs, hasBegun, standing } from "./sports/generic.js";

/** @import { End, Game } from "./client/wire.js" */

const TOPICS_A_STREAM = 32;
const DRAW_AFTER_MS = 16; // many messages at once are drawn once
const ASK_AGAIN_MS = 60_000; // for matches that are new; scores come by the stream

const GROUPS = [
  { title: "Now", has: ["live", "paused"] },
  { title: "Next", has: ["scheduled"] },
  { title: "Played", has: ["finished", "abandoned"] },
  { title: "Off", has: ["postponed", "cancelled"] },
];

/** @type {Map<number, Game>} */
const games = new Map();
/** @type {Stream | null} */
let stream = null;
let following = "";

list();
setInterval(() => document.visibilityState === "visible" && list(), ASK_AGAIN_MS);
setInterval(drawTimes, 1_000);

async function list() {
  try {
    const items = await askAll();
    for (const item of items) games.set(item.id, { ...item, seq: 0, ...newer(item) });
    for (const id of games.keys()) if (!items.some((item) => item.id === id)) games.delete(id);
    setText(byId("notice"), games.size ? "" : "No matches yet.");
    byId("lists").removeAttribute("aria-busy");
    draw();
    followLive();
  } catch {
    setText(byId("notice"), "The list can't be read at the moment. Trying again.");
    if (games.size === 0) setTimeout(list, 3_000);
  }
}

/** What the stream has told is newer than what the list says. @param {Game} item */
function newer(item) {
  const known = games.get(item.id);
  return known?.seq ? known : {};
}

/** @returns {Promise<Game[]>} */
async function askAll() {
  const items = [];
  let next = "";
  do {
    const response = await fetch(`/api/matches?limit=100${next && `&after=${next}`}`);
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const page = await response.json();
    items.push(...page.items);
    next = page.next === null || page.next === undefined ? "" : encodeURIComponent(page.next);
  } while (next && items.length < 1_000);
  return items.filter(({ teams }) => teams?.home && teams?.away);
}

function followLive() {
  const wanted = [...games.values()]
    .filter(({ status }) => ["live", "paused", "scheduled"].includes(status))
    .sort((one, other) => Number(other.status !== "scheduled") - Number(one.status !== "scheduled"))
    .slice(0, TOPICS_A_STREAM)
    .map(({ id }) => `topic=match_${id}`);
  const query = wanted.sort().join("&");
  if (query === following) return;
  following = query;
  stream?.close();
  stream = null;
  if (wanted.length === 0) return showState("live");
  stream = new Stream(`/api/stream/?${query}`, {
    onMessage(message) {
      const id = Number(/^match_(\d+)$/.exec(message.topic)?.[1]);
      const game = apply(games.get(id) ?? null, message);
      if (game) games.set(id, game);
      draw();
    },
    onState: showState,
  });
  stream.forget(); // this page keeps no state, so it begins with snapshots
  stream.connect();
}

/** @param {string} state */
function showState(state) {
  const shown = byId("connection");
  shown.dataset.state = state;
  setText(shown, { live: "Live", stale: "Reconnecting", refused: "Not live" }[state] ?? "Connecting");
}

let drawing = 0;
function draw() {
  drawing ||= setTimeout(() => {
    drawing = 0;
    byId("lists").replaceChildren(...GROUPS.flatMap(drawGroup));
    drawTimes();
  }, DRAW_AFTER_MS);
}

/** @param {typeof GROUPS[number]} group */
function drawGroup({ title, has }) {
  const held = [...games.values()].filter(({ status }) => has.includes(status));
  if (held.length === 0) return [];
  const late = title === "Played" ? -1 : 1; // the newest of what is over, the next of what is not
  held.sort((one, other) => late * (when(one) - when(other)) || one.id - other.id);
  const rows = held.map((game) => element("li", "", drawGame(game)));
  return [element("h2", "", title), element("ul", "games", ...rows)];
}

/** @param {Game} game */
const when = ({ starts_at }) => (starts_at ? Date.parse(starts_at) : 0);

/** @param {Game} game */
function drawGame(game) {
  const link = element("a", "game");
  link.href = `/matches/${game.id}`;
  link.dataset.status = game.status;
  const time = element("span", "when", timeOf(game));
  time.dataset.game = String(game.id);
  const sides = element("span", "sides");
  for (const end of /** @type {End[]} */ (["home", "away"])) {
    const { name, colour } = game.teams[end];
    const row = element("span", "line", element("span", "name", name));
    row.style.setProperty("--colour", teamColour(colour, end));
    const score = hasBegun(game) ? String(game.score?.[end] ?? "") : "";
    row.append(element("span", "number", score));
    sides.append(row);
  }
  link.append(time, sides);
  return link;
}

function drawTimes() {
  for (const shown of document.querySelectorAll("[data-game]")) {
    const game = games.get(Number(/** @type {HTMLElement} */ (shown).dataset.game));
    if (game) setText(/** @type {HTMLElement} */ (shown), timeOf(game));
  }
}

/** @param {Game} game */
function timeOf(game) {
  const { status, clock, sport, starts_at } = game;
  if (status === "live" && clock?.at) {
    const ms = elapsedMs(clock, stream?.serverNow() ?? Date.now());
    const { text, added } = sportOf(sport).clock(clock, ms);
    return `${text}${added && ` ${added}`}`;
  }
  if (status === "scheduled" && starts_at) return dateOf(starts_at);
  return standing(game);
}

/** @param {string} at */
function dateOf(at) {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  const time = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit" });
  const whole = /** @type {const} */ ({ day: "numeric", month: "short", ...time });
  return new Intl.DateTimeFormat(undefined, today ? time : whole).format(date);
}
