import assert from "node:assert/strict";
import { test } from "node:test";

import { oversText } from "./innings-state.js";
import { projectInnings } from "./projected-innings.js";

const RULES = { innings: 2, overs: 20, balls_per_over: 6, overs_per_bowler: 4, free_hit: true, players: 11, no_ball_runs: 1, scorers_required: 1 };
const ME = 7;
const name = (id) => `Player ${id}`;

/** 12 for none off two balls: player 11 is on strike, 12 at the other end, 31 bowls; ball 3 is next. */
function serverMatch(more = {}) {
  const batter = (player_id, runs, balls) => ({ player_id, name: name(player_id), runs, balls, fours: 0, sixes: 0, out: null });
  const bowler = { player_id: 31, name: name(31), overs: "0.2", balls: 2, maidens: 0, runs: 12, wickets: 0 };
  const innings = { number: 1, batting_team_id: 1, super_over: false, runs: 12, wickets: 0, overs: "0.2", target: null, completed: false };
  const card = { ...innings, overs_allotted: "20.0", absent: [], batting: [batter(11, 12, 2), batter(12, 0, 0)], bowling: [bowler] };
  return {
    sport: "cricket", teams: { home: { id: 1 }, away: { id: 2 } }, playing_conditions: RULES, pending: [], disputes: [],
    scorecard: { innings: [card] },
    live: {
      innings, striker: batter(11, 12, 2), non_striker: batter(12, 0, 0), bowler, partnership: { runs: 12, balls: 2 },
      this_over: ["6", "6"], last_over: null, over_bowler_ids: [31], last_bowler_ids: [], free_hit: false, next_number: 3,
    },
    ...more,
  };
}
const command = (action, body, method = "POST") => ({ client_id: "", occurred_at: "", method, action, body });
const ball = (expected_number, batter, more = {}) => command("balls", { runs: { batter }, expected_number, ...more });
const after = (commands, { game = serverMatch(), ...context } = {}) => projectInnings(game, commands, { userId: ME, nameOf: name, ...context });

test("a ball that the stream has delivered isn't counted again", () => {
  assert.equal(after([ball(2, 6)]).runs, 12);
  assert.equal(after([ball(3, 1)]).runs, 13);
  assert.equal(after([ball(4, 1)]).runs, 12, "a ball with another number is ignored");
});

test("strike, over and bowler change with each ball", () => {
  const one = after([ball(3, 1)]);
  assert.deepEqual([one.striker, one.nonStriker, oversText(one)], [12, 11, "0.3"]);
  const over = after([3, 4, 5, 6].map((number) => ball(number, 0)));
  assert.deepEqual([over.striker, over.bowler, oversText(over), over.previousOverBowlers, over.previousOver], [12, null, "1.0", [31], ["6", "6", ".", ".", ".", "."]]);
  const called = after([ball(3, 0, { over_called: true })]);
  assert.deepEqual([oversText(called), called.bowler], ["1.0", null]);
  const goesOn = after([3, 4, 5].map((number) => ball(number, 0)).concat(ball(6, 0, { over_continues: true })));
  assert.equal(oversText(goesOn), "0.6");
});

test("unsent balls and remembered ones can be undone", () => {
  const own = after([ball(3, 4), command("balls/3", { by: ME }, "DELETE"), ball(3, 1)]);
  assert.deepEqual([own.runs, own.nextBallNumber, own.isUncertain], [13, 4, false]);
  const earlier = { ...after([]), nextBallNumber: 2, runs: 6 };
  const undone = after([command("balls/2", {}, "DELETE")], { stateBeforeBall: { 2: earlier } });
  assert.deepEqual([undone.runs, undone.nextBallNumber], [6, 2]);
  const unsure = after([command("balls/2", {}, "DELETE")]);
  assert.deepEqual([unsure.nextBallNumber, unsure.isUncertain], [2, true], "the state is marked as uncertain");
});

test("a correction of an unsent ball replaces it; one of an earlier ball waits for the server", () => {
  assert.equal(after([ball(3, 4), command("balls/3", { runs: { batter: 2 } }, "PATCH")]).runs, 14);
  assert.equal(after([command("balls/1", { runs: { batter: 2 } }, "PATCH")]).isUncertain, true);
});

test("where scorers must agree, only one's own submissions count", () => {
  const submission = (by, batter) => ({ by, ball: { "runs.batter": batter, boundary: batter === 4, wickets: [] } });
  const pendingBall = (number, ...submissions) => ({ number, by: submissions.map(({ by }) => by), disputed: false, submissions });
  const game = serverMatch({ playing_conditions: { ...RULES, scorers_required: 2 }, pending: [pendingBall(3, submission(8, 4)), pendingBall(4, submission(8, 1))] });
  assert.equal(after([], { game }).nextBallNumber, 3);
  game.pending[0] = pendingBall(3, submission(8, 4), submission(ME, 2));
  assert.deepEqual([after([], { game }).runs, after([], { game }).nextBallNumber], [14, 4]);
  const anew = after([ball(3, 4), ball(4, 1)], { game });
  assert.deepEqual([anew.runs, anew.nextBallNumber], [17, 5], "submitted again before the next");
});

test("a chosen player bats at the chosen ball only", () => {
  const out = { wickets: [{ kind: "bowled" }] };
  const chosen = { number: 4, striker_id: 13 };
  assert.equal(after([ball(3, 0, out)], { chosenPlayers: chosen }).striker, 13);
  assert.equal(after([ball(3, 0, out)], { chosenPlayers: { ...chosen, number: 3 } }).striker, null);
});

test("an innings ends with its last wicket, its last over, its target", () => {
  const game = serverMatch();
  game.live.innings.target = 15;
  const won = after([ball(3, 2), ball(4, 2)], { game });
  assert.deepEqual([won.runs, won.isOpen], [15, false], "no run counts after the winning one");
  assert.equal(after([ball(3, 2), ball(4, 6)], { game }).runs, 20, "but a boundary does");
  const opened = after([command("declare", { reason: "declared" }), command("innings", { batting_team_id: 2, striker_id: 31, non_striker_id: 32, bowler_id: 12 })]);
  assert.deepEqual([opened.target, opened.battingTeamId, opened.runs, opened.striker], [13, 2, 0, 31]);
});
