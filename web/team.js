// The page of one team, as its people follow it: what it is doing now, what comes, how it went.

import { sportOf } from "./client/game.js";
import { teamColour } from "./client/colour.js";
import { Banners } from "./parts/announcements.js";
import { Boundary } from "./parts/boundary.js";
import { underWay } from "./parts/bulletin.js";
import { Fixtures } from "./parts/fixtures.js";
import { Announced, Gathering, Programme } from "./parts/gathering.js";
import { ofPlayer, ofTeam } from "./parts/selection.js";
import { Later } from "./parts/tabs.js";
import { drawIncidents } from "./sports/incidents.js";
import { html } from "./vendor/htm-preact.js";

/** @import { Game, Message } from "./client/wire.js" */
/** @import { Bulletin } from "./parts/bulletin.js" */

/** Whom alone to show; the address keeps it, so that it can be sent on. */
let player = Number(new URLSearchParams(location.search).get("player")) || 0;

/** @type {Gathering} */ const team = new Gathering({ what: "team", show: (now) => html`<${Page} now=${now} />`, say, nameOf });
team.open();

/** @param {Message} message */
function say(message) {
  const { type, data } = message;
  const game = team.known.get(data.match_id);
  return game && type.startsWith("incident_") ? sportOf(game.sport).say({ ...game, score: data.score }, message) : null;
}

/** @param {number} id */
function nameOf(id) {
  return id === team.id ? (team.bulletin?.team?.name ?? "") : "Opponent";
}

/** @param {number} chosen */
function choose(chosen) {
  player = chosen;
  history.replaceState(null, "", chosen ? `?player=${chosen}` : location.pathname);
  team.draw();
}

/** @param {{ now: Bulletin }} props */
function Page({ now }) {
  const playing = underWay(now);
  const players = now.players ?? [];
  return html`
    <h1 class="team-name" style=${{ "--colour": teamColour(now.team?.colour, "home") }}>${now.team?.name}</h1>
    <${Banners} announcements=${now.announcements} />
    <div class="columns">
      <div>
        ${playing.map((game) => html`<${Boundary} key=${game.id} of=${game} draw=${() => html`<${Playing} game=${game} players=${players} />`} />`)}
        ${playing.length === 0 && html`<section aria-labelledby="playing"><h2 id="playing">Now</h2><p class="empty">No match is being played.</p></section>`}
      </div>
      <${Announced} of=${team} now=${now} />
    </div>
    <${Programme} of=${team} now=${now} />
    <section aria-labelledby="players"><h2 id="players">Players</h2>
      ${players.length === 0 && html`<p class="empty">No players are listed.</p>`}
      <ol class="players in-columns">${players.map(({ id, name, shirt_number }) => html`<li key=${id}><span class="shirt">${shirt_number ?? ""}</span> <span class="name">${name}</span></li>`)}</ol>
    </section>`;
}

/** @param {{ game: Game, players: NonNullable<Bulletin["players"]> }} props */
function Playing({ game, players }) {
  const { deeds: load } = sportOf(game.sport);
  const incidents = ofPlayer(ofTeam(game.incidents ?? [], team.id), player);
  const chosen = players.find((one) => one.id === player);
  const empty = chosen ? `Nothing of ${chosen.name} yet.` : "Nothing of this team yet.";
  return html`<section class="now-playing" aria-label="Now">
    <h2>Now</h2>
    <${Fixtures} games=${[game]} from=${team.games} />
    ${players.length > 0 && html`<label class="filter">Show <select value=${String(player)} onChange=${(/** @type {Event} */ event) => choose(Number(/** @type {HTMLSelectElement} */ (event.target).value))}>
      <option value="0">the whole team</option>
      ${players.map(({ id, name }) => html`<option key=${id} value=${String(id)} selected=${id === player}>${name}</option>`)}
    </select></label>`}
    ${load && html`<${Later} key=${game.id} load=${load} props=${{ game, team: team.id, player, empty }} />`}
    ${!load && (incidents.length > 0
      ? html`<ol class="timeline of-team" tabindex="0" aria-label="What happened">${drawIncidents(game, incidents)}</ol>`
      : html`<p class="empty">${empty}</p>`)}
  </section>`;
}
