import assert from "node:assert/strict";
import { test } from "node:test";

import { periodActions } from "./periods.js";

const game = (status, more = {}) => ({ status, clock: { period: more.period ?? null }, ...more });
const firstAction = (match) => {
  const [{ action, body }] = periodActions(match);
  return [action, body.reason ?? null];
};

test("the likely action comes first", () => {
  const cases = [
    [game("scheduled"), "start", null],
    [game("postponed"), "start", null],
    [game("live", { period: "first_half" }), "pause", "half_time"],
    [game("paused", { period: "first_half", reason: "half_time" }), "resume", null],
    [game("live", { period: "second_half" }), "end", null],
    [game("paused", { period: "second_half", reason: "full_time" }), "resume", null],
    [game("live", { period: "extra_first_half" }), "pause", "extra_half_time"],
    [game("live", { period: "extra_second_half" }), "end", null],
    [game("live", { period: "penalty_shootout" }), "end", null],
    [game("paused", { period: "first_half", reason: "interruption" }), "resume", null],
  ];
  for (const [match, ...expected] of cases) assert.deepEqual(firstAction(match), expected);
});

test("ending a match needs confirmation", () => {
  for (const { action, needsConfirmation } of [...periodActions(game("live", { period: "second_half" })), ...periodActions(game("paused", { reason: "full_time" }))]) {
    assert.equal(Boolean(needsConfirmation), action === "end" || action === "abandon", action);
  }
});

test("there is no action after the end", () => {
  for (const status of ["finished", "abandoned", "cancelled"]) assert.deepEqual(periodActions(game(status)), []);
});

test("a pause by mistake can be undone", () => {
  const back = periodActions(game("paused", { period: "first_half", reason: "half_time" })).find(({ label }) => label === "Back to play");
  assert.deepEqual([back.action, back.body], ["resume", { period: "first_half" }]);
});
