import assert from "node:assert/strict";
import { test } from "node:test";

import { matchView } from "../../client/match-stream.js";
import { CelebrationQueue } from "../../parts/celebration-queue.js";
import { loadSport } from "../registry.js";
import { sport as cricket } from "./pages.js";
import { chartSeries, wormPoints, axisTicks } from "./charts.js";
import { chaseText, leadText, allottedOversText, overSummaries, resultText, runsOfSymbol, sideScoreText, scoreText, wicketsOfSymbol } from "./innings.js";
import { playerFigures, cricketTeamStatistics } from "./statistics.js";
import { isWicketInOver } from "./timeline.js";

await loadSport("cricket");

const inningsSummary = (number, team, more) => ({
  number, batting_team_id: team, super_over: false, runs: 0, wickets: 0, overs: "0.0", balls: 0, extras: { wides: 0, no_balls: 0 },
  run_rate: null, target: null, required_rate: null, runs_needed: null, balls_left: null, completed: false, ...more,
});
const innings = (number, team, more) => ({
  ...inningsSummary(number, team), end: null, batting: [], absent: [], bowling: [], fall_of_wickets: [], partnerships: [], milestones: [],
  over_summaries: [], unfinished_over: null, ...more,
});
const batter = (player_id, runs, balls) => ({ player_id, name: `B${player_id}`, runs, balls, fours: 0, sixes: 0 });
const bowler = { player_id: 30, name: "Q", overs: "0.1", balls: 1, maidens: 0, runs: 4, wickets: 0, wides: 0, no_balls: 0, economy: 24 };
const liveState = (more) => ({
  innings: inningsSummary(1, 1), striker: batter(11, 0, 0), non_striker: batter(12, 0, 0), bowler, partnership: { runs: 0, balls: 0 },
  this_over: [], last_over: null, free_hit: false, next_number: 1, next_target: null, next_method: null, ...more,
});
const game = (more) => ({
  id: 3, seq: 1, sport: "cricket", status: "live", score: { home: 0, away: 0 },
  teams: { home: { id: 1, name: "Deccan" }, away: { id: 2, name: "Rajasthan" } },
  live: liveState(), scorecard: { innings: [innings(1, 1, { batting: [batter(11, 0, 0), batter(12, 0, 0)] })], result: null }, ...more,
});
const message = (seq, type, data) => ({ type, topic: "match_3", seq, at: "2026-11-21T15:00:00.000Z", data: { match_id: 3, ...data } });
const ballBowled = (seq, number, runs, more) => message(seq, "ball_bowled", {
  ball: { number, innings: 1, over: `0.${number}`, striker_id: 11, bowler_id: 30, runs: { batter: runs, total: runs }, ...([4, 6].includes(runs) ? { boundary: true } : {}), symbol: runs ? String(runs) : ".", ...more },
});

/** An innings of the state; its batters are of the first side. */
const stateInnings = (team) => ({
  batting_team_id: team, runs: 0, wickets: 0, overs: "0.0", balls: 0, extras: { wides: 0, no_balls: 0 }, striker_id: 11, non_striker_id: 12, bowler_id: 30,
  batting: { 11: { order: 1, name: "B11", runs: 0, balls: 0, fours: 0, sixes: 0 }, 12: { order: 2, name: "B12", runs: 0, balls: 0, fours: 0, sixes: 0 } },
  bowling: { 30: { order: 1, name: "Q", overs: "0.0", balls: 0, maidens: 0, runs: 0, wickets: 0, wides: 0, no_balls: 0 } },
  falls: {}, partnership: {}, partnerships: {}, absent: {}, completed_overs: {}, this_over: [], over_bowler_ids: [], last_bowler_ids: [],
});
const view = (members, recent) => matchView({
  seq: 1, recent, names: { teams: { 1: { name: "Deccan" }, 2: { name: "Rajasthan" } } },
  state: {
    match: { id: 3, sport: "cricket", status: "live", home: { team_id: 1 }, away: { team_id: 2 } }, clock: { running: true, elapsed_ms: 0 }, score: { home: 0, away: 0 }, shootout: {},
    toss: {}, playing_conditions: { innings: 2, balls_per_over: 6 }, innings: { 1: stateInnings(1) }, next: { ball: 1 }, outcome: {}, player_of_the_match: {}, pending: {}, disputes: {}, ...members,
  },
});
const dismissed = { order: 1, name: "B11", runs: 4, balls: 2, fours: 1, sixes: 0, out: { kind: "bowled", bowler_id: 30, text: "b Q" } };
const withWicket = view({ innings: { 1: { ...stateInnings(1), runs: 4, wickets: 1, batting: { 11: dismissed } } } });
const wicketFallen = message(2, "wicket_fallen", { innings: 1, ball_number: 2, wicket: { number: 1, kind: "bowled", player_out_id: 11, bowler_id: 30, runs: 4, balls: 2 } });

test("a ball's symbol counts its runs and wickets", () => {
  const cases = [[".", 0, 0], ["4", 4, 0], ["W", 0, 1], ["1+W", 1, 1], ["5wd", 5, 0], ["2nb+1b", 3, 0], ["1lb+5p", 6, 0], ["W+W", 0, 2]];
  for (const [ball, runs, wickets] of cases) assert.deepEqual([runsOfSymbol(ball), wicketsOfSymbol(ball)], [runs, wickets], ball);
});

test("overs are computed from the card, including the unfinished one", () => {
  const overs = overSummaries(innings(1, 1, { over_summaries: ["1 . 4 W 2nb 1lb .", ". . . . . ."], unfinished_over: "6 1wd" }));
  assert.deepEqual(overs.map(({ runs, wickets, runsTotal: all, wicketsDown }) => [runs, wickets, all, wicketsDown]), [[8, 1, 8, 1], [0, 0, 8, 1], [7, 0, 15, 1]]);
  assert.deepEqual(overSummaries(innings(1, 1)), []);
});

test("scores are written as cricket writes them", () => {
  assert.equal(scoreText({ runs: 176, wickets: 6, end: "overs" }), "176/6");
  assert.equal(scoreText({ runs: 150, wickets: 10, end: "all_out" }), "150");
  assert.equal(scoreText({ runs: 300, wickets: 4, end: "declared" }), "300/4d");
  const all = [innings(1, 1, { runs: 302, end: "all_out" }), innings(2, 2, { runs: 120 }), innings(3, 1, { runs: 45, wickets: 1, overs: "12.3" }), innings(4, 1, { super_over: true, runs: 9 })];
  const match = game({ scorecard: { innings: all, result: null } });
  assert.equal(sideScoreText(match, "home"), "302 & 45/1 (12.3)");
  assert.equal(cricket.scoreText(match, "away"), "120/0 (0.0)");
  assert.equal(cricket.scoreText({ ...game(), scorecard: undefined, ...{} }, "home"), "");
  const { scorecard: _, ...listed } = game();
  assert.equal(cricket.scoreText(listed, "home"), null, "a match in a list has runs only");
  assert.equal(allottedOversText({ overs: "10.2", balls_left: 40 }, 6), "17");
  assert.equal(allottedOversText({ overs: "0.4", balls_left: 5 }, 6), "1.3");
  assert.equal(allottedOversText({ overs: "90.0", balls_left: null }, 6), "");
});

test("chase and result are texts", () => {
  const chaseOf = (more) => chaseText(game({ live: liveState({ innings: inningsSummary(2, 2, more) }) }));
  assert.equal(chaseOf({ target: 20, runs_needed: 14, balls_left: 8 }), "Rajasthan need 14 from 8 balls");
  assert.equal(chaseOf({ target: 20, runs_needed: 1, balls_left: 1 }), "Rajasthan need 1 from 1 ball");
  assert.equal(chaseOf({ target: 300, runs_needed: 14 }), "Rajasthan need 14 to win");
  assert.equal(chaseOf({}), "");
  assert.equal(chaseText(game({ live: liveState({ innings: inningsSummary(1, 1, { completed: true }), next_target: 26 }) })), "Rajasthan need 26 to win");
  assert.equal(resultText(game({ result: { text: "x" } })), "", "not while it is in play");
  assert.equal(resultText(game({ status: "finished", result: { text: "Deccan won by 3 runs" } })), "Deccan won by 3 runs");
  assert.equal(resultText(game({ status: "finished", result: { ending: "awarded", text: null } })), "Awarded");
  assert.equal(resultText(game({ status: "finished", result: null, outcome: { kind: "won", winner_team_id: 1, by: { runs: 3 } } })), "", "deleted");
  assert.equal(resultText(game({ status: "abandoned", outcome: { kind: "abandoned" } })), "Match abandoned without a ball bowled");
  const cases = [
    [{ kind: "won", winner_team_id: 1, by: { runs: 1 } }, "Deccan won by 1 run"],
    [{ kind: "won", winner_team_id: 2, by: { wickets: 6, balls_left: 9 }, method: "D/L" }, "Rajasthan won by 6 wickets with 9 balls remaining (D/L method)"],
    [{ kind: "won", winner_team_id: 2, by: { wickets: 1, balls_left: 0 } }, "Rajasthan won by 1 wicket"],
    [{ kind: "won", winner_team_id: 1, by: { innings: 1, runs: 20 } }, "Deccan won by an innings and 20 runs"],
    [{ kind: "won", winner_team_id: 1, by: { penalty_runs: true } }, "Deccan won by penalty runs"],
    [{ kind: "tied" }, "Match tied"],
    [{ kind: "tied", winner_team_id: 2, decided_by: "the super over" }, "Match tied (Rajasthan won the super over)"],
    [{ kind: "drawn", winner_team_id: 1 }, "Match drawn (Deccan won)"],
    [{ kind: "awarded", winner_team_id: 1, method: "x" }, "Match awarded to Deccan"],
    [{ kind: "no_result" }, "No result"],
  ];
  for (const [outcome, text] of cases) assert.equal(resultText(game({ status: "finished", result: { ending: "played" }, outcome })), text);
});

test("a lead is shown in a match of two innings a side", () => {
  const match = (runs, more) => game({
    live: liveState({ innings: inningsSummary(3, 1, { runs, ...more }) }),
    scorecard: { innings: [innings(1, 1, { runs: 100 }), innings(2, 2, { runs: 150 }), innings(3, 1, { runs })], result: null },
  });
  assert.equal(leadText(match(95)), "Deccan lead by 45");
  assert.equal(leadText(match(20)), "Deccan trail by 30");
  assert.equal(leadText(match(50)), "Deccan are level");
  assert.equal(leadText(match(50, { target: 90 })), "");
  assert.equal(leadText(game()), "", "nothing to compare with");
});

test("the status text fits the state", () => {
  const statusText = (live, more) => cricket.statusText(game({ live: liveState(live), ...more }));
  assert.equal(statusText({}), "Live");
  assert.equal(statusText({ innings: inningsSummary(1, 1, { completed: true }) }), "Innings break");
  assert.equal(statusText({ innings: inningsSummary(2, 2, { completed: true, target: 20, runs_needed: 1 }) }), "Scores level");
  assert.equal(statusText({ innings: inningsSummary(3, 1, { super_over: true }) }), "Super over");
  assert.equal(statusText({}, { status: "paused", reason: "rain" }), "Rain");
  assert.equal(statusText({}, { status: "finished" }), "Finished");
});

test("the view has rows in their order, with names and rates", () => {
  const chase = {
    ...stateInnings(2), runs: 30, wickets: 1, overs: "4.0", balls: 24, balls_left: 96, target: 121, method: "D/L",
    batting: { 22: { order: 2, name: "C22", runs: 5, balls: 4, fours: 1, sixes: 0 }, 21: { order: 1, name: "C21", runs: 20, balls: 10, fours: 2, sixes: 1, out: { kind: "bowled", bowler_id: 31, text: "b R" } }, 9: { order: 3, name: "C9", runs: 1, balls: 2, fours: 0, sixes: 0, retired: "hurt" } },
    bowling: { 31: { order: 1, name: "R", overs: "2.0", balls: 12, maidens: 0, runs: 18, wickets: 1, wides: 0, no_balls: 0 }, 32: { order: 2, name: "S", overs: "0.0", balls: 0, maidens: 0, runs: 0, wickets: 0, wides: 0, no_balls: 0 } },
    falls: { 1: { player_id: 21, runs: 25, overs: "3.2" } },
    partnerships: { 1: { wicket: 1, runs: 25, balls: 20, batters: { 22: { order: 2, runs: 3, balls: 2 }, 21: { order: 1, runs: 20, balls: 10 } } } },
    partnership: { wicket: 2, runs: 5, balls: 4, batters: { 22: { order: 1, runs: 2, balls: 2 }, 9: { order: 2, runs: 1, balls: 2 } } },
    completed_overs: { 1: "1 . 4 W", 2: "6 ." }, this_over: ["4"], striker_id: 22, bowler_id: 32, last_bowler_ids: [31],
  };
  const match = view({ innings: { 1: { ...stateInnings(1), end: "overs", runs: 120 }, 2: chase } });
  const [, innings] = match.scorecard.innings;
  assert.deepEqual(innings.batting.map(({ player_id: id, dismissal, strike_rate: rate }) => [id, dismissal, rate]), [[21, "b R", 200], [22, "not out", 125], [9, "retired hurt", 50]]);
  assert.deepEqual(innings.bowling.map(({ name, economy }) => [name, economy]), [["R", 9]], "who has bowled");
  assert.deepEqual([innings.runs_needed, innings.required_rate, innings.run_rate], [91, 5.6875, 7.5]);
  assert.deepEqual(innings.fall_of_wickets, [{ wicket: 1, player_id: 21, name: "C21", runs: 25, overs: "3.2" }]);
  assert.deepEqual(innings.partnerships.map(({ runs, unbroken, batters }) => [runs, unbroken, batters.map(({ name }) => name).join()]), [[25, false, "C21,C22"], [5, true, "C22,C9"]]);
  assert.deepEqual([innings.over_summaries, innings.unfinished_over], [["1 . 4 W", "6 ."], "4"]);
  const { striker, non_striker: nonStriker, bowler, partnership, last_over: lastOver } = match.live;
  assert.deepEqual([striker.name, nonStriker, bowler.name, partnership, lastOver], ["C22", null, "S", { runs: 5, balls: 4 }, ["6", "."]]);
  assert.equal(match.teams.away.name, "Rajasthan");
});

test("between innings nobody bats or bowls", () => {
  const { live } = view({ innings: { 1: { ...stateInnings(1), end: "overs", runs: 25 } }, next: { ball: 121, target: 26 } });
  assert.deepEqual([live.striker, live.bowler, live.this_over, live.partnership, live.next_target], [null, null, null, { runs: 0, balls: 0 }, 26]);
  assert.ok(live.innings.completed);
  assert.deepEqual([view({ innings: {} }).live.innings, view({ innings: {} }).live.next_number], [null, 1]);
});

test("disputes and balls that wait have their submissions", () => {
  const submissions = [{ by: 7, ball: {} }, { by: 8, ball: {} }];
  const match = view({ pending: { 4: { disputed: true, submissions } }, disputes: { 4: { reason: "scorers differ", fields: [] } } });
  assert.deepEqual(match.pending, [{ number: 4, disputed: true, by: [7, 8], submissions }]);
  assert.deepEqual(match.disputes, [{ number: 4, reason: "scorers differ", fields: [], submissions }]);
});

test("recent balls are kept up to a limit, without removed ones", () => {
  let recent;
  for (let number = 1; number <= 100; number += 1) recent = cricket.rememberMessage(recent, ballBowled(number + 1, number, 1));
  assert.equal(recent.balls.length, 60);
  const undo = message(200, "ball_corrected", { number: 100, change: "undone", was: { innings: 1, symbol: "1" } });
  const undone = cricket.rememberMessage(recent, undo);
  assert.equal(undone.balls.at(-1).number, 99);
  assert.equal(undone.lastCorrectionSeq, 0, "no other ball moved");
  const taken = cricket.rememberMessage(undone, { ...undo, seq: 201, data: { ...undo.data, number: 90, change: "removed" } });
  assert.deepEqual(taken.balls.slice(-2).map(({ number }) => number), [97, 98]);
  assert.equal(taken.lastCorrectionSeq, 201);
  const [first] = view({}, { balls: [ballBowled(2, 1, 4).data.ball], lastCorrectionSeq: 0 }).recentBalls;
  assert.deepEqual([first.striker, first.bowler, first.commentary], ["B11", "Q", null]);
});

test("a display celebrates each four, wicket and milestone once", () => {
  const match = view({ next: { ball: 2 } });
  const four = cricket.celebrationOf(match, ballBowled(2, 1, 4));
  assert.deepEqual([four.side, four.title, four.text], ["home", "Four", "B11"]);
  assert.equal(cricket.celebrationOf(match, ballBowled(2, 1, 4, { boundary: undefined })), null, "all run");
  assert.equal(cricket.celebrationOf(match, ballBowled(2, 1, 1)), null);
  const wicket = cricket.celebrationOf(withWicket, wicketFallen);
  assert.deepEqual([wicket.side, wicket.text], ["away", "B11 b Q 4 (2)"]);
  const fifty = (ball) => message(3, "milestone_achieved", { milestone: { kind: "batter_runs", value: 50, innings: 1, ball_number: ball, team_id: 1, player_ids: [11] } });
  assert.deepEqual([cricket.celebrationOf(match, fifty(1)).title, cricket.celebrationOf(match, fifty(1)).text], ["50", "B11"]);
  assert.equal(cricket.celebrationOf(view({ next: { ball: 9 } }), fifty(1)), null, "a correction found it overs later");
  assert.equal(cricket.celebrationOf(match, message(3, "ball_corrected", { was: { innings: 1 } })), null);

  let now = 0;
  const celebrations = new CelebrationQueue(() => now);
  for (const one of [four, four, cricket.celebrationOf(match, fifty(1))]) celebrations.add(one);
  assert.equal(celebrations.current().title, "Four");
  now = 4_001; // another one waits
  assert.equal(celebrations.current().title, "50");
  celebrations.clear();
  celebrations.add(four);
  assert.equal(celebrations.current(), null, "entered again");
  for (let at = 0; at < 10; at += 1) celebrations.add({ ...four, key: `${at}` });
  now += 1_000_000;
  assert.equal(celebrations.current().key, "6", "the oldest are dropped");
});

test("screen readers hear boundaries and wickets, not every ball", () => {
  const match = view({ innings: { 1: { ...stateInnings(1), runs: 4 } } });
  assert.equal(cricket.spokenMessage(match, ballBowled(2, 1, 1)), null, "not every ball is announced");
  assert.equal(cricket.spokenMessage(match, ballBowled(2, 1, 4)), "Four, B11. Deccan 4 for 0.");
  assert.equal(cricket.spokenMessage(withWicket, wicketFallen), "Wicket: B11 b Q, 4. Deccan 4 for 1.");
  const milestone = { kind: "partnership", value: 50, innings: 1, team_id: 1, player_ids: [11, 12] };
  assert.equal(cricket.spokenMessage(match, message(2, "milestone_achieved", { milestone })), "B11 and B12: partnership of 50.");
});

test("charts start at 0 and have round axis values", () => {
  assert.deepEqual(axisTicks(180), [0, 50, 100, 150]);
  assert.deepEqual(axisTicks(3), [0, 1, 2, 3]);
  assert.equal(wormPoints([{ over: 1, runsTotal: 10 }, { over: 2, runsTotal: 20 }], 2, 20), "40.0,248.0 334.0,131.0 628.0,14.0");
  const match = game({ scorecard: { innings: [innings(1, 1, { over_summaries: ["1 1 1 1 1 1"] }), innings(2, 2)], result: null } });
  assert.deepEqual(chartSeries(match).map(({ name, isSecondInnings }) => [name, isSecondInnings]), [["Deccan", false]]);
});

test("statistics of a side and of a player", () => {
  const one = innings(1, 1, { runs: 12, over_summaries: ["4 . W 6 1wd 1 ."], batting: [{ ...batter(11, 10, 2), fours: 1, sixes: 1, dismissal: "not out" }], partnerships: [{ runs: 12 }], extras: { wides: 1 } });
  const match = game({ scorecard: { innings: [one], result: null } });
  const { runs, fours, sixes, dot_balls: dots, best_over: best } = cricketTeamStatistics(match, "home");
  assert.deepEqual([runs, fours, sixes, dots, best], [12, 1, 1, 3, 12]);
  assert.equal(cricketTeamStatistics(match, "away").extras_given, 1);
  assert.deepEqual(playerFigures(match, 11), ["10* (2)"]);
});

test("a wicket belongs to the over it fell in", () => {
  assert.deepEqual([["0.1", 1], ["0.6", 1], ["1.0", 1], ["11.4", 12], ["0.0", 1]].map(([overs, over]) => isWicketInOver(overs, over)), [true, true, true, true, true]);
  assert.equal(isWicketInOver("1.1", 1), false);
});
