// Shared by the event and team pages: state from a stream, live matches, refusals.

import { foldMessage } from "../client/fold.js";
import { Stream } from "../client/stream.js";
import { listAll, request } from "../common/api.js";
import { SignInForm } from "../common/sign-in.js";
import { loadSport } from "../sports/registry.js";
import { html, render } from "../vendor/htm-preact.js";
import { AnnouncementList, NotificationPermissionButton, notifyOfUrgent } from "./announcements.js";
import { announcementList, mentionedTeams, newestResults, stateMatches, upcomingMatches } from "./page-state.js";
import { formatDay, PLACEHOLDER } from "./dates.js";
import { ResultList, MatchesByDay } from "./match-list.js";
import { PageFrame, initialConnectionStatus, StatusNotice, refusalText } from "./page-frame.js";
import { LiveMatches } from "./live-matches.js";

/** @import { Match, Message, TeamInfo } from "../client/message-types.js" */
/** @import { Child } from "../vendor/htm-preact.js" */
/** @import { Announcement, MatchResult, PageState, TeamNames } from "./page-state.js" */

/**
 * What a page draws.
 * @typedef {object} PageContent
 * @property {PageState} state
 * @property {any} details the event or the team as the API answers it; null if that failed
 * @property {Match[]} matches of the state, each with its newest details
 * @property {MatchResult[]} results newest first
 * @property {Announcement[]} announcements
 */

export class StreamPage {
  /** @type {PageState | null} */ state = null;
  /** The event or the team; undefined until its request is settled. @type {any} */ details = undefined;
  /** Matches by id, also finished ones, which the state lacks; results show their colours and days. @type {Map<number, Match>} */ matchById = new Map();
  spokenText = "";
  #connection = initialConnectionStatus();
  #root = /** @type {HTMLElement} */ (document.getElementById("page"));
  /** Names of teams that came after the snapshot. @type {Map<number, TeamNames>} */ #laterNames = new Map();
  /** Teams whose names have been requested. @type {Set<number>} */ #requestedTeams = new Set();

  /**
   * @param {object} options
   * @param {"event" | "team"} options.resource
   * @param {(content: PageContent) => Child} options.renderContent
   * @param {(message: Message) => string | null | undefined} options.describeMessage text for the live region, if any
   * @param {() => Promise<{ team_id: number, team: string }[]>} [options.fetchTeamNames] for teams that came after the snapshot
   * @param {() => Promise<unknown>} [options.fetchMore] what else the page shows
   * @param {(state: PageState) => void} [options.onStateChange]
   */
  constructor({ resource, renderContent, describeMessage, fetchTeamNames = async () => [], fetchMore = async () => {}, onStateChange = () => {} }) {
    this.resource = resource;
    this.renderContent = renderContent;
    this.describeMessage = describeMessage;
    this.fetchTeamNames = fetchTeamNames;
    this.fetchMore = fetchMore;
    this.onStateChange = onStateChange;
    this.id = Number(location.pathname.split("/")[2]);
    this.liveMatches = new LiveMatches(() => this.render());
    this.stream = new Stream([`${resource}_${this.id}`], {
      onMessage: (message) => this.#onMessage(message, this.stream.state === "live"),
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
    this.state = foldMessage(this.state, message);
    if (!this.state) return;
    this.#rememberMatches(message);
    this.onStateChange(this.state);
    if (message.type === "snapshot") this.#loadDetails();
    this.#loadMissingNames();
    if (isLive) {
      notifyOfUrgent(message);
      this.spokenText = this.describeMessage(message) ?? this.spokenText;
    }
    this.liveMatches.follow(this.matches());
    this.render();
  }

  /** Keeps the matches of the state, since they leave it when they begin or end. @param {Message} message */
  #rememberMatches({ data }) {
    if (data.match?.teams) this.matchById.set(data.match.id, data.match);
    for (const game of this.#stateMatches()) this.#remember(game);
  }

  /** @param {Partial<Match> & { id: number }} game */
  #remember(game) {
    const known = this.matchById.get(game.id);
    if (known || game.teams) this.matchById.set(game.id, /** @type {Match} */ ({ ...known, ...game }));
  }

  #stateMatches() {
    return this.state ? stateMatches(this.state, (id) => this.teamInfo(id)) : [];
  }

  /** The matches of the state, as far as they can be shown. @returns {Match[]} */
  matches() {
    const games = this.#stateMatches().map(({ id }) => this.matchById.get(id));
    return games.flatMap((game) => (game ? [this.liveMatches.latest(game)] : []));
  }

  /** @param {number} id @returns {TeamInfo} */
  teamInfo(id) {
    return { id, ...(this.#laterNames.get(id) ?? this.state?.names.teams[id] ?? { name: PLACEHOLDER }) };
  }

  /** @param {number} id */
  teamName(id) {
    return this.teamInfo(id).name;
  }

  /** Loads what the stream doesn't say; a page is complete only with it. */
  async #loadDetails() {
    const [{ body }] = await Promise.all([request("GET", `/api/${this.resource}s/${this.id}`), this.fetchMore()]);
    if (body?.sport) await loadSport(body.sport);
    this.details = body ?? this.details ?? null;
    this.render();
    await this.#loadMatches();
  }

  async #loadMatches() {
    const { items } = await listAll(`/api/${this.resource}s/${this.id}/matches`);
    // What the stream says is newer.
    for (const game of items) this.matchById.set(game.id, { ...game, ...this.matchById.get(game.id) });
    for (const game of this.#stateMatches()) this.#remember(game);
    this.liveMatches.follow(this.matches());
    await this.liveMatches.loadSports(items);
  }

  /** Loads the names of teams that the snapshot doesn't have, once. */
  async #loadMissingNames() {
    const { state } = this;
    if (!state) return;
    const missing = [...mentionedTeams(state)].filter((id) => id !== undefined && !state.names.teams[id] && !this.#requestedTeams.has(id));
    if (missing.length === 0) return;
    for (const id of missing) this.#requestedTeams.add(id);
    const { items } = await listAll(`/api/${this.resource}s/${this.id}/matches`);
    for (const { teams } of items) for (const team of [teams?.home, teams?.away]) if (team) this.#laterNames.set(team.id, team);
    for (const { team_id, team } of await this.fetchTeamNames()) this.#laterNames.set(team_id, { ...this.#laterNames.get(team_id), name: team });
    for (const game of this.#stateMatches()) this.#remember(game);
    this.render();
  }

  /** Both teams of a result, its day, and the score as its sport writes it. @param {MatchResult} result */
  resultDetails({ match_id, home_team_id, away_team_id, home_score, away_score, by_hand }) {
    const match = this.matchById.get(match_id);
    const game = match && this.liveMatches.latest(match);
    const scoredMatch = by_hand ? undefined : game; // a score entered by hand may differ from the recorded one
    return {
      score: { home: (scoredMatch && this.liveMatches.scoreText(scoredMatch, "home")) ?? home_score, away: (scoredMatch && this.liveMatches.scoreText(scoredMatch, "away")) ?? away_score },
      home: this.teamInfo(home_team_id),
      away: this.teamInfo(away_team_id),
      dayText: game?.starts_at ? formatDay(game.starts_at, Date.now()) : "",
    };
  }

  render() {
    const { state, resource, details } = this;
    const { state: connectionState, reason } = this.#connection;
    const name = details?.name ?? state?.names[/** @type {"events" | "teams"} */ (`${resource}s`)][this.id]?.name;
    if (name) document.title = `${name} · Touchline`;
    const isRefused = connectionState === "refused";
    const refusedText = isRefused ? refusalText(resource, reason) : "";
    render(html`<${PageFrame} connection=${this.#connection} spokenText=${this.spokenText}>
      ${state && details !== undefined && this.renderContent({ state, details: { name, ...details }, matches: this.matches(), results: newestResults(state), announcements: announcementList(state) })}
      <${StatusNotice}>${refusedText}</${StatusNotice}>
      ${isRefused && reason === "401" && html`<${SignInForm} onSignedIn=${() => this.stream.connect()} />`}
    </${PageFrame}>`, this.#root);
  }
}

/** @param {{ page: StreamPage, announcements: Announcement[] }} props */
export function AnnouncementsSection({ page, announcements }) {
  return html`
    <section aria-labelledby="announcements"><div class="with-action"><h2 id="announcements">Announcements</h2><${NotificationPermissionButton} onDecided=${() => page.render()} /></div>
      <${AnnouncementList} announcements=${announcements} />
    </section>`;
}

/** Upcoming matches and results. @param {{ page: StreamPage, matches: Match[], results: MatchResult[] }} props */
export function ScheduleAndResults({ page, matches, results }) {
  const upcoming = upcomingMatches(matches);
  return html`
    <div class="columns even">
      <section aria-labelledby="schedule"><h2 id="schedule">Schedule</h2>
        ${upcoming.length > 0 ? html`<${MatchesByDay} games=${upcoming} liveMatches=${page.liveMatches} />` : html`<p class="empty">No upcoming matches.</p>`}
      </section>
      <section aria-labelledby="results"><h2 id="results">Results</h2>
        ${results.length > 0 ? html`<${ResultList} results=${results} resultDetails=${(/** @type {MatchResult} */ result) => page.resultDetails(result)} />` : html`<p class="empty">No results yet.</p>`}
      </section>
    </div>`;
}
