// The stadium display: one match, full screen, for weeks, with nobody to press a key.

import { inkOn, teamColour } from "./client/colour.js";
import { byId, setText } from "./client/element.js";
import { follow, matchId, sportOf } from "./client/game.js";
import { elapsedMs, hasBegun, inWords, standing } from "./sports/generic.js";

/** @import { End, Game } from "./client/wire.js" */
/** @import { State, Stream } from "./client/stream.js" */

const SILENT_HEARTBEATS = 2; // a live stream is never silent for longer than one

/** @type {Game | null} */
let game = null;
/** @type {State} */
let state = "connecting";

const opened = Date.now();
const id = matchId(location.pathname);
const stream = id === null ? null : follow(id, {
  onGame(next) {
    game = next;
    draw(next);
  },
  onState(next) {
    state = next;
  },
});
setInterval(tick, 250);
tick();

function tick() {
  if (game && stream) drawTime(game, stream);
  const trouble = sayTrouble();
  byId("lost").hidden = trouble === "";
  setText(byId("lost"), trouble);
}

/** What is wrong with what is shown, or nothing. */
function sayTrouble() {
  if (!stream) return "The address names no match";
  if (state === "refused") return "This match can't be shown here";
  const heardAt = stream.heardAt || opened;
  const silent = Date.now() - heardAt > SILENT_HEARTBEATS * stream.heartbeatMs;
  return silent ? `Reconnecting since ${timeOfDay(heardAt)}` : "";
}

/** @param {Game} now */
function draw(now) {
  const stage = byId("stage");
  stage.dataset.status = now.status;
  document.title = `${now.teams.home.name} v ${now.teams.away.name} · Touchline`;
  for (const end of /** @type {End[]} */ (["home", "away"])) {
    const { name, colour } = now.teams[end];
    const background = teamColour(colour, end);
    stage.style.setProperty(`--${end}`, background);
    stage.style.setProperty(`--on-${end}`, inkOn(background));
    setText(byId(`${end}-name`), name);
    // A long name gets smaller letters, never an ellipsis: nobody can scroll a stadium.
    byId(`${end}-name`).style.setProperty("--letters", String(Math.max(9, [...name].length)));
    const digits = String(now.score?.[end] ?? "");
    setText(byId(`${end}-score`), hasBegun(now) ? digits : "");
    byId(`${end}-score`).style.setProperty("--digits", String(Math.max(2, digits.length)));
  }
  const pens = now.shootout_score;
  setText(byId("about"), pens ? `Pens ${pens.home}–${pens.away}` : (now.venue ?? ""));
  byId("board").replaceChildren(...sportOf(now.sport).board(now));
}

/**
 * @param {Game} now
 * @param {Stream} from
 */
function drawTime(now, from) {
  const { clock, status, sport, starts_at } = now;
  const { periods, clock: read } = sportOf(sport);
  const running = clock && status === "live" ? read(clock, elapsedMs(clock, from.serverNow())) : null;
  const waiting = status === "scheduled" && starts_at ? timeOfDay(Date.parse(starts_at)) : "";
  setText(byId("clock"), running?.text ?? waiting);
  setText(byId("added"), running?.added ?? "");
  const period = running && clock?.period ? (periods[clock.period] ?? inWords(clock.period)) : "";
  setText(byId("period"), period || standing(now));
}

/** @param {number} at milliseconds since 1970 */
function timeOfDay(at) {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(at);
}
