import assert from "node:assert/strict";
import { test } from "node:test";

import { commandText } from "../../scorer/command-text.js";
import { projectMatch, scorer } from "./scorer.js";

const at = (minutes) => new Date(Date.UTC(2026, 10, 21, 15, minutes)).toISOString();
const command = (action, minutes, body = {}) => ({ client_id: "", occurred_at: at(minutes), method: "POST", action, body });
const scheduled = { id: 3, seq: 1, sport: "generic", status: "scheduled", teams: { home: { id: 1 }, away: { id: 2 } }, clock: null, score: null };

test("a command sets the whole score", () => {
  const game = projectMatch(scheduled, [command("start", 0), command("score", 5, { home: 2, away: 0 }), command("score", 9, { home: 2, away: 3 })]);
  assert.deepEqual([game.status, game.score], ["live", { home: 2, away: 3 }]);
});

test("the clock has no periods, and goes on after a pause", () => {
  const start = command("start", 0);
  assert.deepEqual(projectMatch(scheduled, [start]).clock, { period: null, running: true, elapsed_ms: 0, at: at(0) });
  const game = projectMatch(scheduled, [start, command("pause", 20), command("resume", 30)]);
  assert.deepEqual(game.clock, { period: null, running: true, elapsed_ms: 20 * 60_000, at: at(30) });
});

test("a waiting score is shown as numbers", () => {
  assert.equal(commandText(command("score", 9, { home: 2, away: 1 }), scorer, null, {}), "Score 2–1");
});
