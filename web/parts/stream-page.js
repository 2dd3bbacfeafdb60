// Shared by the event and team pages: state from a stream, live matches, refusals.

import { deferUntilSportLoaded } from "../client/match-stream.js";
import { Stream } from "../client/stream.js";
import { listAll } from "../common/api.js";
import { SignInForm } from "../common/sign-in.js";
import { html, render } from "../vendor/htm-preact.js";
import { AnnouncementList, NotificationPermissionButton, notifyOfUrgent } from "./announcements.js";
import { applyMessage, upcomingMatches } from "./page-state.js";
import { formatDay } from "./dates.js";
import { ResultList, MatchesByDay } from "./match-list.js";
import { PageFrame, initialConnectionStatus, StatusNotice, refusalText } from "./page-frame.js";
import { LiveMatches } from "./live-matches.js";

/** @import { Match, Message } from "../client/message-types.js" */
/** @import { Child } from "../vendor/htm-preact.js" */
/** @import { PageState, MatchResult } from "./page-state.js" */

export class StreamPage {
  /** @type {PageState | null} */ state = null;
  /** Matches by id, also finished ones, which the state lacks; results show their colours and days. @type {Map<number, Match>} */ matchById = new Map();
  spokenText = "";
  #connection = initialConnectionStatus();
  #root = /** @type {HTMLElement} */ (document.getElementById("page"));

  /**
   * @param {object} options
   * @param {"event" | "team"} options.resource
   * @param {(state: PageState) => Child} options.renderContent
   * @param {(message: Message) => string | null | undefined} options.describeMessage text for the live region, if any
   * @param {(teamId: number) => string} options.teamName for a team that no known match has
   * @param {(state: PageState) => void} [options.onStateChange]
   */
  constructor({ resource, renderContent, describeMessage, teamName, onStateChange = () => {} }) {
    this.resource = resource;
    this.renderContent = renderContent;
    this.describeMessage = describeMessage;
    this.teamName = teamName;
    this.onStateChange = onStateChange;
    this.id = Number(location.pathname.split("/")[2]);
    this.liveMatches = new LiveMatches(() => this.render());
    const receive = deferUntilSportLoaded((message, isLive) => this.#onMessage(message, isLive));
    this.stream = new Stream([`${resource}_${this.id}`], {
      onMessage: (message) => receive(message, this.stream.state === "live"),
      onState: (state, reason, since) => {
        this.#connection = { state, reason, since };
        this.render();
      },
    });
  }

  /** The page stores no state, so it starts with a snapshot. */
  open() {
    this.stream.forgetCursor();
    this.stream.connect();
    this.render();
  }

  /** @param {Message} message @param {boolean} isLive */
  #onMessage(message, isLive) {
    this.state = applyMessage(this.state, message);
    if (!this.state) return;
    for (const game of this.state.matches) this.matchById.set(game.id, game);
    this.onStateChange(this.state);
    if (message.type === "snapshot") this.#loadMatches();
    if (isLive) {
      notifyOfUrgent(message);
      this.spokenText = this.describeMessage(message) ?? this.spokenText;
    }
    this.liveMatches.follow(this.state.matches);
    this.render();
  }

  async #loadMatches() {
    const { items } = await listAll(`/api/${this.resource}s/${this.id}/matches`);
    for (const game of items) if (!this.matchById.has(game.id)) this.matchById.set(game.id, game);
    await this.liveMatches.loadSports(items);
  }

  /** Both teams of a result, its day, and the score as its sport writes it. @param {MatchResult} result */
  resultDetails({ match_id, home_team_id, away_team_id, home_score, away_score, by_hand }) {
    const match = this.matchById.get(match_id);
    const game = match && this.liveMatches.latest(match);
    const scoredMatch = by_hand ? undefined : game; // a score entered by hand may differ from the recorded one
    return {
      score: { home: (scoredMatch && this.liveMatches.scoreText(scoredMatch, "home")) ?? home_score, away: (scoredMatch && this.liveMatches.scoreText(scoredMatch, "away")) ?? away_score },
      home: game?.teams.home ?? { name: this.teamName(home_team_id) },
      away: game?.teams.away ?? { name: this.teamName(away_team_id) },
      dayText: game?.starts_at ? formatDay(game.starts_at, Date.now()) : "",
    };
  }

  render() {
    const { state, resource } = this;
    const { state: connectionState, reason } = this.#connection;
    const name = state?.[resource]?.name;
    if (name) document.title = `${name} · Touchline`;
    const isRefused = connectionState === "refused";
    const refusedText = isRefused ? refusalText(resource, reason) : "";
    render(html`<${PageFrame} connection=${this.#connection} spokenText=${this.spokenText}>
      ${state && this.renderContent({ ...state, matches: state.matches.map((game) => this.liveMatches.latest(game)) })}
      <${StatusNotice}>${refusedText}</${StatusNotice}>
      ${isRefused && reason === "401" && html`<${SignInForm} onSignedIn=${() => this.stream.connect()} />`}
    </${PageFrame}>`, this.#root);
  }
}

/** @param {{ page: StreamPage, state: PageState }} props */
export function AnnouncementsSection({ page, state }) {
  return html`
    <section aria-labelledby="announcements"><div class="with-action"><h2 id="announcements">Announcements</h2><${NotificationPermissionButton} onDecided=${() => page.render()} /></div>
      <${AnnouncementList} announcements=${state.announcements} />
    </section>`;
}

/** Upcoming matches and results. @param {{ page: StreamPage, state: PageState }} props */
export function ScheduleAndResults({ page, state }) {
  const upcoming = upcomingMatches(state);
  return html`
    <div class="columns even">
      <section aria-labelledby="schedule"><h2 id="schedule">Schedule</h2>
        ${upcoming.length > 0 ? html`<${MatchesByDay} games=${upcoming} liveMatches=${page.liveMatches} />` : html`<p class="empty">No upcoming matches.</p>`}
      </section>
      <section aria-labelledby="results"><h2 id="results">Results</h2>
        ${state.results.length > 0 ? html`<${ResultList} results=${state.results} resultDetails=${(/** @type {MatchResult} */ result) => page.resultDetails(result)} />` : html`<p class="empty">No results yet.</p>`}
      </section>
    </div>`;
}
