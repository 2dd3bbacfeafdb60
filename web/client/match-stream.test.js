import assert from "node:assert/strict";
import { test } from "node:test";

import { isSportLoaded, SPORT_OPTIONS } from "../sports/registry.js";
import { applyMessage, deferUntilSportLoaded, matchIdFromPath } from "./match-stream.js";

const side = (id, name) => ({ id, name, short_name: name.slice(0, 3), colour: null });
const snapshot = {
  type: "snapshot", topic: "match_3", seq: 41, at: "", reason: "connected",
  data: {
    id: 3, status: "live", teams: { home: side(1, "Leicester"), away: side(2, "Tottenham") },
    clock: null, score: { home: 0, away: 0 }, incidents: [], statistics: { home: {}, away: {} },
  },
};
const message = (seq, type, data) => ({ type, topic: "match_3", seq, at: "", data: { match_id: 3, ...data } });
const after = (...messages) => [snapshot, ...messages].reduce(applyMessage, null);

test("the score is replaced, never added up", () => {
  const goal = message(42, "score_update", { score: { home: 1, away: 0 } });
  assert.deepEqual(after(goal).score, { home: 1, away: 0 });
  assert.deepEqual(after(goal, goal, goal).score, { home: 1, away: 0 });
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
  applyMessage(before, message(42, "score_update", { score: { home: 1, away: 0 } }));
  assert.deepEqual(before, frozen);
});

test("messages wait for the code of their sport, in order; a snapshot that waited isn't live", async () => {
  const [[sport]] = SPORT_OPTIONS;
  const handled = await new Promise((resolve) => {
    const received = [];
    const receive = deferUntilSportLoaded(({ seq }, isLive) => {
      assert.ok(isSportLoaded(sport));
      if (received.push([seq, isLive]) === 2) resolve(received);
    });
    receive({ ...snapshot, data: { ...snapshot.data, sport } }, false);
    receive(message(42, "score_update", { score: { home: 1, away: 0 } }), true);
  });
  assert.deepEqual(handled, [[41, false], [42, true]]);
});

test("an event's snapshot waits for the code of its sport", async () => {
  const [, [sport]] = SPORT_OPTIONS;
  await new Promise((resolve) => deferUntilSportLoaded(resolve)({ ...snapshot, topic: "event_1", data: { event: { id: 1, sport } } }));
  assert.ok(isSportLoaded(sport));
});

test("the match id is read from the path", () => {
  assert.equal(matchIdFromPath("/matches/3"), "3");
  assert.equal(matchIdFromPath("/matches/3/hd"), "3");
  assert.equal(matchIdFromPath("/matches/30/"), "30");
  for (const path of ["/", "/matches/", "/matches/0", "/matches/3x", "/matches/-1", "/x/matches/3"]) {
    assert.equal(matchIdFromPath(path), null, path);
  }
});
