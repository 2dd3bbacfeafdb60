// The console reckons a match as the server does: innings played both ways, ball by ball.

import assert from "node:assert/strict";
import { before, describe, after, test } from "node:test";

import { creaseOf, bowled, oversOf } from "../../web/scorer/cricket/crease.js";
import { creaseAfter } from "../../web/scorer/cricket/project.js";
import { KINDS, isPossible, letsRunsStand } from "../../web/scorer/cricket/ball.js";
import { Server } from "./server.js";

const SEEDS = [1, 2, 3, 4];
const ADMIN_ID = 1;

/** Numbers that look random and are the same each time. */
function dice(seed) {
  let state = seed * 2_654_435_761 % 4_294_967_296;
  return (sides) => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return Math.floor((state / 4_294_967_296) * sides);
  };
}

describe("both ways", () => {
  const cleanUps = [];
  let server;
  before(async () => (server = await Server.start({ after: (cleanUp) => cleanUps.push(cleanUp) })));
  after(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  for (const seed of SEEDS) {
    test(`a match of seed ${seed}`, async () => {
      const format = [
        { name: "t20", overs: 5, overs_per_bowler: 2 },
        { overs: 4, balls_per_over: 5, no_ball_runs: 2, free_hit: true, players: 6 },
        { name: "odi", overs: 6, players: 8 },
        { innings: 4, players: 4 },
      ][seed % 4];
      const played = await Played.start(server, format, dice(seed));
      await played.toTheEnd();
      assert.ok(played.count > 40, `only ${played.count} steps were compared`);
    });
  }
});

/** One match: every command goes to the server, and to the console's reckoning. */
class Played {
  count = 0;
  /** What the console would have recorded since it last heard of the server. */
  commands = [];

  static async start(server, format, roll) {
    const played = new Played();
    Object.assign(played, { server, roll });
    const sides = [];
    for (const name of ["Deccan", "Rajasthan"]) {
      const { id } = await server.post("/api/teams", { name, visibility: "public" });
      const players = [];
      for (let at = 1; at <= 11; at++) players.push((await server.post(`/api/teams/${id}/players`, { name: `${name} ${at}`, shirt_number: at })).id);
      sides.push({ id, players });
    }
    const { id } = await server.post("/api/matches", { sport: "cricket", home_team_id: sides[0].id, away_team_id: sides[1].id, format });
    Object.assign(played, { sides, path: `/api/matches/${id}` });
    await server.post(`${played.path}/start`, {});
    played.game = await played.state();
    return played;
  }

  async state() {
    return (await this.server.send("GET", `${this.path}/state`)).data;
  }

  /** As the console has it: from what it was told at the start, and all it has recorded since. */
  get crease() {
    return creaseAfter(this.game, this.commands, { me: ADMIN_ID, name: (id) => this.name(id), before: {} });
  }

  name(id) {
    const side = this.sides.findIndex(({ players }) => players.includes(id));
    return `${["Deccan", "Rajasthan"][side]} ${this.sides[side].players.indexOf(id) + 1}`;
  }

  async act(action, body, method = "POST") {
    const what = `${method} ${action} ${JSON.stringify(body)} (${this.commands.length})`;
    await this.server.send(method, `${this.path}/${action}`, body);
    this.commands.push({ client_id: "", occurred_at: "", method, action, body });
    const told = await this.state();
    const isUnsure = this.compare(told, what);
    // Players' changes and undos start from what the server says now and then, as after a time online.
    if (isUnsure || this.roll(7) === 0) [this.game, this.commands] = [told, []];
    return told;
  }

  compare(told, what) {
    const mine = this.crease;
    // What was bowled before the console began to reckon it can't correct, and it says so.
    if (mine.isUnsure) {
      assert.match(what, /^(PATCH|DELETE)/);
      return true;
    }
    assert.deepEqual(comparable(mine, told), comparable(creaseOf(told), told), what);
    this.count += 1;
    return false;
  }

  async toTheEnd() {
    let batting = 0;
    for (let told = await this.state(); told.status === "live";) {
      const { crease } = this;
      if (!crease.isOpen) {
        const { innings } = told.scorecard;
        if (innings.length > 0) batting = this.sides.findIndex(({ id }) => id !== crease.batting);
        if (innings.length >= this.game.playing_conditions.innings) return; // a tie
        const [bats, bowls] = [this.sides[batting], this.sides[1 - batting]];
        told = await this.act("innings", { batting_team_id: bats.id, striker_id: bats.players[0], non_striker_id: bats.players[1], bowler_id: bowls.players[10] });
      } else told = await this.next(crease);
    }
  }

  /** Whoever is missing comes; else something happens. */
  async next(crease) {
    const bats = this.sides.find(({ id }) => id === crease.batting).players;
    const bowls = this.sides.find(({ id }) => id !== crease.batting).players;
    if (crease.striker === null || crease.nonStriker === null) {
      const batter_id = bats.find((id) => !crease.cards[id]?.out && id !== crease.striker && id !== crease.nonStriker);
      return this.act("players", { batter_id });
    }
    if (crease.bowler === null) {
      const bowler_id = bowls[6 + this.roll(5)];
      return this.act("players", { bowler_id: crease.rested.includes(bowler_id) ? bowls[5] : bowler_id, override: true });
    }
    const roll = this.roll(40);
    if (roll === 0 && crease.number > 2) return this.act(`balls/${crease.number - 1}`, { by: ADMIN_ID }, "DELETE");
    if (roll === 1) return this.act("balls", { penalty: { team_id: crease.batting, runs: 5 } });
    if (roll === 2) return this.act("players", { retire: { player_id: crease.striker, kind: "retired_hurt" } });
    if (roll === 3) return this.act("players", { bowler_id: bowls.find((id) => id !== crease.bowler && !crease.rested.includes(id)), override: true });
    if (roll === 4 && crease.number > 3) {
      const last = this.crease.number - 1;
      return this.act(`balls/${last}`, { runs: { batter: 2 } }, "PATCH");
    }
    return this.act("balls", { ...this.ball(crease), expected_number: crease.number });
  }

  ball(crease) {
    const { roll } = this;
    const runs = [0, 0, 0, 1, 1, 1, 2, 3, 4, 4, 6, 5][roll(12)];
    const marks = { wide: false, noBall: false };
    const extras = {};
    let batter = 0;
    const kind = roll(10);
    if (kind === 0) [marks.wide, extras.wides] = [true, 1 + runs];
    else if (kind === 1) [marks.noBall, extras.no_balls, batter] = [true, this.game.playing_conditions.no_ball_runs, runs];
    else if (kind === 2 && runs > 0) extras.byes = runs;
    else if (kind === 3 && runs > 0) extras.leg_byes = runs;
    else batter = runs;
    const more = { ...(roll(30) === 0 ? { over_called: true } : {}), ...(roll(30) === 1 ? { crossed: true } : {}) };
    if (roll(9) === 0) {
      const [out] = KINDS[roll(6)];
      if (isPossible(out, marks, crease.freeHit)) {
        const who = out === "run_out" ? [crease.striker, crease.nonStriker][roll(2)] : crease.striker;
        if (!letsRunsStand(out)) {
          batter = 0;
          if (extras.wides) extras.wides = 1;
          delete extras.byes;
          delete extras.leg_byes;
        }
        more.wickets = [{ kind: out, player_out_id: who }];
      }
    }
    return { runs: { batter }, extras, ...more };
  }
}

/** What the console shows of a crease. */
function comparable(crease, told) {
  const rules = told.playing_conditions;
  const figures = Object.values(crease.figures).map((one) => [one.player_id, bowled(one, rules), one.maidens, one.runs, one.wickets]);
  const { number, isOpen, isUnsure, batting, superOver, runs, wickets, wicketsMost, target, over, striker, nonStriker, bowler, partnership, freeHit, quota, cards, played } = crease;
  // Who was given the ball and bowled nothing, or never came in, is nobody's business.
  const bowledAny = figures.filter(([id, overs]) => overs !== "0.0" || id === bowler);
  return {
    number, isOpen, isUnsure, batting, superOver, runs, wickets, wicketsMost, target, over, striker, nonStriker, bowler, partnership, freeHit, quota, played,
    overs: oversOf(crease), rested: isOpen ? [...crease.rested].sort() : [],
    cards: Object.values(cards), figures: isOpen ? bowledAny.sort() : [],
  };
}
