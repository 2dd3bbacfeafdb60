import assert from "node:assert/strict";
import { test } from "node:test";

import { lifecycleActions } from "./lifecycle-actions.js";

const game = (status, more = {}) => ({ sport: "football", status, clock: { period: more.period ?? null }, ...more });
const firstAction = (match) => {
  const [{ action, body }] = lifecycleActions(match);
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
    [{ ...game("live"), sport: "generic" }, "pause", null],
  ];
  for (const [match, ...expected] of cases) assert.deepEqual(firstAction(match), expected);
});

test("ending a match needs confirmation", () => {
  for (const { action, needsConfirmation } of [...lifecycleActions(game("live", { period: "second_half" })), ...lifecycleActions(game("paused", { reason: "x" }))]) {
    assert.equal(Boolean(needsConfirmation), action === "end" || action === "abandon", action);
  }
});

test("there is no action after the end", () => {
  for (const status of ["finished", "abandoned", "cancelled"]) assert.deepEqual(lifecycleActions(game(status)), []);
});

test("a pause by mistake can be undone", () => {
  const back = lifecycleActions(game("paused", { period: "first_half", reason: "half_time" })).find(({ label }) => label === "Back to play");
  assert.deepEqual([back.action, back.body], ["resume", { period: "first_half" }]);
});
