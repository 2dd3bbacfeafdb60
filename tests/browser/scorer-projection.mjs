// The scorer page projects an innings as the server does: random matches, compared ball by ball.

import assert from "node:assert/strict";
import { before, describe, after, test } from "node:test";

import { foldMatchMessage, matchView } from "../../web/client/match-stream.js";
import { loadSport } from "../../web/sports/registry.js";
import { inningsStateOf, oversBowledText, oversText } from "../../web/sports/cricket/scorer/innings-state.js";
import { projectInnings } from "../../web/sports/cricket/scorer/projected-innings.js";
import { DISMISSAL_KINDS, isDismissalPossible, keepsCompletedRuns } from "../../web/sports/cricket/scorer/ball-request.js";
import { Server } from "./server.js";

await loadSport("cricket");

const SEEDS = [1, 2, 3, 4];
const ADMIN_ID = 1;

/** Reproducible random numbers. */
function seededRandom(seed) {
  let state = seed * 2_654_435_761 % 4_294_967_296;
  return (sides) => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return Math.floor((state / 4_294_967_296) * sides);
  };
}

describe("a match scored by the server and by the projection", () => {
  const cleanUps = [];
  let server;
  before(async () => (server = await Server.start({ after: (cleanUp) => cleanUps.push(cleanUp) })));
  after(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  });

  for (const seed of SEEDS) {
    test(`seed ${seed}`, async () => {
      const format = [
        { name: "t20", overs: 5, overs_per_bowler: 2 },
        { overs: 4, balls_per_over: 5, no_ball_runs: 2, free_hit: true, players: 6 },
        { name: "odi", overs: 6, players: 8 },
        { innings: 4, players: 4 },
      ][seed % 4];
      const match = await RandomMatch.start(server, format, seededRandom(seed));
      await match.playToTheEnd();
      assert.ok(match.comparisons > 40, `only ${match.comparisons} states were compared`);
    });
  }
});

/** One match: every command goes to the server, and to the scorer page's projection. */
class RandomMatch {
  comparisons = 0;
  /** Commands since the last server state that the projection starts from. */
  commands = [];

  static async start(server, format, roll) {
    const match = new RandomMatch();
    Object.assign(match, { server, roll });
    const sides = [];
    for (const name of ["Deccan", "Rajasthan"]) {
      const { id } = await server.post("/api/teams", { name, visibility: "public" });
      const players = [];
      for (let at = 1; at <= 11; at++) players.push((await server.post(`/api/teams/${id}/players`, { name: `${name} ${at}`, shirt_number: at })).id);
      sides.push({ id, players });
    }
    const { id } = await server.post("/api/matches", { sport: "cricket", home_team_id: sides[0].id, away_team_id: sides[1].id, format });
    Object.assign(match, { sides, path: `/api/matches/${id}` });
    await server.post(`${match.path}/start`, {});
    match.game = await match.fetchState();
    return match;
  }

  async fetchState() {
    return matchView(foldMatchMessage(null, await this.server.send("GET", `${this.path}/state`)));
  }

  /** The projection of all commands since the last server state. */
  get innings() {
    return projectInnings(this.game, this.commands, { userId: ADMIN_ID, nameOf: (id) => this.playerName(id), stateBeforeBall: {} });
  }

  playerName(id) {
    const side = this.sides.findIndex(({ players }) => players.includes(id));
    return `${["Deccan", "Rajasthan"][side]} ${this.sides[side].players.indexOf(id) + 1}`;
  }

  async send(action, body, method = "POST") {
    const description = `${method} ${action} ${JSON.stringify(body)} (${this.commands.length})`;
    await this.server.send(method, `${this.path}/${action}`, body);
    this.commands.push({ client_id: "", occurred_at: "", method, action, body });
    const serverMatch = await this.fetchState();
    const isUncertain = this.compare(serverMatch, description);
    // Some projections start from a fresh server state, as on a device that was online in between.
    if (isUncertain || this.roll(7) === 0) [this.game, this.commands] = [serverMatch, []];
    return serverMatch;
  }

  compare(serverMatch, description) {
    const projected = this.innings;
    // A ball from before the first known state can't be corrected in the projection, which says so.
    if (projected.isUncertain) {
      assert.match(description, /^(PATCH|DELETE)/);
      return true;
    }
    assert.deepEqual(comparableInnings(projected, serverMatch), comparableInnings(inningsStateOf(serverMatch), serverMatch), description);
    this.comparisons += 1;
    return false;
  }

  async playToTheEnd() {
    let batting = 0;
    for (let serverMatch = await this.fetchState(); serverMatch.status === "live";) {
      const { innings } = this;
      if (!innings.isOpen) {
        const played = serverMatch.scorecard.innings;
        if (played.length > 0) batting = this.sides.findIndex(({ id }) => id !== innings.battingTeamId);
        if (played.length >= this.game.playing_conditions.innings) return; // a tie
        const [battingSide, fieldingSide] = [this.sides[batting], this.sides[1 - batting]];
        serverMatch = await this.send("innings", { batting_team_id: battingSide.id, striker_id: battingSide.players[0], non_striker_id: battingSide.players[1], bowler_id: fieldingSide.players[10] });
      } else serverMatch = await this.playNext(innings);
    }
  }

  /** Fills a vacant role first; otherwise a random command. */
  async playNext(innings) {
    const batters = this.sides.find(({ id }) => id === innings.battingTeamId).players;
    const bowlers = this.sides.find(({ id }) => id !== innings.battingTeamId).players;
    const hasRested = (id) => !innings.previousOverBowlers.includes(id);
    if (innings.striker === null || innings.nonStriker === null) {
      const batter_id = batters.find((id) => !innings.batters[id]?.isOut && id !== innings.striker && id !== innings.nonStriker);
      return this.send("players", { batter_id });
    }
    if (innings.bowler === null) {
      const bowler_id = bowlers[6 + this.roll(5)];
      return this.send("players", { bowler_id: hasRested(bowler_id) ? bowler_id : bowlers[5], override: true });
    }
    const roll = this.roll(40);
    const lastBall = innings.nextBallNumber - 1;
    if (roll === 0 && lastBall > 1) return this.send(`balls/${lastBall}`, { by: ADMIN_ID }, "DELETE");
    if (roll === 1) return this.send("balls", { penalty: { team_id: innings.battingTeamId, runs: 5 } });
    if (roll === 2) return this.send("players", { retire: { player_id: innings.striker, kind: "retired_hurt" } });
    if (roll === 3) return this.send("players", { bowler_id: bowlers.find((id) => id !== innings.bowler && hasRested(id)), override: true });
    if (roll === 4 && lastBall > 2) return this.send(`balls/${lastBall}`, { runs: { batter: 2 } }, "PATCH");
    return this.send("balls", { ...this.randomBall(innings), expected_number: innings.nextBallNumber });
  }

  randomBall(innings) {
    const { roll } = this;
    const runs = [0, 0, 0, 1, 1, 1, 2, 3, 4, 4, 6, 5][roll(12)];
    const modifiers = { isWide: false, isNoBall: false };
    const extras = {};
    let batter = 0;
    const kind = roll(10);
    if (kind === 0) [modifiers.isWide, extras.wides] = [true, 1 + runs];
    else if (kind === 1) [modifiers.isNoBall, extras.no_balls, batter] = [true, this.game.playing_conditions.no_ball_runs, runs];
    else if (kind === 2 && runs > 0) extras.byes = runs;
    else if (kind === 3 && runs > 0) extras.leg_byes = runs;
    else batter = runs;
    const more = { ...(roll(30) === 0 ? { over_called: true } : {}), ...(roll(30) === 1 ? { crossed: true } : {}) };
    if (roll(9) === 0) {
      const [dismissal] = DISMISSAL_KINDS[roll(6)];
      if (isDismissalPossible(dismissal, modifiers, innings.nextIsFreeHit)) {
        const playerOut = dismissal === "run_out" ? [innings.striker, innings.nonStriker][roll(2)] : innings.striker;
        if (!keepsCompletedRuns(dismissal)) {
          batter = 0;
          if (extras.wides) extras.wides = 1;
          delete extras.byes;
          delete extras.leg_byes;
        }
        more.wickets = [{ kind: dismissal, player_out_id: playerOut }];
      }
    }
    return { runs: { batter }, extras, ...more };
  }
}

/** The parts of an innings that the scorer page shows. */
function comparableInnings(innings, serverMatch) {
  const conditions = serverMatch.playing_conditions;
  const figures = Object.values(innings.bowlers).map((one) => [one.player_id, oversBowledText(one, conditions), one.maidens, one.runsConceded, one.wickets]);
  // The two sides may differ in bowlers who were named and bowled nothing.
  const figuresWithBalls = figures.filter(([id, overs]) => overs !== "0.0" || id === innings.bowler);
  const {
    nextBallNumber, isOpen, isUncertain, battingTeamId, isSuperOver, runs, wickets, maxWickets, target, currentOver, striker, nonStriker, bowler, partnership, nextIsFreeHit,
    allottedOvers, previousInnings,
  } = innings;
  return {
    nextBallNumber, isOpen, isUncertain, battingTeamId, isSuperOver, runs, wickets, maxWickets, target, currentOver, striker, nonStriker, bowler, partnership, nextIsFreeHit,
    allottedOvers, previousInnings,
    overs: oversText(innings), previousOverBowlers: isOpen ? [...innings.previousOverBowlers].sort() : [],
    batters: Object.values(innings.batters), bowlers: isOpen ? figuresWithBalls.sort() : [],
  };
}
