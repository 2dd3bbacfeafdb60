// What an event's and a team's page have in common: one bulletin from a stream, matches that move, and who may see it.

import { Stream } from "../client/stream.js";
import { all } from "../desk/api.js";
import { SignIn } from "../desk/sign-in.js";
import { html, render } from "../vendor/htm-preact.js";
import { Announcements, AskToNotify, notify } from "./announcements.js";
import { tell, toCome } from "./bulletin.js";
import { dayOf } from "./dates.js";
import { Results, Schedule } from "./fixtures.js";
import { Frame, noContact, Notice, refusal } from "./frame.js";
import { Games } from "./games.js";

/** @import { Game, Message } from "../client/wire.js" */
/** @import { Child } from "../vendor/htm-preact.js" */
/** @import { Bulletin, Result } from "./bulletin.js" */

export class Gathering {
  /** @type {Bulletin | null} */ bulletin = null;
  /** What is over is not in the bulletin; it has the colours and the days of the results. @type {Map<number, Game>} */ known = new Map();
  said = "";
  #contact = noContact();
  #page = /** @type {HTMLElement} */ (document.getElementById("page"));

  /**
   * @param {object} how
   * @param {"event" | "team"} how.what
   * @param {(now: Bulletin) => Child} how.show
   * @param {(message: Message) => string | null | undefined} how.say what is said aloud of a message, if anything
   * @param {(team: number) => string} how.nameOf a team that no known match has
   * @param {(now: Bulletin) => void} [how.onTold]
   */
  constructor({ what, show, say, nameOf, onTold = () => {} }) {
    this.what = what;
    this.show = show;
    this.say = say;
    this.nameOf = nameOf;
    this.onTold = onTold;
    this.id = Number(location.pathname.split("/")[2]);
    this.games = new Games(() => this.draw());
    this.stream = new Stream([`${what}_${this.id}`], {
      onMessage: (message) => this.#hear(message),
      onState: (state, why, since) => {
        this.#contact = { state, why, since };
        this.draw();
      },
    });
  }

  /** The page keeps nothing of what it was told, so it begins with a snapshot. */
  open() {
    this.stream.forget();
    this.stream.connect();
    this.draw();
  }

  /** @param {Message} message */
  #hear(message) {
    this.bulletin = tell(this.bulletin, message);
    if (!this.bulletin) return;
    for (const game of this.bulletin.matches) this.known.set(game.id, game);
    this.onTold(this.bulletin);
    if (message.type === "snapshot") this.#learn();
    if (this.stream.state === "live") {
      notify(message);
      this.said = this.say(message) ?? this.said;
    }
    this.games.watch(this.bulletin.matches);
    this.draw();
  }

  async #learn() {
    const { items } = await all(`/api/${this.what}s/${this.id}/matches`);
    for (const game of items) if (!this.known.has(game.id)) this.known.set(game.id, game);
    await this.games.bring(items);
  }

  /** Both sides of a result, its day, and the score as its sport writes it. @param {Result} result */
  about({ match_id, home_team_id, away_team_id, home_score, away_score, by_hand }) {
    const known = this.known.get(match_id);
    const game = known && this.games.newest(known);
    const written = by_hand ? undefined : game; // what was entered by hand may differ from what was played
    return {
      score: { home: (written && this.games.number(written, "home")) ?? home_score, away: (written && this.games.number(written, "away")) ?? away_score },
      home: game?.teams.home ?? { name: this.nameOf(home_team_id) },
      away: game?.teams.away ?? { name: this.nameOf(away_team_id) },
      when: game?.starts_at ? dayOf(game.starts_at, Date.now()) : "",
    };
  }

  draw() {
    const { bulletin, what } = this;
    const { state, why } = this.#contact;
    const name = bulletin?.[what]?.name;
    if (name) document.title = `${name} · Touchline`;
    const isRefused = state === "refused";
    const refused = isRefused ? refusal(what, why) : "";
    render(html`<${Frame} contact=${this.#contact} said=${this.said}>
      ${bulletin && this.show({ ...bulletin, matches: bulletin.matches.map((game) => this.games.newest(game)) })}
      <${Notice}>${refused}</${Notice}>
      ${isRefused && why === "401" && html`<${SignIn} onSignedIn=${() => this.stream.connect()} />`}
    </${Frame}>`, this.#page);
  }
}

/** @param {{ of: Gathering, now: Bulletin }} props */
export function Announced({ of, now }) {
  return html`
    <section aria-labelledby="announced"><div class="with-action"><h2 id="announced">Announcements</h2><${AskToNotify} onDecided=${() => of.draw()} /></div>
      <${Announcements} announcements=${now.announcements} />
    </section>`;
}

/** What is to come, and what is over. @param {{ of: Gathering, now: Bulletin }} props */
export function Programme({ of, now }) {
  const next = toCome(now);
  return html`
    <div class="columns even">
      <section aria-labelledby="schedule"><h2 id="schedule">Schedule</h2>
        ${next.length > 0 ? html`<${Schedule} games=${next} from=${of.games} />` : html`<p class="empty">Nothing is to come.</p>`}
      </section>
      <section aria-labelledby="results"><h2 id="results">Results</h2>
        ${now.results.length > 0 ? html`<${Results} results=${now.results} about=${(/** @type {Result} */ result) => of.about(result)} />` : html`<p class="empty">No results yet.</p>`}
      </section>
    </div>`;
}
