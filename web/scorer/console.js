// A scorer's console without its buttons: the match by its stream, what was recorded by the outbox, and
// what the device remembers of both.

import { all, whoAmI } from "../desk/api.js";
import { Outbox } from "../client/outbox.js";
import { Amends } from "./amends.js";
import { Answered } from "./answered.js";
import { creaseAfter } from "./cricket/project.js";
import { Known } from "./cricket/known.js";
import { listen } from "./listen.js";
import { Memory } from "./memory.js";
import { project } from "./project.js";

/** @import { Game } from "../client/wire.js" */
/** @import { Entry } from "../client/entries.js" */
/** @import { State } from "../client/stream.js" */
/** @import { Person } from "../desk/api.js" */
/** @import { Crease } from "./cricket/crease.js" */
/** @import { Noted } from "./kinds.js" */
/** @import { Command, Expected } from "./project.js" */

/** @typedef {{ id: number, name: string, shirt_number: number | null }} Player */
/** @typedef {{ state: State, why: string | null, since: number }} Connection */

export class Console {
  /** @type {Connection} */ connection = { state: "connecting", why: null, since: 0 };
  /** @type {Game | null} as the server told it */ told = null;
  /** @type {Person | null} */ me = null;
  /** Whether it is known who is signed in. */ isReady = false;
  /** Whether deleting is not theirs: who only keeps the score takes back instead. */ isScorerOnly = false;
  /** @type {Outbox | null} */ outbox = null;
  /** @type {{ [team: number]: Player[] }} */ squads = {};
  #answered = new Answered();
  /** @type {Command[]} on their way to the disk: a quick thumb is faster */ #making = [];
  /** @type {{ from: any[], crease: Crease } | null} */ #reckoned = null;
  /** @type {{ [user: number]: string }} who else scores, by name */ people = {};
  #squadsOf = "";
  #isClosed = false;

  /**
   * @param {string} id of the match
   * @param {() => void} onChange
   */
  constructor(id, onChange) {
    this.id = id;
    this.onChange = onChange;
    this.device = new Memory("device");
    this.memory = new Memory(id);
    this.amends = new Amends(new Memory(`${id}:nobody`));
    this.told = this.memory.recall("game", null);
    if (this.told) this.#answered.hear(this.told);
    this.squads = this.memory.recall("squads", {});
    this.people = this.memory.recall("people", {});
    this.known = new Known(this);
    this.stream = this.#listen(this.memory.recall("game", { sport: "" }).sport);
    this.#recognise();
  }

  /** The server's time, as well as it is known. */
  now() {
    if (this.stream.heardAt > 0) return this.stream.serverNow();
    return Date.now() + this.device.recall("skew", 0);
  }

  /** The match with what was recorded here. @returns {Expected | null} */
  get game() {
    if (!this.told) return null;
    const commands = [...this.#answered.commands, ...this.waiting, ...this.amends.commands()];
    const game = project(this.told, commands);
    return game.sport === "cricket" ? { ...game, crease: this.#crease(commands) } : game;
  }

  /** Reckoned once for all who ask: an hour without a network is a hundred balls. @param {Command[]} commands */
  #crease(commands) {
    const known = this.known.now();
    const from = [this.told, known.me, known.before, known.chosen, this.squads, ...commands];
    const isSame = this.#reckoned?.from.length === from.length && this.#reckoned.from.every((one, at) => one === from[at]);
    if (!this.#reckoned || !isSame) this.#reckoned = { from, crease: creaseAfter(this.told, commands, known) };
    return this.#reckoned.crease;
  }

  /** Whether a referee's word is theirs to give; for what concerns others the server decides. */
  get mayRule() {
    return !this.isScorerOnly;
  }

  /** What hasn't reached the server, be it kept already or not. @returns {Command[]} */
  get waiting() {
    const kept = (this.outbox?.entries ?? []).filter(({ state }) => state === "waiting");
    return [...kept, ...this.#making.filter(({ client_id }) => !kept.some((entry) => entry.client_id === client_id))];
  }

  /** What the server would not take. @returns {Entry[]} */
  get refused() {
    return (this.outbox?.entries ?? []).filter(({ state }) => state === "refused");
  }

  /**
   * Records what happens now, or at a moment that was noted before.
   * @param {string} action
   * @param {any} [body]
   * @param {{ method?: string, at?: number }} [how]
   * @returns {Promise<string | null>} the key of the command
   */
  async record(action, body = {}, { method = "POST", at = this.now() } = {}) {
    if (!this.outbox) return null;
    const occurredAt = new Date(at).toISOString();
    const isIncident = action === "incidents";
    /** @type {Command} */ const made = { client_id: "", occurred_at: occurredAt, method, action, body };
    if (this.told?.sport === "cricket") this.#making.push(made);
    this.onChange();
    // The server's message is known by its time, so that it isn't taken for another one.
    const entry = await this.outbox.add(action, isIncident ? { ...body, occurred_at: occurredAt } : body, { method, occurredAt });
    made.client_id = entry.client_id;
    if (isIncident) this.amends.made(entry.client_id);
    this.onChange();
    return entry.client_id;
  }

  /**
   * Corrects an incident, also one that the server doesn't have yet.
   * @param {number | string} id or the key of its command
   * @param {any} body
   * @param {"PATCH" | "DELETE"} [method]
   */
  async amend(id, body, method = "PATCH") {
    const known = typeof id === "number" ? id : this.amends.idOf(id);
    if (known !== undefined) await this.record(`incidents/${known}`, body, { method });
    else this.amends.wait(String(id), { method, body, occurred_at: new Date(this.now()).toISOString() });
    this.onChange();
  }

  /** Takes a mistake away: for good, or, where that isn't this scorer's right, marked as such. @param {Noted} incident */
  remove({ id }) {
    if (this.isScorerOnly) return this.amend(id, { confirmation: "cancelled", reason: "entered_by_mistake" });
    return this.amend(id, {}, "DELETE");
  }

  /** The last incident that was recorded here and still stands. @returns {Noted | null} */
  get last() {
    const standing = (this.game?.incidents ?? []).filter(({ pending, confirmation }) => pending !== "removed" && confirmation !== "cancelled");
    const own = this.amends.own.filter((one) => standing.some(({ id }) => id === one)).at(-1);
    return standing.find(({ id }) => id === own) ?? null;
  }

  /** @param {Entry} entry that was refused */
  async retry({ client_id, number }) {
    await this.outbox?.retry(client_id);
    const again = this.outbox?.entries.find((entry) => entry.number === number);
    if (again) this.amends.rename(client_id, again.client_id);
    this.onChange();
  }

  /** @param {Entry} entry that was refused */
  async drop({ client_id }) {
    this.amends.settle(client_id, undefined);
    await this.outbox?.discard(client_id);
    this.onChange();
  }

  /** @param {Person} me */
  signedIn(me) {
    this.#become(me);
    this.outbox?.signedIn();
    this.stream.connect();
    this.#learn();
  }

  close() {
    this.#isClosed = true;
    this.outbox?.close();
    this.stream.close();
  }

  async #recognise() {
    const { me, problem } = await whoAmI();
    if (this.#isClosed) return;
    // Without a network, who was here last is who is here; the server will have its say.
    if (me || problem) this.#become(me ?? this.device.recall("me", null));
    this.isReady = true;
    this.onChange();
    if (me) this.#learn();
  }

  /** @param {Person | null} me */
  #become(me) {
    if (me) this.device.keep("me", me);
    const isSame = me?.id === this.me?.id;
    this.me = me;
    if (isSame || !me) return this.onChange();
    this.outbox?.close();
    this.amends = new Amends(new Memory(`${this.id}:${me.id}`));
    this.isScorerOnly = this.memory.recall(`scorer only ${me.id}`, false);
    this.outbox = new Outbox(this.id, {
      who: String(me.id),
      onChange: ({ entries }) => {
        this.#making = this.#making.filter(({ client_id }) => !entries.some((entry) => entry.client_id === client_id));
        this.onChange();
      },
      onSettled: (entry, answer, cursor) => this.#onSettled(entry, answer, cursor),
    });
    this.onChange();
  }

  /** @param {Entry} entry @param {any} answer @param {string | null} cursor */
  #onSettled(entry, answer, cursor) {
    const isNew = entry.method === "POST" && entry.action === "incidents";
    const { score: _, shootout_score: __, statistics: ___, ...incident } = answer ?? {};
    const command = { ...entry, ...(isNew ? { body: incident } : {}), isSettled: true };
    this.#answered.add(command, cursor);
    if (!isNew) return;
    for (const { method, body, occurred_at } of this.amends.settle(entry.client_id, answer.id)) {
      this.outbox?.add(`incidents/${answer.id}`, body, { method, occurredAt: occurred_at });
    }
  }

  /** @param {Game} game */
  #onGame(game) {
    this.told = game;
    if (game.sport === "cricket") this.known.hear(game);
    this.#answered.hear(game);
    this.memory.keep("game", game);
    this.device.keep("skew", this.stream.skewMs);
    if (this.me) this.#learn();
    this.onChange();
  }

  /** @param {string} sport */
  #listen(sport) {
    return listen(this.id, sport, {
      onGame: (game) => {
        const isOther = game.sport === "cricket" && sport !== "cricket";
        if (isOther) {
          this.stream.close();
          this.stream = this.#listen(game.sport);
        }
        this.#onGame(game);
      },
      onState: (state, why) => this.#onState(state, why),
    });
  }

  /** @param {State} state @param {string | null} why */
  #onState(state, why) {
    this.connection = { state, why, since: this.stream?.heardAt ?? 0 };
    this.onChange();
  }

  /** Who plays, and what this scorer may do; once for each match and person. */
  async #learn() {
    const { me, told } = this;
    const asked = `${me?.id} ${told?.teams.home.id} ${told?.teams.away.id}`;
    if (!me || !told || this.#squadsOf === asked) return;
    this.#squadsOf = asked;
    const { home, away } = told.teams;
    const paths = [`/api/teams/${home.id}/players`, `/api/teams/${away.id}/players`, `/api/matches/${this.id}/officials`];
    const [ours, theirs, officials] = await Promise.all(paths.map((path) => all(path)));
    if ([ours, theirs, officials].some(({ problem }) => problem?.status === 0)) this.#squadsOf = ""; // at the next sign of life
    if (!ours.problem) this.squads = { ...this.squads, [home.id]: ours.items };
    if (!theirs.problem) this.squads = { ...this.squads, [away.id]: theirs.items };
    this.memory.keep("squads", this.squads);
    if (!officials.problem) {
      this.people = Object.fromEntries(officials.items.map(({ user_id, name }) => [user_id, name]));
      this.memory.keep("people", this.people);
      const mine = officials.items.find(({ user_id }) => user_id === me.id);
      this.isScorerOnly = me.role !== "admin" && mine?.role === "scorer";
      this.memory.keep(`scorer only ${me.id}`, this.isScorerOnly);
    }
    this.onChange();
  }
}
