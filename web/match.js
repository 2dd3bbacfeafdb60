// The page of one match: score, clock, timeline and figures, as they happen.

import { inkOn, pair } from "./client/colour.js";
import { follow, matchId, sportOf, stands } from "./client/game.js";
import { Boundary } from "./parts/boundary.js";
import { dayOf, timeOfDay } from "./parts/dates.js";
import { Frame, noContact, Notice, refusal, Ticking } from "./parts/frame.js";
import { Later, Tabs } from "./parts/tabs.js";
import { elapsedMs, hasBegun, inWords } from "./sports/generic.js";
import { html, render } from "./vendor/htm-preact.js";

/** @import { End, Game } from "./client/wire.js" */

const page = /** @type {HTMLElement} */ (document.getElementById("page"));
const id = matchId(location.pathname);

/** @type {Game | null} */ let game = null;
let contact = noContact();
let said = "";

const stream = id === null ? null : follow(id, {
  onGame(next) {
    game = next;
    draw();
  },
  onNews(message, after) {
    said = sportOf(after.sport).say(after, message) ?? said;
  },
  onState(state, why, since) {
    contact = { state, why, since };
    draw();
  },
});
if (!stream) contact = { ...contact, state: "refused", why: "404" };
const serverNow = () => stream?.serverNow() ?? Date.now();
draw();

function draw() {
  if (game?.teams?.home && game.teams.away) dress(game);
  const refused = contact.state === "refused" ? refusal("match", contact.why) : "";
  render(html`<${Frame} contact=${contact} said=${said} foot=${game && html`<${Foot} game=${game} />`}>
    ${game && html`<${Boundary} of=${game} draw=${head} /><${Boundary} of=${game} draw=${details} />`}
    <${Notice}>${refused}</${Notice}>
  </${Frame}>`, page);
}

const head = () => game && html`<${Head} game=${game} />`;
const details = () => game && html`<${Details} game=${game} />`;

/** The title tells the score in a tab's name, and the team colours are the page's. @param {Game} now */
function dress(now) {
  const { teams, score } = now;
  const { number } = sportOf(now.sport);
  const begun = score && hasBegun(now);
  const made = (/** @type {End} */ end) => [teams[end].name, begun && number?.(now, end)].filter(Boolean).join(" ");
  const numbers = begun && !number ? `${score.home}–${score.away}` : "v";
  document.title = `${made("home")} ${numbers} ${made("away")} · Touchline`;
  const colours = pair(teams.home.colour, teams.away.colour);
  for (const end of /** @type {End[]} */ (["home", "away"])) {
    document.documentElement.style.setProperty(`--${end}`, colours[end]);
    document.documentElement.style.setProperty(`--on-${end}`, inkOn(colours[end]));
  }
}

/** @param {{ game: Game }} props */
function Head({ game: now }) {
  const { teams, score, venue, starts_at, shootout_score: pens, result } = now;
  const begun = hasBegun(now);
  const when = starts_at && `${dayOf(starts_at, Date.now())}, ${timeOfDay(starts_at)}`;
  const { head: load } = sportOf(now.sport);
  if (load) return html`<h1 class="unseen">${teams.home.name} against ${teams.away.name}</h1><${Later} load=${load} props=${{ game: now, standing: period(now) }} />`;
  const how = { walkover: "Walk-over", awarded: "Awarded", no_result: "No result" }[/** @type {string} */ (result?.ending)];
  return html`
    <h1 id="title" class="unseen">${teams.home.name} against ${teams.away.name}</h1>
    <section class="head" aria-label="Score" id="head">
      <p class="about" id="about">${[venue, when].filter(Boolean).join(" · ")}</p>
      <div class="sides">
        <${Side} end="home" game=${now} />
        <p class="score" id="score" data-begun=${String(begun)}><span id="home-score">${begun ? score?.home : ""}</span><span class="dash">–</span><span id="away-score">${begun ? score?.away : ""}</span></p>
        <${Side} end="away" game=${now} />
        <${Credits} end="home" game=${now} />
        <p class="now">
          <${Ticking} id="clock" class="time" read=${() => time(now).text} />
          <${Ticking} id="added" class="added" read=${() => time(now).added} />
          <span id="period">${period(now)}</span>
          ${pens && html`<span id="shootout">${pens.home}–${pens.away} on penalties</span>`}
          ${how && html`<span>${[how, result.reason].filter(Boolean).join(": ")}</span>`}
        </p>
        <${Credits} end="away" game=${now} />
      </div>
    </section>`;
}

/** @param {{ end: End, game: Game }} props */
function Side({ end, game: now }) {
  const { id: team, name } = now.teams[end];
  // The longest word must fit its column: a club's name broken in two reads as another club.
  const longest = Math.max(...name.split(/[\s-]+/).map((word) => [...word].length));
  const letters = { "--word": String(Math.min(Math.max(longest, 8), 24)) };
  return html`<div class=${`side ${end}`}><a class="name" id=${`${end}-name`} href=${`/teams/${team}`} style=${letters}>${name}</a></div>`;
}

/** @param {{ end: End, game: Game }} props */
function Credits({ end, game: now }) {
  return html`<ul class=${`credits ${end}`} id=${`${end}-credits`} aria-label=${`Scored for ${now.teams[end].name}`}>${sportOf(now.sport).credits(now, end).map((line) => html`<li key=${line}>${line}</li>`)}</ul>`;
}

const loadReplay = async () => (await import("./parts/replay.js")).Replay;

/** @param {{ game: Game }} props */
function Details({ game: now }) {
  const tabs = sportOf(now.sport).panels.map(({ title, draw: part }) => ({ title, draw: () => html`<${Boundary} of=${now} draw=${() => part(now)} />` }));
  const replay = { title: "Replay", draw: () => html`<${Later} load=${loadReplay} props=${{ game: now }} />` };
  return html`<${Tabs} label="Match details" tabs=${hasBegun(now) ? [...tabs, replay] : tabs} />`;
}

/** @param {{ game: Game }} props */
function Foot({ game: now }) {
  return html`<nav aria-label="More">
    ${now.event_id && html`<a href=${`/events/${now.event_id}`}>Table and schedule</a>`}
    <a id="display-link" href=${`/matches/${now.id}/hd`}>Stadium display</a></nav>`;
}

/** @param {Game} now */
function time({ clock, status, sport }) {
  if (!clock || status !== "live") return { text: "", added: "" };
  return sportOf(sport).clock(clock, elapsedMs(clock, serverNow()));
}

/** @param {Game} now */
function period(now) {
  const { clock, status, sport } = now;
  const running = status === "live" && clock?.period;
  return running ? (sportOf(sport).periods[running] ?? inWords(running)) : stands(now);
}
