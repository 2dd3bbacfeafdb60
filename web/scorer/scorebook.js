// The scorer page's model: the match from its stream, recorded commands in the outbox, and
// what the device stores of both.

import { listAll, fetchCurrentUser } from "../common/api.js";
import { followMatch } from "../client/match-stream.js";
import { Outbox } from "../client/outbox.js";
import { PendingAmendments } from "./pending-amendments.js";
import { AcknowledgedCommands } from "./acknowledged-commands.js";
import { loadSport, loadSportScorer } from "../sports/registry.js";
import { DeviceStorage } from "./device-storage.js";

/** @import { Match } from "../client/message-types.js" */
/** @import { OutboxEntry } from "../client/indexed-db-storage.js" */
/** @import { Stream, StreamState } from "../client/stream.js" */
/** @import { User } from "../common/api.js" */
/** @import { SportContext, SportScorer } from "../sports/sport-scorer.js" */
/** @import { ScorerCommand, ScorerIncident, ProjectedMatch } from "./projected-match.js" */

/** @typedef {{ id: number, name: string, shirt_number: number | null }} SquadPlayer */
/** @typedef {{ [team: number]: SquadPlayer[] }} Squads */
/** @typedef {{ state: StreamState, reason: string | null, since: number }} ScorebookConnection */

export class Scorebook {
  /** @type {ScorebookConnection} */ connection = { state: "connecting", reason: null, since: 0 };
  /** @type {Match | null} from the stream */ serverMatch = null;
  /** @type {SportScorer | null} null until the match's sport is known and its code is loaded */ sportScorer = null;
  /** @type {SportContext | null} */ sportContext = null;
  /** @type {Stream | null} null until a stored match can be shown */ stream = null;
  /** @type {User | null} */ user = null;
  /** Whether the signed-in user is known. */ isUserKnown = false;
  /** A scorer without the right to delete: cancels instead. */ isScorerOnly = false;
  /** @type {Outbox | null} */ outbox = null;
  /** @type {Squads} */ squads = {};
  #acknowledged = new AcknowledgedCommands();
  /** @type {ScorerCommand[]} not stored yet: taps may be faster than the disk */ #commandsBeingStored = [];
  /** @type {Match | null} from the stream, while the code of its sport is being loaded */ #matchBeforeSport = null;
  /** @type {{ [user: number]: string }} the other scorers' names */ scorerNames = {};
  /** The sport of `sportScorer`. */ #sport = "";
  #loadedFor = "";
  #isClosed = false;

  /**
   * @param {string} id of the match
   * @param {() => void} onChange
   */
  constructor(id, onChange) {
    this.id = id;
    this.onChange = onChange;
    this.deviceStorage = new DeviceStorage("device");
    this.matchStorage = new DeviceStorage(id);
    this.amendments = new PendingAmendments(new DeviceStorage(`${id}:nobody`));
    this.squads = this.matchStorage.load("squads", {});
    this.scorerNames = this.matchStorage.load("people", {});
    this.#openMatch(this.matchStorage.load("game", null));
    this.#identifyUser();
  }

  /** The server's time, as far as known. */
  serverNow() {
    if (this.stream && this.stream.lastContactAt > 0) return this.stream.serverNow();
    return Date.now() + this.deviceStorage.load("skew", 0);
  }

  /** The match with unsettled commands applied. @returns {ProjectedMatch | null} */
  get game() {
    if (!this.serverMatch || !this.sportScorer) return null;
    const commands = [...this.#acknowledged.commands, ...this.waitingCommands, ...this.amendments.toCommands()];
    return this.sportScorer.project(this.serverMatch, commands, this);
  }

  /** Whether the user may decide disputes, as far as known; the server decides. */
  get mayRule() {
    return !this.isScorerOnly;
  }

  /** Commands that haven't reached the server, stored or not. @returns {ScorerCommand[]} */
  get waitingCommands() {
    const storedCommands = (this.outbox?.entries ?? []).filter(({ state }) => state === "waiting");
    return [...storedCommands, ...this.#commandsBeingStored.filter(({ client_id }) => !storedCommands.some((entry) => entry.client_id === client_id))];
  }

  /** Commands that the server refused. @returns {OutboxEntry[]} */
  get refusedEntries() {
    return (this.outbox?.entries ?? []).filter(({ state }) => state === "refused");
  }

  /**
   * Records an incident now, or at an earlier moment.
   * @param {string} action
   * @param {any} [body]
   * @param {{ method?: string, recordedAtMs?: number }} [options]
   * @returns {Promise<string | null>} the command's key
   */
  async record(action, body = {}, { method = "POST", recordedAtMs = this.serverNow() } = {}) {
    if (!this.outbox) return null;
    const occurredAt = new Date(recordedAtMs).toISOString();
    const isIncident = action === "incidents";
    /** @type {ScorerCommand} */ const command = { client_id: "", occurred_at: occurredAt, method, action, body };
    if (this.sportScorer?.projectsUnstoredCommands) this.#commandsBeingStored.push(command);
    this.onChange();
    // The time identifies the server's message as this incident's.
    const entry = await this.outbox.add(action, isIncident ? { ...body, occurred_at: occurredAt } : body, { method, occurredAt });
    command.client_id = entry.client_id;
    if (isIncident) this.amendments.recordCommand(entry.client_id);
    this.onChange();
    return entry.client_id;
  }

  /**
   * Corrects an incident, even before the server has it.
   * @param {number | string} id or the key of its command
   * @param {any} body
   * @param {"PATCH" | "DELETE"} [method]
   */
  async amend(id, body, method = "PATCH") {
    const incidentId = typeof id === "number" ? id : this.amendments.incidentIdOf(id);
    if (incidentId !== undefined) await this.record(`incidents/${incidentId}`, body, { method });
    else this.amendments.addWaiting(String(id), { method, body, occurred_at: new Date(this.serverNow()).toISOString() });
    this.onChange();
  }

  /** Removes a mistake: deletes it, or marks it as cancelled if the scorer may not delete. @param {ScorerIncident} incident */
  removeIncident({ id }) {
    if (this.isScorerOnly) return this.amend(id, { confirmation: "cancelled", reason: "entered_by_mistake" });
    return this.amend(id, {}, "DELETE");
  }

  /** The last valid incident that was recorded on this device. @returns {ScorerIncident | null} */
  get lastOwnIncident() {
    const validIncidents = (this.game?.incidents ?? []).filter(({ pending, confirmation }) => pending !== "removed" && confirmation !== "cancelled");
    const lastOwnId = this.amendments.ownIncidentIds.filter((one) => validIncidents.some(({ id }) => id === one)).at(-1);
    return validIncidents.find(({ id }) => id === lastOwnId) ?? null;
  }

  /** @param {OutboxEntry} entry a refused entry */
  async retry({ client_id, number }) {
    await this.outbox?.retry(client_id);
    const retriedEntry = this.outbox?.entries.find((entry) => entry.number === number);
    if (retriedEntry) this.amendments.replaceCommandKey(client_id, retriedEntry.client_id);
    this.onChange();
  }

  /** @param {OutboxEntry} entry a refused entry */
  async discard({ client_id }) {
    this.amendments.takeSettled(client_id, undefined);
    await this.outbox?.discard(client_id);
    this.onChange();
  }

  /** @param {User} user */
  onSignedIn(user) {
    this.#setUser(user);
    this.outbox?.resumeAfterSignIn();
    this.stream?.connect();
    this.#loadPeopleAndRights();
  }

  close() {
    this.#isClosed = true;
    this.outbox?.close();
    this.stream?.close();
  }

  /** Shows the match that this device has stored, if any, and follows the server's. @param {Match | null} storedMatch */
  async #openMatch(storedMatch) {
    if (storedMatch) {
      await this.#loadSport(storedMatch.sport);
      if (this.#isClosed) return;
      this.serverMatch = storedMatch;
      this.#acknowledged.onServerMatch(storedMatch);
      this.onChange();
    }
    this.stream = this.#followServerMatch();
  }

  /** @param {string} sport */
  async #loadSport(sport) {
    const [sportScorer] = await Promise.all([loadSportScorer(sport), loadSport(sport)]);
    this.#sport = sport;
    this.sportScorer = sportScorer;
    this.sportContext = sportScorer.createContext?.(this) ?? null;
  }

  async #identifyUser() {
    const { user, problem } = await fetchCurrentUser();
    if (this.#isClosed) return;
    // Without a network the last user of this device is assumed; the server checks.
    if (user || problem) this.#setUser(user ?? this.deviceStorage.load("me", null));
    this.isUserKnown = true;
    this.onChange();
    if (user) this.#loadPeopleAndRights();
  }

  /** @param {User | null} user */
  #setUser(user) {
    if (user) this.deviceStorage.save("me", user);
    const isSame = user?.id === this.user?.id;
    this.user = user;
    if (isSame || !user) return this.onChange();
    this.outbox?.close();
    this.amendments = new PendingAmendments(new DeviceStorage(`${this.id}:${user.id}`));
    this.isScorerOnly = this.matchStorage.load(`scorer only ${user.id}`, false);
    this.outbox = new Outbox(this.id, {
      scorer: String(user.id),
      onChange: ({ entries }) => {
        this.#commandsBeingStored = this.#commandsBeingStored.filter(({ client_id }) => !entries.some((entry) => entry.client_id === client_id));
        this.onChange();
      },
      onSettled: (entry, result, cursor) => this.#onSettled(entry, result, cursor),
    });
    this.onChange();
  }

  /** @param {OutboxEntry} entry @param {any} result @param {string | null} cursor */
  #onSettled(entry, result, cursor) {
    const isNew = entry.method === "POST" && entry.action === "incidents";
    const { score: _, shootout_score: __, statistics: ___, ...incident } = result ?? {};
    const command = { ...entry, ...(isNew ? { body: incident } : {}), isSettled: true };
    this.#acknowledged.add(command, cursor);
    if (!isNew) return;
    for (const { method, body, occurred_at } of this.amendments.takeSettled(entry.client_id, result.id)) {
      this.outbox?.add(`incidents/${result.id}`, body, { method, occurredAt: occurred_at });
    }
  }

  /** @param {Match} game */
  #onServerMatch(game) {
    this.serverMatch = game;
    this.sportContext?.onServerMatch(game);
    this.#acknowledged.onServerMatch(game);
    this.matchStorage.save("game", game);
    if (this.stream) this.deviceStorage.save("skew", this.stream.clockOffsetMs);
    if (this.user) this.#loadPeopleAndRights();
    this.onChange();
  }

  #followServerMatch() {
    return followMatch(this.id, {
      onMatch: (game) => (game.sport === this.#sport ? this.#onServerMatch(game) : this.#onMatchOfNewSport(game)),
      onState: (state, reason) => this.#onState(state, reason),
    });
  }

  /** The first match on this device: its newest state is shown once the code of its sport is loaded. @param {Match} game */
  async #onMatchOfNewSport(game) {
    const isLoading = this.#matchBeforeSport !== null;
    this.#matchBeforeSport = game;
    if (isLoading) return;
    await this.#loadSport(game.sport);
    if (this.#isClosed) return;
    this.#onServerMatch(this.#matchBeforeSport);
    this.#matchBeforeSport = null;
  }

  /** @param {StreamState} state @param {string | null} reason */
  #onState(state, reason) {
    this.connection = { state, reason, since: this.stream?.lastContactAt ?? 0 };
    this.onChange();
  }

  /** Loads squads, other scorers and the user's role; once per match and user. */
  async #loadPeopleAndRights() {
    const { user, serverMatch } = this;
    const key = `${user?.id} ${serverMatch?.teams.home.id} ${serverMatch?.teams.away.id}`;
    if (!user || !serverMatch || this.#loadedFor === key) return;
    this.#loadedFor = key;
    const { home, away } = serverMatch.teams;
    const paths = [`/api/teams/${home.id}/players`, `/api/teams/${away.id}/players`, `/api/matches/${this.id}/officials`];
    const [homePlayers, awayPlayers, officials] = await Promise.all(paths.map((path) => listAll(path)));
    if ([homePlayers, awayPlayers, officials].some(({ problem }) => problem?.status === 0)) this.#loadedFor = ""; // retried with the next match or connection change
    if (!homePlayers.problem) this.squads = { ...this.squads, [home.id]: homePlayers.items };
    if (!awayPlayers.problem) this.squads = { ...this.squads, [away.id]: awayPlayers.items };
    this.matchStorage.save("squads", this.squads);
    if (!officials.problem) {
      this.scorerNames = Object.fromEntries(officials.items.map(({ user_id, name }) => [user_id, name]));
      this.matchStorage.save("people", this.scorerNames);
      const ownRole = officials.items.find(({ user_id }) => user_id === user.id);
      this.isScorerOnly = user.role !== "admin" && ownRole?.role === "scorer";
      this.matchStorage.save(`scorer only ${user.id}`, this.isScorerOnly);
    }
    this.onChange();
  }
}
