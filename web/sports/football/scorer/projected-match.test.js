import assert from "node:assert/strict";
import { test } from "node:test";

import { projectMatch } from "../scorer.js";
import { bookedPlayers, effectiveKind } from "./incident-kinds.js";
import { matchMinuteAt } from "./match-minute.js";

const at = (minutes) => new Date(Date.UTC(2026, 10, 21, 15, minutes)).toISOString();
const side = (id) => ({ id, name: `Team ${id}` });
const scheduled = {
  id: 3, seq: 1, sport: "football", status: "scheduled", teams: { home: side(1), away: side(2) },
  clock: null, score: null, incidents: [],
};
const live = { ...scheduled, status: "live", score: { home: 1, away: 0 }, clock: { period: "first_half", running: true, elapsed_ms: 0, at: at(0) },
  incidents: [{ id: 21, rev: 1, kind: "goal", team_id: 1, confirmation: "confirmed", period: "first_half", minute: 3, occurred_at: at(3) }] };
let count = 0;
const command = (action, minutes, body = {}, method = "POST") =>
  ({ client_id: `k${(count += 1)}`, occurred_at: at(minutes), method, action, body });
const goal = (minutes, team_id = 1, more = {}) =>
  command("incidents", minutes, { kind: "goal", team_id, period: "first_half", minute: minutes, occurred_at: at(minutes), ...more });

test("a whole match can be recorded without a network", () => {
  const game = projectMatch(scheduled, [
    command("start", 0), goal(10), command("pause", 47, { reason: "half_time" }), command("resume", 62), goal(70, 2),
  ]);
  assert.equal(game.status, "live");
  assert.deepEqual(game.score, { home: 1, away: 1 });
  assert.deepEqual(game.clock, { period: "second_half", running: true, elapsed_ms: 45 * 60_000, at: at(62) });
  assert.deepEqual(matchMinuteAt(game.clock, Date.parse(at(70))), { period: "second_half", minute: 54, stoppage: 0 });
  assert.deepEqual(game.incidents.map(({ pending }) => pending), ["new", "new"]);
});

test("a pause shows the reached time, and its reason decides what follows", () => {
  const paused = projectMatch(live, [command("pause", 47, { reason: "half_time" })]);
  assert.deepEqual([paused.status, paused.clock.running, paused.clock.elapsed_ms], ["paused", false, 47 * 60_000]);
  const again = projectMatch(live, [command("pause", 20, { reason: "interruption" }), command("resume", 30)]);
  assert.deepEqual([again.clock.period, again.clock.elapsed_ms], ["first_half", 20 * 60_000]);
  const kicks = projectMatch(live, [command("pause", 20, { reason: "before_penalties" }), command("resume", 30)]);
  assert.deepEqual([kicks.clock.period, kicks.clock.running], ["penalty_shootout", false]);
  assert.equal(projectMatch(live, [command("end", 95)]).status, "finished");
});

test("a command that the state doesn't allow changes nothing", () => {
  assert.equal(projectMatch(live, [command("start", 50)]).clock.at, at(0));
  assert.equal(projectMatch(scheduled, [command("pause", 1)]).status, "scheduled");
  assert.equal(projectMatch({ ...live, status: "finished" }, [command("end", 95)]).status, "finished");
});

test("a goal that the stream has delivered isn't counted twice", () => {
  const sent = goal(3);
  assert.deepEqual(projectMatch(live, [sent]).score, { home: 1, away: 0 });
  assert.equal(projectMatch(live, [sent]).incidents.length, 1);
  assert.deepEqual(projectMatch(live, [goal(3), goal(9)]).score, { home: 2, away: 0 });
});

test("corrections show at once, also of unsent incidents", () => {
  const taken = projectMatch(live, [command("incidents/21", 5, { confirmation: "cancelled" }, "PATCH")]);
  assert.deepEqual(taken.score, { home: 0, away: 0 });
  assert.equal(taken.incidents[0].pending, "changed");
  const removed = projectMatch(live, [command("incidents/21", 5, {}, "DELETE")]);
  assert.deepEqual([removed.score.home, removed.incidents[0].pending], [0, "removed"]);
  const own = goal(9);
  const moved = projectMatch(live, [own, command(`incidents/${own.client_id}`, 9, { team_id: 2 }, "PATCH")]);
  assert.deepEqual(moved.score, { home: 1, away: 1 });
  assert.equal(moved.incidents[1].pending, "new");
});

test("an own goal counts for its team_id, and a shoot-out kick for the shoot-out only", () => {
  assert.deepEqual(projectMatch(live, [goal(9, 2, { kind: "own_goal" })]).score, { home: 1, away: 1 });
  const kick = projectMatch(live, [goal(9, 2, { kind: "shootout_goal" })]);
  assert.deepEqual([kick.score, kick.shootout_score], [{ home: 1, away: 0 }, { home: 0, away: 1 }]);
  assert.equal(projectMatch(live, [goal(9)]).shootout_score, undefined);
});

test("a second yellow card is recorded as one", () => {
  const card = { id: 1, kind: "yellow_card", player_id: 7, confirmation: "confirmed" };
  assert.equal(effectiveKind("yellow_card", 7, [card]), "second_yellow");
  assert.equal(effectiveKind("yellow_card", 8, [card]), "yellow_card");
  assert.equal(effectiveKind("yellow_card", null, [card]), "yellow_card");
  assert.equal(effectiveKind("foul", 7, [card]), "foul");
  assert.equal(bookedPlayers([{ ...card, confirmation: "cancelled" }]).size, 0);
});

test("nothing flickers between the answer and the stream's message", () => {
  const answer = { id: 22, rev: 1, kind: "goal", team_id: 1, confirmation: "confirmed", period: "first_half", minute: 9, occurred_at: at(9) };
  const settled = { ...command("incidents", 9, answer), isSettled: true };
  const game = projectMatch(live, [settled]);
  assert.deepEqual([game.score.home, game.incidents[1].id, game.incidents[1].pending], [2, 22, undefined]);

  const removal = { ...command("incidents/21", 9, {}, "DELETE"), isSettled: true };
  assert.deepEqual(projectMatch(live, [removal]).incidents, []);

  const correction = { ...command("incidents/21", 9, { minute: 4 }, "PATCH"), isSettled: true };
  assert.deepEqual([projectMatch(live, [correction]).incidents[0].minute, projectMatch(live, [correction]).incidents[0].pending], [4, undefined]);
});
