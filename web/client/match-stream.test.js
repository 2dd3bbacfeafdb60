import assert from "node:assert/strict";
import { test } from "node:test";

import { applyMessage, matchIdFromPath, sportOf } from "./match-stream.js";

const side = (id, name) => ({ id, name, short_name: name.slice(0, 3), colour: null });
const snapshot = {
  type: "snapshot", topic: "match_3", seq: 41, at: "", reason: "connected",
  data: {
    id: 3, sport: "football", status: "live", teams: { home: side(1, "Leicester"), away: side(2, "Tottenham") },
    clock: null, score: { home: 0, away: 0 }, incidents: [], statistics: { home: {}, away: {} },
  },
};
const incident = (id, more) => ({
  id, rev: 1, kind: "goal", confirmation: "confirmed", team_id: 1, player: "Vardy", period: "first_half", minute: 12, stoppage: 0, ...more,
});
const message = (seq, type, data) => ({ type, topic: "match_3", seq, at: "", data: { match_id: 3, ...data } });
const after = (...messages) => [snapshot, ...messages].reduce(applyMessage, null);

test("the score is replaced, never added up", () => {
  const goal = message(42, "incident_added", { incident: incident(21), score: { home: 1, away: 0 } });
  assert.deepEqual(after(goal).score, { home: 1, away: 0 });
  assert.deepEqual(after(goal, goal, goal).score, { home: 1, away: 0 });
  assert.equal(after(goal, goal).incidents.length, 1);
});

test("a cancelled goal stays in the list, marked; a removed one leaves it", () => {
  const added = message(42, "incident_added", { incident: incident(21), score: { home: 1, away: 0 } });
  const updated = message(43, "incident_updated", {
    incident: incident(21, { rev: 2, confirmation: "cancelled" }), score: { home: 0, away: 0 },
  });
  const removed = message(44, "incident_removed", { incident: incident(21), score: { home: 0, away: 0 } });
  assert.deepEqual(after(added, updated).incidents.map(({ rev }) => rev), [2]);
  assert.deepEqual(after(added, updated).score, { home: 0, away: 0 });
  assert.deepEqual(after(added, updated, removed).incidents, []);
});

test("a message older than the state is skipped", () => {
  const old = message(41, "score_update", { score: { home: 9, away: 9 } });
  assert.deepEqual(after(old).score, { home: 0, away: 0 });
  assert.equal(applyMessage(null, old), null, "a message without a state is ignored");
});

test("a later snapshot replaces the state, whatever its seq", () => {
  const renewed = { ...snapshot, seq: 2, reason: "unknown_cursor", data: { ...snapshot.data, score: { home: 5, away: 5 } } };
  assert.deepEqual(after(renewed).score, { home: 5, away: 5 });
  assert.equal(after(renewed).seq, 2);
});

test("status, clock and pause reason are replaced", () => {
  const clock = { period: "first_half", running: false, elapsed_ms: 2_760_000, at: "2026-11-21T15:46:00.000Z" };
  const paused = after(message(42, "match_pause", { status: "paused", clock, reason: "half_time" }));
  assert.deepEqual([paused.status, paused.clock, paused.reason], ["paused", clock, "half_time"]);
  const on = applyMessage(paused, message(43, "match_resume", { status: "live", clock: { ...clock, running: true } }));
  assert.deepEqual([on.status, on.reason], ["live", null]);
});

test("a schedule update postpones the match", () => {
  const update = message(42, "schedule_update", { change: "postponed", match: { id: 3, status: "postponed", home: {} } });
  assert.equal(after(update).status, "postponed");
  assert.equal(after(message(42, "schedule_update", { match: { id: 4, status: "postponed" } })).status, "live");
});

test("a state is not changed in place", () => {
  const before = after();
  const frozen = structuredClone(before);
  applyMessage(before, message(42, "incident_added", { incident: incident(21), score: { home: 1, away: 0 } }));
  assert.deepEqual(before, frozen);
});

test("a sport without code of its own is shown as a plain score", () => {
  for (const name of ["kabaddi", "constructor", "__proto__"]) assert.equal(sportOf(name), sportOf("generic"));
});

test("the match id is read from the path", () => {
  assert.equal(matchIdFromPath("/matches/3"), "3");
  assert.equal(matchIdFromPath("/matches/3/hd"), "3");
  assert.equal(matchIdFromPath("/matches/30/"), "30");
  for (const path of ["/", "/matches/", "/matches/0", "/matches/3x", "/matches/-1", "/x/matches/3"]) {
    assert.equal(matchIdFromPath(path), null, path);
  }
});
