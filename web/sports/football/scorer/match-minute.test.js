import assert from "node:assert/strict";
import { test } from "node:test";

import { matchMinuteAt, shiftMinute } from "./match-minute.js";

const AT = "2026-11-21T15:00:00.000Z";
const clock = (period, elapsed_ms, running = true) => ({ period, running, elapsed_ms, at: AT });
const later = (minutes, seconds = 0) => Date.parse(AT) + (minutes * 60 + seconds) * 1_000;

test("the minute in play is the one that has begun", () => {
  const cases = [
    [clock("first_half", 0), later(0), 1, 0],
    [clock("first_half", 0), later(12, 34), 13, 0],
    [clock("first_half", 0), later(44, 59), 45, 0],
    [clock("first_half", 0), later(45), 45, 1],
    [clock("first_half", 0), later(47, 10), 45, 3],
    [clock("second_half", 45 * 60_000), later(0, 1), 46, 0],
    [clock("second_half", 45 * 60_000), later(46), 90, 2],
    [clock("extra_first_half", 90 * 60_000), later(16), 105, 2],
    [clock("extra_second_half", 105 * 60_000), later(3), 109, 0],
    [clock("penalty_shootout", 120 * 60_000, false), later(30), 120, 0],
    [clock("first_half", 47 * 60_000, false), later(90), 45, 3],
    [clock("first_half", 0), later(600), 45, 60],
  ];
  for (const [clock, time, minute, stoppage] of cases) {
    assert.deepEqual(matchMinuteAt(clock, time), { period: clock.period, minute, stoppage });
  }
});

test("a slow device clock doesn't make minutes negative", () => {
  assert.deepEqual(matchMinuteAt(clock("first_half", 0), later(-5)), { period: "first_half", minute: 1, stoppage: 0 });
});

test("there is no minute before the match, nor without periods", () => {
  assert.equal(matchMinuteAt(null, 0), null);
  assert.equal(matchMinuteAt({ period: null, running: true, elapsed_ms: 0, at: AT }, later(3)), null);
});

test("stepping goes through the stoppage minutes", () => {
  const at = { period: "first_half", minute: 45, stoppage: 0 };
  assert.deepEqual(shiftMinute(at, 1), { ...at, stoppage: 1 });
  assert.deepEqual(shiftMinute(shiftMinute(at, 1), -1), at);
  assert.equal(shiftMinute({ ...at, minute: 1 }, -1).minute, 1);
});
