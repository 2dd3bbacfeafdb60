// The page of one match: score, clock, timeline and statistics, live.

import { textColourOn, distinctTeamColours } from "./client/colour.js";
import { followMatch, matchIdFromPath, matchStatusText } from "./client/match-stream.js";
import { ErrorBoundary } from "./parts/error-boundary.js";
import { formatDay, formatTime } from "./parts/dates.js";
import { PageFrame, initialConnectionStatus, StatusNotice, refusalText, TickingText } from "./parts/page-frame.js";
import { LazyComponent, Tabs } from "./parts/tabs.js";
import { humanize } from "./common/text.js";
import { clockElapsedMs, hasStarted, placeTexts } from "./sports/common.js";
import { sportOf } from "./sports/registry.js";
import { html, render } from "./vendor/htm-preact.js";

/** @import { Side, Match } from "./client/message-types.js" */

const root = /** @type {HTMLElement} */ (document.getElementById("page"));
const id = matchIdFromPath(location.pathname);

/** @type {Match | null} */ let game = null;
let connection = initialConnectionStatus();
let spokenText = "";

const stream = id === null ? null : followMatch(id, {
  onMatch(updated) {
    game = updated;
    renderPage();
  },
  onLiveMessage(message, updated) {
    spokenText = sportOf(updated.sport).spokenMessage(updated, message) ?? spokenText;
  },
  onState(state, reason, since) {
    connection = { state, reason, since };
    renderPage();
  },
});
if (!stream) connection = { ...connection, state: "refused", reason: "404" };
const serverNow = () => stream?.serverNow() ?? Date.now();
renderPage();

function renderPage() {
  if (game?.teams?.home && game.teams.away) updateTitleAndColours(game);
  const refusedText = connection.state === "refused" ? refusalText("match", connection.reason) : "";
  render(html`<${PageFrame} connection=${connection} spokenText=${spokenText} footer=${game && html`<${FooterLinks} game=${game} />`}>
    ${game && html`<${ErrorBoundary} item=${game} render=${head} /><${ErrorBoundary} item=${game} render=${details} />`}
    <${StatusNotice}>${refusedText}</${StatusNotice}>
  </${PageFrame}>`, root);
}

const head = () => game && html`<${MatchHeader} game=${game} />`;
const details = () => game && html`<${MatchDetails} game=${game} />`;

/** Shows the score in the tab's title, and sets the team colours of the page. @param {Match} match */
function updateTitleAndColours(match) {
  const { teams, score } = match;
  const { scoreText } = sportOf(match.sport);
  const hasScore = score && hasStarted(match);
  const titlePart = (/** @type {Side} */ side) => [teams[side].name, hasScore && scoreText?.(match, side)].filter(Boolean).join(" ");
  const scoreOrV = hasScore && !scoreText ? `${score.home}–${score.away}` : "v";
  document.title = `${titlePart("home")} ${scoreOrV} ${titlePart("away")} · Touchline`;
  const colours = distinctTeamColours(teams.home.colour, teams.away.colour);
  for (const side of /** @type {Side[]} */ (["home", "away"])) {
    document.documentElement.style.setProperty(`--${side}`, colours[side]);
    document.documentElement.style.setProperty(`--on-${side}`, textColourOn(colours[side]));
  }
}

/** @param {{ game: Match }} props */
function MatchHeader({ game: match }) {
  const { teams, score, starts_at, shootout_score: shootoutScore, result } = match;
  const isStarted = hasStarted(match);
  const startText = starts_at && `${formatDay(starts_at, Date.now())}, ${formatTime(starts_at)}`;
  const { loadHeader } = sportOf(match.sport);
  if (loadHeader) return html`<h1 class="visually-hidden">${teams.home.name} against ${teams.away.name}</h1><${LazyComponent} load=${loadHeader} props=${{ game: match, statusText: periodText(match) }} />`;
  const endingName = { walkover: "Walk-over", awarded: "Awarded", no_result: "No result" }[/** @type {string} */ (result?.ending)];
  return html`
    <h1 id="title" class="visually-hidden">${teams.home.name} against ${teams.away.name}</h1>
    <section class="head" aria-label="Score" id="head">
      <p class="about" id="about">${[...placeTexts(match), startText].filter(Boolean).join(" · ")}</p>
      <div class="sides">
        <${TeamName} side="home" game=${match} />
        <p class="score" id="score" data-begun=${String(isStarted)}><span id="home-score">${isStarted ? score?.home : ""}</span><span class="dash">–</span><span id="away-score">${isStarted ? score?.away : ""}</span></p>
        <${TeamName} side="away" game=${match} />
        <${ScorerList} side="home" game=${match} />
        <p class="now">
          <${TickingText} id="clock" class="time" getText=${() => clockTime(match).text} />
          <${TickingText} id="added" class="added" getText=${() => clockTime(match).added} />
          <span id="period">${periodText(match)}</span>
          ${shootoutScore && html`<span id="shootout">${shootoutScore.home}–${shootoutScore.away} on penalties</span>`}
          ${endingName && html`<span>${[endingName, result.reason].filter(Boolean).join(": ")}</span>`}
        </p>
        <${ScorerList} side="away" game=${match} />
      </div>
    </section>`;
}

/** @param {{ side: Side, game: Match }} props */
function TeamName({ side, game: match }) {
  const { id: team, name } = match.teams[side];
  // The longest word must fit its column, so that no team's name is broken.
  const longest = Math.max(...name.split(/[\s-]+/).map((word) => [...word].length));
  const nameStyle = { "--word": String(Math.min(Math.max(longest, 8), 24)) };
  return html`<div class=${`side ${side}`}><a class="name" id=${`${side}-name`} href=${`/teams/${team}`} style=${nameStyle}>${name}</a></div>`;
}

/** @param {{ side: Side, game: Match }} props */
function ScorerList({ side, game: match }) {
  return html`<ul class=${`credits ${side}`} id=${`${side}-credits`} aria-label=${`Scored for ${match.teams[side].name}`}>${sportOf(match.sport).scorerLines(match, side).map((line) => html`<li key=${line}>${line}</li>`)}</ul>`;
}

const loadReplay = async () => (await import("./parts/replay.js")).Replay;

/** @param {{ game: Match }} props */
function MatchDetails({ game: match }) {
  const tabs = sportOf(match.sport).panels.map(({ title, render: renderPanel }) => ({ title, render: () => html`<${ErrorBoundary} item=${match} render=${() => renderPanel(match)} />` }));
  const replay = { title: "Replay", render: () => html`<${LazyComponent} load=${loadReplay} props=${{ game: match }} />` };
  return html`<${Tabs} label="Match details" tabs=${hasStarted(match) ? [...tabs, replay] : tabs} />`;
}

/** @param {{ game: Match }} props */
function FooterLinks({ game: match }) {
  return html`<nav aria-label="More">
    ${match.event_id && html`<a href=${`/events/${match.event_id}`}>Table and schedule</a>`}
    <a id="display-link" href=${`/matches/${match.id}/hd`}>Stadium display</a></nav>`;
}

/** @param {Match} match */
function clockTime({ clock, status, sport }) {
  if (!clock || status !== "live") return { text: "", added: "" };
  return sportOf(sport).formatClock(clock, clockElapsedMs(clock, serverNow()));
}

/** @param {Match} match */
function periodText(match) {
  const { clock, status, sport } = match;
  const currentPeriod = status === "live" && clock?.period;
  return currentPeriod ? (sportOf(sport).periodNames[currentPeriod] ?? humanize(currentPeriod)) : matchStatusText(match);
}
