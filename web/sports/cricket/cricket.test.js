import assert from "node:assert/strict";
import { test } from "node:test";

import { applyMessage } from "../../client/match-stream.js";
import { initialMatch } from "../../parts/replay.js";
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
const ballBowled = (seq, number, runs, more = {}) => message(seq, "ball_bowled", {
  ball: { number, innings: 1, over: `0.${number}`, striker: "B11", bowler_id: 30, runs: { batter: runs, total: runs }, extras: { wides: 0 }, boundary: runs === 4 || runs === 6, symbol: runs ? String(runs) : ".", commentary: null, wickets: [], ...more.ball },
  innings: inningsSummary(1, 1, { runs, overs: `0.${number}`, ...more.innings }), striker: batter(11, runs, number), non_striker: batter(12, 0, 0), bowler,
  partnership: { runs, balls: number }, next: { striker_id: 11, non_striker_id: 12, bowler_id: 30, free_hit: false, number: number + 1 },
  score: { home: runs, away: 0 },
});

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
  assert.equal(resultText(game({ status: "finished", result: null, scorecard: { innings: [], result: { text: "struck" } } })), "");
  assert.equal(resultText(game({ status: "abandoned", scorecard: { innings: [], result: { text: "Match abandoned" } } })), "Match abandoned");
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

test("a bowler named with the ball doesn't show the ball twice", () => {
  const first = applyMessage(game(), message(2, "player_changed", { change: "bowler", player_id: 30, name: "Q", ...liveState({ this_over: ["4"], next_number: 2 }) }));
  assert.deepEqual(applyMessage(first, ballBowled(3, 1, 4)).live.this_over, ["4"]);
  assert.deepEqual(applyMessage(game(), ballBowled(2, 1, 4)).live.this_over, ["4"]);
});

test("recent balls are kept up to a limit, without removed ones", () => {
  let match = game();
  for (let number = 1; number <= 100; number += 1) match = applyMessage(match, ballBowled(number + 1, number, 1));
  assert.equal(match.recentBalls.length, 60);
  const undo = message(200, "ball_corrected", { number: 100, change: "undone", ball: null, was: { innings: 1, symbol: "1" }, scorecard: { innings: [innings(1, 1)], result: null }, ...liveState({ next_number: 100 }) });
  const undone = applyMessage(match, undo);
  assert.equal(undone.recentBalls.at(-1).number, 99);
  assert.equal(undone.lastCorrectionSeq, undefined, "no other ball moved");
  const taken = applyMessage(undone, { ...undo, seq: 201, data: { ...undo.data, number: 90, change: "removed" } });
  assert.deepEqual(taken.recentBalls.slice(-2).map(({ number }) => number), [97, 98]);
  assert.equal(taken.lastCorrectionSeq, 201);
});

test("a penalty award moves the target, whichever innings it goes to", () => {
  const chase = (target, needed) => inningsSummary(2, 2, { target, runs_needed: needed });
  const match = game({ live: liveState({ innings: chase(11, 11) }), scorecard: { innings: [innings(1, 1, { runs: 10 }), innings(2, 2)], result: null } });
  const awarded = inningsSummary(1, 1, { runs: 15, completed: true });
  const awardedMatch = applyMessage(match, message(2, "penalty_awarded", { penalty: { team_id: 1, runs: 5 }, awarded_innings: awarded, ...liveState({ innings: chase(16, 16) }) }));
  assert.deepEqual([awardedMatch.live.innings.number, awardedMatch.live.innings.target], [2, 16]);
  assert.deepEqual(awardedMatch.scorecard.innings.map(({ runs, target }) => [runs, target]), [[15, null], [0, 16]]);
  const owed = applyMessage(match, message(2, "penalty_awarded", { penalty: { team_id: 1, runs: 5 }, awarded_innings: null, ...liveState({ innings: chase(11, 11) }) }));
  assert.deepEqual(owed.scorecard.innings.map(({ runs }) => runs), [10, 0]);
  const ownInnings = inningsSummary(1, 1, { runs: 9 });
  const added = applyMessage(applyMessage(game(), ballBowled(2, 1, 4)), message(3, "penalty_awarded", { penalty: { team_id: 1, runs: 5 }, awarded_innings: ownInnings, ...liveState({ innings: ownInnings, partnership: { runs: 9, balls: 1 } }) }));
  assert.deepEqual(added.scorecard.innings[0].partnerships.map(({ runs, balls }) => [runs, balls]), [[9, 1]]);
});

test("a retirement is named, and an absent player has no second line", () => {
  const retired = applyMessage(game(), message(2, "player_changed", { change: "retired_not_out", player_id: 11, name: "B11", ...liveState({ striker: null }) }));
  const absent = applyMessage(retired, message(3, "player_changed", { change: "absent", player_id: 11, name: "B11", ...liveState({ striker: null }) }));
  const [card] = absent.scorecard.innings;
  assert.equal(card.batting.find(({ player_id }) => player_id === 11).dismissal, "retired not out");
  assert.deepEqual(card.absent, []);
});

test("a correction replaces the cards from the first changed innings", () => {
  const match = game({ scorecard: { innings: [innings(1, 1, { runs: 10 }), innings(2, 2)], result: null } });
  const correction = { number: 9, change: "changed", ball: { number: 9, symbol: "." }, was: { innings: 2, number: 9, symbol: "." }, ...liveState({ next_number: 10 }) };
  const both = applyMessage(match, message(2, "ball_corrected", { ...correction, scorecard: { innings: [innings(1, 1, { runs: 5 }), innings(2, 2)], result: null } }));
  assert.deepEqual(both.scorecard.innings.map(({ number, runs }) => [number, runs]), [[1, 5], [2, 0]]);
  const one = applyMessage(match, message(2, "ball_corrected", { ...correction, scorecard: { innings: [innings(2, 2, { runs: 3 })], result: null } }));
  assert.deepEqual(one.scorecard.innings.map(({ number, runs }) => [number, runs]), [[1, 10], [2, 3]]);
});

test("a dispute is open until it is resolved or all submit again", () => {
  const raised = applyMessage(game(), message(2, "scoring_dispute_raised", { number: 4 }));
  assert.deepEqual(raised.disputes, [{ number: 4 }]);
  assert.deepEqual(applyMessage(raised, message(3, "dispute_resolved", { number: 4 })).disputes, []);
});

test("a replay starts before the first ball, and its messages build the scorecard", () => {
  const start = initialMatch(game({ disputes: [{ number: 4 }] }));
  assert.deepEqual([start.scorecard.innings, start.live.innings, start.disputes, start.recentBalls], [[], null, [], []]);
  const opened = applyMessage(start, message(2, "innings_start", liveState()));
  assert.deepEqual(opened.scorecard.innings[0].batting.map(({ player_id }) => player_id), [11, 12]);
  assert.equal(sideScoreText(applyMessage(opened, ballBowled(3, 1, 6)), "home"), "6/0 (0.1)");
});

test("a display celebrates each four, wicket and milestone once", () => {
  const match = applyMessage(game(), ballBowled(2, 1, 4));
  const four = cricket.celebrationOf(match, ballBowled(2, 1, 4));
  assert.deepEqual([four.side, four.title, four.text], ["home", "Four", "B11"]);
  assert.equal(cricket.celebrationOf(match, ballBowled(2, 1, 4, { ball: { boundary: false } })), null, "all run");
  assert.equal(cricket.celebrationOf(match, ballBowled(2, 1, 1)), null);
  const fifty = (ball) => message(3, "milestone_achieved", { milestone: { kind: "batter_runs", value: 50, innings: 1, ball_number: ball, team_id: 1, player_ids: [11], name: "B11" } });
  assert.equal(cricket.celebrationOf(match, fifty(1)).title, "50");
  assert.equal(cricket.celebrationOf({ ...match, live: { ...match.live, next_number: 9 } }, fifty(1)), null, "a correction found it overs later");
  assert.equal(cricket.celebrationOf(match, message(3, "ball_corrected", {})), null);

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
  assert.equal(cricket.spokenMessage(game(), ballBowled(2, 1, 1)), null, "not every ball is announced");
  assert.equal(cricket.spokenMessage(game(), ballBowled(2, 1, 4)), "Four, B11. Deccan 4 for 0.");
  const data = { fall: { name: "B11" }, wicket: { text: "b Q", batter: { runs: 4, balls: 2 } }, innings: inningsSummary(1, 1, { runs: 4, wickets: 1 }) };
  assert.equal(cricket.spokenMessage(game(), message(2, "wicket_fallen", data)), "Wicket: B11 b Q, 4. Deccan 4 for 1.");
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
