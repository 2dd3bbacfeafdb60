import assert from "node:assert/strict";
import { test } from "node:test";

import { clockElapsedMs, commonSport, defaultStatusText, formatMinutesSeconds } from "./common.js";

const game = { id: 3, seq: 1, status: "live", score: { home: 1, away: 0 }, teams: { home: { id: 1, name: "Leicester" }, away: { id: 2, name: "Tottenham" } } };

test("the clock runs by itself", () => {
  const clock = { period: "first_half", running: true, elapsed_ms: 60_000, at: "2026-11-21T15:00:00.000Z" };
  const later = Date.parse(clock.at) + 5_000;
  assert.equal(clockElapsedMs(clock, later), 65_000);
  assert.equal(clockElapsedMs({ ...clock, running: false }, later), 60_000);
  assert.equal(clockElapsedMs({ ...clock, at: null }, later), 60_000);
  assert.equal(clockElapsedMs(clock, Date.parse(clock.at) - 5_000), 60_000, "never back");
  assert.equal(formatMinutesSeconds(3_599_999), "59:59");
});

test("a pause shows its reason", () => {
  assert.equal(defaultStatusText({ ...game, status: "paused", reason: "half_time" }), "Half time");
  assert.equal(defaultStatusText({ ...game, status: "paused" }), "Paused");
  assert.equal(defaultStatusText({ ...game, status: "finished" }), "Full time");
});

test("scores and statuses are spoken, and nothing is celebrated", () => {
  const message = (type) => ({ type, topic: "match_3", seq: 2, at: "", data: {} });
  assert.equal(commonSport.spokenMessage(game, message("score_update")), "Leicester 1, Tottenham 0");
  assert.equal(commonSport.spokenMessage({ ...game, status: "finished" }, message("match_end")), "Full time");
  assert.equal(commonSport.celebrationOf(game, message("score_update")), null);
});
