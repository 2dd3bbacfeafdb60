// The stadium display: one match, full screen, unattended for weeks.

import { distinctTeamColours, displayBackground } from "./client/colour.js";
import { followMatch, storageKeyOf, matchIdFromPath, matchStatusText } from "./client/match-stream.js";
import { BuildCheck, loadedUrls } from "./parts/build-check.js";
import { ErrorBoundary } from "./parts/error-boundary.js";
import { formatDayUnlessToday, formatTime } from "./parts/dates.js";
import { pickLanguage, translatorFor } from "./parts/language.js";
import { CelebrationQueue } from "./parts/celebration-queue.js";
import { LazyComponent } from "./parts/tabs.js";
import { humanize } from "./common/text.js";
import { clockElapsedMs, hasStarted } from "./sports/common.js";
import { sportOf } from "./sports/registry.js";
import { html, render } from "./vendor/htm-preact.js";

/** @import { Child } from "./vendor/htm-preact.js" */
/** @import { Side, Match } from "./client/message-types.js" */
/** @import { StreamState, Stream } from "./client/stream.js" */

const MAX_MISSED_HEARTBEATS = 2; // a live stream sends at least one per interval
const BUILD_CHECK_INTERVAL_MS = 10 * 60_000;
const RENDER_INTERVAL_MS = 250; // often enough that no second seems to be skipped

/** @type {Side[]} */
const SIDES = ["home", "away"];

const query = new URLSearchParams(location.search);
const language = pickLanguage(query.get("lang"));
let translate = translatorFor(language);
const stage = /** @type {HTMLElement} */ (document.getElementById("stage"));

/** @type {Match | null} */ let game = null;
/** @type {StreamState} */ let state = "connecting";
/** @type {BuildCheck | null} */ let buildCheck = null;
let isOutdated = false;
const celebrations = new CelebrationQueue();

document.documentElement.lang = language;
document.documentElement.dataset.theme = query.get("theme") === "light" ? "light" : "dark";

const openedAt = Date.now();
const id = matchIdFromPath(location.pathname);
const stream = id === null ? null : followMatch(id, {
  onMatch(updated) {
    if (game?.sport !== updated.sport) translate = translatorFor(language, sportOf(updated.sport).translations);
    game = updated;
    renderDisplay();
    reloadIfOutdated();
  },
  onLiveMessage(message, updated) {
    const sport = sportOf(updated.sport);
    const celebration = sport.celebrationOf(updated, message);
    if (celebration) celebrations.add(celebration);
    else if (sport.withdrawsCelebration?.(message)) celebrations.clear();
  },
  onState(updated) {
    state = updated;
    if (updated === "live") checkBuild();
  },
});
setInterval(renderDisplay, RENDER_INTERVAL_MS);
setInterval(checkBuild, BUILD_CHECK_INTERVAL_MS);
renderDisplay();

async function checkBuild() {
  buildCheck ??= new BuildCheck(loadedUrls());
  isOutdated ||= await buildCheck.hasChanged();
  reloadIfOutdated();
}

/** Reloads the page if the server has new files, but not during a match. */
function reloadIfOutdated() {
  if (!isOutdated || game?.status === "live" || game?.status === "paused") return;
  isOutdated = false; // only once: the page may go on running while it unloads
  if (id) sessionStorage.removeItem(storageKeyOf(id)); // the new version may not understand what the old one stored
  location.reload();
}

/** The text of a problem with the connection; empty if there is none. */
function describeConnectionProblem() {
  if (!stream) return translate("There is no match at this address");
  if (state === "refused") return translate("This match can't be shown");
  const heardAt = stream.lastContactAt || openedAt;
  const isSilent = Date.now() - heardAt > MAX_MISSED_HEARTBEATS * stream.heartbeatMs;
  return isSilent ? `${translate("Reconnecting since")} ${formatTime(heardAt, clockLocale(language))}` : "";
}

function renderDisplay() {
  stage.dataset.status = game?.status ?? "";
  if (game?.teams?.home && game.teams.away) {
    document.title = `${game.teams.home.name} v ${game.teams.away.name} · Touchline`;
    const colours = distinctTeamColours(game.teams.home.colour, game.teams.away.colour);
    for (const side of SIDES) {
      const { background, ink } = displayBackground(colours[side]);
      stage.style.setProperty(`--${side}`, background);
      stage.style.setProperty(`--on-${side}`, ink);
    }
  }
  const problemText = describeConnectionProblem();
  render(html`${game && stream ? html`<${ErrorBoundary} item=${game} render=${board} fallback=${html`<p class="waiting">–</p>`} />` : html`<p class="waiting">${problemText ? "" : translate("Connecting")}</p>`}
    <p class="lost" id="lost" role="status" hidden=${problemText === ""}>${problemText}</p>`, stage);
}

const board = () => game && stream && html`<${DisplayBoard} game=${game} stream=${stream} />`;

/** @param {{ game: Match, stream: Stream }} props */
function DisplayBoard({ game: match, stream }) {
  const { loadDisplay } = sportOf(match.sport);
  if (!loadDisplay) return html`<${ScoreDisplay} game=${match} stream=${stream} />`;
  const { text, period } = matchTime(match, stream);
  return html`<${LazyComponent} load=${loadDisplay} props=${{ game: match, translate, statusText: period, timeText: text, celebration: celebrations.current() }} />`;
}

/** @param {{ game: Match, stream: Stream }} props */
function ScoreDisplay({ game: match, stream }) {
  const celebration = celebrations.current();
  const { period, text, added } = matchTime(match, stream);
  const pens = match.shootout_score;
  return html`
    <header class="strip">
      <p class="left" id="period">${period}</p>
      <p class="time"><span id="clock">${text}</span><span class="added" id="added">${added}</span></p>
      <p class="right" id="about">${pens ? `${translate("Pens")} ${pens.home}–${pens.away}` : (match.venue ?? "")}</p>
    </header>
    ${SIDES.map((side) => html`<${ErrorBoundary} key=${side} item=${match} render=${() => html`<${TeamHalf} side=${side} game=${match} celebration=${celebration?.side === side ? celebration : null} />`} fallback=${html`<section class=${`half ${side}`}>–</section>`} />`)}
    <ol class="board" id="board"><${ErrorBoundary} item=${match} render=${() => sportOf(match.sport).displayLines(match, translate)} fallback=${html`<li>–</li>`} /></ol>`;
}

/** @param {{ side: Side, game: Match, celebration: import("./parts/celebration-queue.js").ActiveCelebration | null }} props */
function TeamHalf({ side, game: match, celebration }) {
  const { name } = match.teams[side];
  const digits = hasStarted(match) ? String(match.score?.[side] ?? "") : "";
  // A long name gets smaller letters, never an ellipsis: a display can't be scrolled.
  const nameStyle = { "--letters": String(Math.max(9, [...name].length)) };
  const celebrationText = celebration && `${translate(celebration.title)} ${celebration.text}`;
  return html`
    <section class=${`half ${side}`} data-celebrating=${celebration ? "yes" : undefined} aria-label=${name}>
      <p class="name" id=${`${side}-name`} style=${nameStyle}>${name}</p>
      <p class="number" id=${`${side}-score`} style=${{ "--digits": String(Math.max(2, digits.length)) }}>${digits}</p>
      ${celebration && html`<p class="celebration" key=${celebration.until} style=${{ "--letters": String([.../** @type {string} */ (celebrationText)].length) }}><strong>${translate(celebration.title)}</strong> <span>${celebration.text}</span></p>`}
    </section>`;
}

/**
 * @param {Match} match
 * @param {Stream} stream
 */
function matchTime(match, stream) {
  const { clock, status, sport, starts_at } = match;
  const { periodNames, formatClock } = sportOf(sport);
  const clockText = clock && status === "live" ? formatClock(clock, clockElapsedMs(clock, stream.serverNow())) : null;
  const startTime = status === "scheduled" && starts_at ? formatTime(starts_at, clockLocale(language)) : "";
  const periodName = clockText && clock?.period ? (periodNames[clock.period] ?? humanize(clock.period)) : "";
  const day = startTime && starts_at ? formatDayUnlessToday(starts_at, Date.now(), clockLocale(language)) : "";
  return { text: clockText?.text ?? startTime, added: clockText?.added ?? "", period: day || translate(periodName || matchStatusText(match)) };
}

/** The locale for clock times; `en` has no region to decide between 12 and 24 hours. @param {string} code */
function clockLocale(code) {
  return code === "en" ? "en-GB" : code;
}
