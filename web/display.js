// The stadium display: one match, full screen, for weeks, with nobody to press a key.

import { pair, wall } from "./client/colour.js";
import { follow, keptAs, matchId, sportOf, stands } from "./client/game.js";
import { Build, loaded } from "./parts/build.js";
import { Boundary } from "./parts/boundary.js";
import { dayUnlessToday, timeOfDay } from "./parts/dates.js";
import { languageOf, speak } from "./parts/language.js";
import { Moments } from "./parts/moments.js";
import { Later } from "./parts/tabs.js";
import { elapsedMs, hasBegun, inWords } from "./sports/generic.js";
import { html, render } from "./vendor/htm-preact.js";

/** @import { Child } from "./vendor/htm-preact.js" */
/** @import { End, Game } from "./client/wire.js" */
/** @import { State, Stream } from "./client/stream.js" */

const SILENT_HEARTBEATS = 2; // a live stream is never silent for longer than one
const TAKEN_BACK = new Set(["ball_corrected", "milestone_withdrawn"]);
const LOOK_FOR_BUILD_MS = 10 * 60_000;
const DRAW_EVERY_MS = 250; // so that a second never seems to be skipped

/** @type {End[]} */
const ENDS = ["home", "away"];

const asked = new URLSearchParams(location.search);
const language = languageOf(asked.get("lang"));
const words = speak(language);
const stage = /** @type {HTMLElement} */ (document.getElementById("stage"));

/** @type {Game | null} */ let game = null;
/** @type {State} */ let state = "connecting";
/** @type {Build | null} */ let build = null;
let isOutdated = false;
const moments = new Moments();

document.documentElement.lang = language;
document.documentElement.dataset.theme = asked.get("theme") === "light" ? "light" : "dark";

const opened = Date.now();
const id = matchId(location.pathname);
const stream = id === null ? null : follow(id, {
  onGame(next) {
    game = next;
    draw();
    leaveIfOutdated();
  },
  onNews(message, after) {
    const celebrated = sportOf(after.sport).moment(after, message);
    if (celebrated) moments.add(celebrated);
    // Nobody cheers what was taken back.
    else if (message.data.incident?.confirmation === "cancelled" || TAKEN_BACK.has(message.type)) moments.clear();
  },
  onState(next) {
    state = next;
    if (next === "live") lookForBuild();
  },
});
setInterval(draw, DRAW_EVERY_MS);
setInterval(lookForBuild, LOOK_FOR_BUILD_MS);
draw();

async function lookForBuild() {
  build ??= new Build(loaded());
  isOutdated ||= await build.changed();
  leaveIfOutdated();
}

/** A new server may bring a new page; it waits until nobody looks at a match. */
function leaveIfOutdated() {
  if (!isOutdated || game?.status === "live" || game?.status === "paused") return;
  isOutdated = false; // once: what is being left must not be left again
  if (id) sessionStorage.removeItem(keptAs(id)); // what the old page kept, the new one may not understand
  location.reload();
}

/** What is wrong with what is shown, or nothing. */
function trouble() {
  if (!stream) return words("The address names no match");
  if (state === "refused") return words("This match can't be shown here");
  const heardAt = stream.heardAt || opened;
  const silent = Date.now() - heardAt > SILENT_HEARTBEATS * stream.heartbeatMs;
  return silent ? `${words("Reconnecting since")} ${timeOfDay(heardAt, clockOf(language))}` : "";
}

function draw() {
  stage.dataset.status = game?.status ?? "";
  if (game?.teams?.home && game.teams.away) {
    document.title = `${game.teams.home.name} v ${game.teams.away.name} · Touchline`;
    const colours = pair(game.teams.home.colour, game.teams.away.colour);
    for (const end of ENDS) {
      const { background, ink } = wall(colours[end]);
      stage.style.setProperty(`--${end}`, background);
      stage.style.setProperty(`--on-${end}`, ink);
    }
  }
  const wrong = trouble();
  render(html`${game && stream ? html`<${Boundary} of=${game} draw=${board} instead=${html`<p class="waiting">–</p>`} />` : html`<p class="waiting">${wrong ? "" : words("Connecting")}</p>`}
    <p class="lost" id="lost" role="status" hidden=${wrong === ""}>${wrong}</p>`, stage);
}

const board = () => game && stream && html`<${Board} game=${game} stream=${stream} />`;

/** @param {{ game: Game, stream: Stream }} props */
function Board({ game: now, stream: from }) {
  const { stage: load } = sportOf(now.sport);
  if (!load) return html`<${Match} game=${now} stream=${from} />`;
  const { text, period } = timeOf(now, from);
  return html`<${Later} load=${load} props=${{ game: now, words, standing: period, time: text, moment: moments.now() }} />`;
}

/** @param {{ game: Game, stream: Stream }} props */
function Match({ game: now, stream: from }) {
  const moment = moments.now();
  const { period, text, added } = timeOf(now, from);
  const pens = now.shootout_score;
  return html`
    <header class="strip">
      <p class="left" id="period">${period}</p>
      <p class="time"><span id="clock">${text}</span><span class="added" id="added">${added}</span></p>
      <p class="right" id="about">${pens ? `${words("Pens")} ${pens.home}–${pens.away}` : (now.venue ?? "")}</p>
    </header>
    ${ENDS.map((end) => html`<${Boundary} key=${end} of=${now} draw=${() => html`<${Half} end=${end} game=${now} moment=${moment?.end === end ? moment : null} />`} instead=${html`<section class=${`half ${end}`}>–</section>`} />`)}
    <ol class="board" id="board"><${Boundary} of=${now} draw=${() => sportOf(now.sport).board(now, words)} instead=${html`<li>–</li>`} /></ol>`;
}

/** @param {{ end: End, game: Game, moment: import("./parts/moments.js").Shown | null }} props */
function Half({ end, game: now, moment: cheered }) {
  const { name } = now.teams[end];
  const digits = hasBegun(now) ? String(now.score?.[end] ?? "") : "";
  // A long name gets smaller letters, never an ellipsis: nobody can scroll a stadium.
  const letters = { "--letters": String(Math.max(9, [...name].length)) };
  const cheer = cheered && `${words(cheered.title)} ${cheered.text}`;
  return html`
    <section class=${`half ${end}`} data-moment=${cheered ? "yes" : undefined} aria-label=${name}>
      <p class="name" id=${`${end}-name`} style=${letters}>${name}</p>
      <p class="number" id=${`${end}-score`} style=${{ "--digits": String(Math.max(2, digits.length)) }}>${digits}</p>
      ${cheered && html`<p class="cheer" key=${cheered.until} style=${{ "--letters": String([.../** @type {string} */ (cheer)].length) }}><strong>${words(cheered.title)}</strong> <span>${cheered.text}</span></p>`}
    </section>`;
}

/**
 * @param {Game} now
 * @param {Stream} from
 */
function timeOf(now, from) {
  const { clock, status, sport, starts_at } = now;
  const { periods, clock: read } = sportOf(sport);
  const running = clock && status === "live" ? read(clock, elapsedMs(clock, from.serverNow())) : null;
  const waiting = status === "scheduled" && starts_at ? timeOfDay(starts_at, clockOf(language)) : "";
  const period = running && clock?.period ? (periods[clock.period] ?? inWords(clock.period)) : "";
  const day = waiting && starts_at ? dayUnlessToday(starts_at, Date.now(), clockOf(language)) : "";
  return { text: running?.text ?? waiting, added: running?.added ?? "", period: day || words(period || stands(now)) };
}

/** A display has no reader whose habits the browser would know. @param {string} code */
function clockOf(code) {
  return code === "en" ? "en-GB" : code;
}
