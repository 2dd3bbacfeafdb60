import assert from "node:assert/strict";
import { test } from "node:test";

import { isSportLoaded, SPORT_OPTIONS } from "../sports/registry.js";
import { deferUntilSportLoaded, foldMatchMessage, matchIdFromPath, matchView } from "./match-stream.js";

const snapshot = {
  type: "snapshot", topic: "match_3", seq: 41, at: "", reason: "connected",
  data: {
    match: { id: 3, sport: "", status: "live", home: { team_id: 1 }, away: { team_id: 2 }, reason: "rain" }, clock: { running: true, elapsed_ms: 0 }, score: { home: 0, away: 0 }, shootout: {},
    names: { teams: { 1: { name: "Leicester" }, 2: { name: "Tottenham" } } },
  },
};
const message = (seq, type, patch) => ({ type, topic: "match_3", seq, at: "", data: { match_id: 3 }, patch });
const after = (...messages) => [snapshot, ...messages].reduce(foldMatchMessage, null);
const viewAfter = (...messages) => matchView(after(...messages));

test("g15 the patch of a message changes the state, once", () => {
  const goal = message(42, "score_update", { score: { home: 1 } });
  assert.deepEqual(viewAfter(goal).score, { home: 1, away: 0 });
  assert.deepEqual(after(goal, goal, goal), after(goal));
  const resumed = message(43, "match_resume", { match: { reason: null }, clock: { period: "first_half" } });
  assert.deepEqual([viewAfter(goal, resumed).reason, viewAfter(goal, resumed).clock.period], [undefined, "first_half"]);
});

test("a message older than the state is skipped", () => {
  const old = message(41, "score_update", { score: { home: 9, away: 9 } });
  assert.deepEqual(viewAfter(old).score, { home: 0, away: 0 });
  assert.equal(foldMatchMessage(null, old), null, "a message without a state is ignored");
});

test("a later snapshot replaces the state, whatever its seq", () => {
  const renewed = { ...snapshot, seq: 2, reason: "unknown_cursor", data: { ...snapshot.data, score: { home: 5, away: 5 } } };
  assert.deepEqual(viewAfter(renewed).score, { home: 5, away: 5 });
  assert.equal(after(renewed).seq, 2);
});

test("the view has names beside the state, and is made once", () => {
  const followed = after(message(42, "match_update", { shootout: { home: 3, away: 2 } }));
  const view = matchView(followed);
  assert.deepEqual([view.id, view.seq, view.teams.away, view.shootout_score], [3, 42, { id: 2, name: "Tottenham" }, { home: 3, away: 2 }]);
  assert.equal(matchView(followed), view);
  assert.ok(!("names" in followed.state));
});

test("a state is not changed in place", () => {
  const before = after();
  const frozen = structuredClone(before);
  foldMatchMessage(before, message(42, "score_update", { score: { home: 1, away: 0 } }));
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
    receive({ ...snapshot, data: { ...snapshot.data, match: { ...snapshot.data.match, sport } } }, false);
    receive(message(42, "score_update", { score: { home: 1 } }), true);
  });
  assert.deepEqual(handled, [[41, false], [42, true]]);
});

test("the match id is read from the path", () => {
  assert.equal(matchIdFromPath("/matches/3"), "3");
  assert.equal(matchIdFromPath("/matches/3/hd"), "3");
  assert.equal(matchIdFromPath("/matches/30/"), "30");
  for (const path of ["/", "/matches/", "/matches/0", "/matches/3x", "/matches/-1", "/x/matches/3"]) {
    assert.equal(matchIdFromPath(path), null, path);
  }
});
