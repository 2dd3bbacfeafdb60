// The page of one team, as its people follow it: what it is doing now, what comes, how it went.

import { sportOf } from "./client/game.js";
import { teamColour } from "./client/colour.js";
import { Stream } from "./client/stream.js";
import { Announcements, AskToNotify, Banners, notify } from "./parts/announcements.js";
import { all } from "./parts/api.js";
import { tell, toCome, underWay } from "./parts/bulletin.js";
import { dayOf } from "./parts/dates.js";
import { Fixtures, Results, Schedule } from "./parts/fixtures.js";
import { Frame, noContact, Notice, refusal } from "./parts/frame.js";
import { Games } from "./parts/games.js";
import { ofPlayer, ofTeam } from "./parts/selection.js";
import { SignIn } from "./parts/sign-in.js";
import { drawIncident } from "./sports/incidents.js";
import { html, render } from "./vendor/htm-preact.js";

/** @import { Game, Message } from "./client/wire.js" */
/** @import { Bulletin, Result } from "./parts/bulletin.js" */

const page = /** @type {HTMLElement} */ (document.getElementById("page"));
const id = Number(location.pathname.split("/")[2]);

/** @type {Bulletin | null} */ let bulletin = null;
/** @type {Map<number, Game>} */ const known = new Map();
let contact = noContact();
let said = "";
/** Whom alone to show; the address keeps it, so that it can be sent on. */
let player = Number(new URLSearchParams(location.search).get("player")) || 0;

const games = new Games(draw);
const stream = new Stream([`team_${id}`], {
  onMessage(message) {
    bulletin = tell(bulletin, message);
    if (!bulletin) return;
    for (const game of bulletin.matches) known.set(game.id, game);
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
stream.forget(); // the page keeps nothing, so it begins with a snapshot
stream.connect();
draw();

async function learn() {
  const matches = await all(`/api/teams/${id}/matches`).catch(() => []);
  for (const game of matches) if (!known.has(game.id)) known.set(game.id, game);
  draw();
}

/** @param {Message} message */
function sayAloud(message) {
  notify(message);
  const { type, data } = message;
  const game = known.get(data.match_id);
  if (game && type.startsWith("incident_")) said = sportOf(game.sport).say({ ...game, score: data.score }, message) ?? said;
}

/** @param {Result} result */
function about(result) {
  const game = known.get(result.match_id);
  const named = (/** @type {number} */ team) => ({ name: team === id ? (bulletin?.team?.name ?? "") : "Opponent" });
  return {
    home: game?.teams.home ?? named(result.home_team_id),
    away: game?.teams.away ?? named(result.away_team_id),
    when: game?.starts_at ? dayOf(game.starts_at, Date.now()) : "",
  };
}

/** @param {number} chosen */
function choose(chosen) {
  player = chosen;
  history.replaceState(null, "", chosen ? `?player=${chosen}` : location.pathname);
  draw();
}

function draw() {
  if (bulletin?.team) document.title = `${bulletin.team.name} · Touchline`;
  const refused = contact.state === "refused" ? refusal("team", contact.why) : "";
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
    <h1 class="team-name" style=${{ "--colour": teamColour(now.team?.colour, "home") }}>${now.team?.name}</h1>
    <${Banners} announcements=${now.announcements} />
    <div class="columns">
      <div>
        ${playing.map((game) => html`<${Playing} key=${game.id} game=${game} players=${now.players ?? []} />`)}
        ${playing.length === 0 && html`<section aria-labelledby="playing"><h2 id="playing">Now</h2><p class="empty">No match is being played.</p></section>`}
      </div>
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
    </div>
    <section aria-labelledby="players"><h2 id="players">Players</h2>
      ${(now.players ?? []).length === 0 && html`<p class="empty">No players are listed.</p>`}
      <ol class="players in-columns">${(now.players ?? []).map(({ id: one, name, shirt_number }) => html`<li key=${one}><span class="shirt">${shirt_number ?? ""}</span> <span class="name">${name}</span></li>`)}</ol>
    </section>`;
}

/** @param {{ game: Game, players: NonNullable<Bulletin["players"]> }} props */
function Playing({ game, players }) {
  const incidents = ofPlayer(ofTeam(game.incidents ?? [], id), player);
  const chosen = players.find((one) => one.id === player);
  return html`<section class="now-playing" aria-label="Now">
    <h2>Now</h2>
    <${Fixtures} games=${[game]} from=${games} />
    ${players.length > 0 && html`<label class="filter">Show <select value=${String(player)} onChange=${(/** @type {Event} */ event) => choose(Number(/** @type {HTMLSelectElement} */ (event.target).value))}>
      <option value="0">the whole team</option>
      ${players.map(({ id: one, name }) => html`<option key=${one} value=${String(one)} selected=${one === player}>${name}</option>`)}
    </select></label>`}
    ${incidents.length > 0
      ? html`<ol class="timeline of-team" tabindex="0" aria-label="What happened">${incidents.map((incident) => drawIncident(game, incident, ""))}</ol>`
      : html`<p class="empty">${chosen ? `Nothing of ${chosen.name} yet.` : "Nothing of this team yet."}</p>`}
  </section>`;
}
