import assert from "node:assert/strict";
import { test } from "node:test";

import { ballFromServer, buildBall, ballFromSubmission, spokenBall, isDismissalPossible, NO_MODIFIERS, ballSymbol } from "./ball-request.js";
import { inningsStateOf, runsAgainstBowler, parseOverCount } from "./innings-state.js";

const TEAMS = { home: { id: 1 }, away: { id: 2 } };

test("the switches and a number make a ball", () => {
  const cases = [
    [4, {}, ".", { runs: { batter: 4 } }, "4"],
    [0, {}, ".", { runs: { batter: 0 } }, "."],
    [0, { isWide: true }, "", { runs: { batter: 0 }, extras: { wides: 1 } }, "1wd"],
    [4, { isWide: true }, "", { runs: { batter: 0 }, extras: { wides: 5 } }, "5wd"],
    [2, { isNoBall: true }, "", { runs: { batter: 2 }, extras: { no_balls: 1 } }, "3nb"],
    [1, { isNoBall: true, byes: "leg_byes" }, "", { runs: { batter: 0 }, extras: { no_balls: 1, leg_byes: 1 } }, "1nb+1lb"],
    [3, { byes: "byes" }, "", { runs: { batter: 0 }, extras: { byes: 3 } }, "3b"],
    [1, { isOverCalled: true }, "", { runs: { batter: 1 }, over_called: true }, "1"],
  ];
  for (const [runs, marks, , ball, symbol] of cases) {
    const request = buildBall(runs, { ...NO_MODIFIERS, ...marks }, 1);
    assert.deepEqual(request, ball);
    assert.equal(ballSymbol(request), symbol);
  }
  assert.equal(buildBall(0, { ...NO_MODIFIERS, isNoBall: true }, 2).extras.no_balls, 2, "if the playing conditions say so");
});

test("a ball has a text for screen readers", () => {
  assert.equal(spokenBall({ runs: { batter: 0 } }), "No run");
  assert.equal(spokenBall({ runs: { batter: 2 }, extras: { no_balls: 1 } }), "No-ball, 2 runs");
  assert.equal(spokenBall({ runs: { batter: 0 }, wickets: [{ kind: "lbw" }] }), "Wicket, lbw");
});

test("only dismissals that the Laws allow are offered", () => {
  const off = (marks, freeHit = false) => ["bowled", "caught", "stumped", "hit_wicket", "run_out"].filter((kind) => isDismissalPossible(kind, { ...NO_MODIFIERS, ...marks }, freeHit));
  assert.deepEqual(off({}), ["bowled", "caught", "stumped", "hit_wicket", "run_out"]);
  assert.deepEqual(off({ isWide: true }), ["stumped", "hit_wicket", "run_out"]);
  assert.deepEqual(off({ isNoBall: true }), ["run_out"]);
  assert.deepEqual(off({}, true), ["run_out"], "a free hit");
});

test("a ball of the server can be sent again unchanged", () => {
  const serverBall = { runs: { batter: 4, total: 4 }, extras: { wides: 0, no_balls: 0, byes: 0, leg_byes: 0, penalty: 0 }, boundary: false, crossed: true, wickets: [], penalty: { to: "away", runs: 5 } };
  assert.deepEqual(ballFromServer(serverBall, TEAMS), { runs: { batter: 4 }, non_boundary: true, crossed: true, penalty: { team_id: 2, runs: 5 } });
  const wicket = { kind: "run_out", player_out_id: 7, fielder_ids: [9], substitute: false, text: "run out (X)" };
  assert.deepEqual(ballFromServer({ ...serverBall, runs: { batter: 1 }, crossed: false, penalty: null, wickets: [wicket] }, TEAMS),
    { runs: { batter: 1 }, wickets: [{ kind: "run_out", player_out_id: 7, fielder_ids: [9] }] });
  assert.deepEqual(ballFromSubmission({ "runs.batter": 5, "extras.no_balls": 1, boundary: true, wickets: [] }, TEAMS),
    { runs: { batter: 5 }, extras: { no_balls: 1 }, boundary: true }, "one and four overthrows");
});

test("a symbol counts its runs against the bowler", () => {
  for (const [symbol, runs] of [[".", 0], ["4", 4], ["5wd", 5], ["3nb", 3], ["1nb+1lb", 1], ["2b", 0], ["W", 0], ["1+W", 1], ["5p", 0]]) assert.equal(runsAgainstBowler(symbol), runs, symbol);
});

test("overs and balls are not a decimal", () => {
  assert.deepEqual(parseOverCount("9.2"), { overs: 9, balls: 2 });
  assert.deepEqual(parseOverCount("20"), { overs: 20, balls: 0 });
  assert.equal(parseOverCount(null), null);
});

test("before the first ball nobody is at the crease", () => {
  const live = { innings: null, striker: null, non_striker: null, bowler: null, partnership: { runs: 0, balls: 0 }, this_over: null, last_over: null, free_hit: false, next_number: 1 };
  const innings = inningsStateOf({ live, scorecard: { innings: [] }, playing_conditions: { players: 11 } });
  assert.deepEqual([innings.isOpen, innings.battingTeamId, innings.nextBallNumber, innings.striker], [false, null, 1, null]);
});
