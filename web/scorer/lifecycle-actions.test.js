import assert from "node:assert/strict";
import { test } from "node:test";

import { lifecycleActions } from "./lifecycle-actions.js";

test("the likely action comes first", () => {
  for (const [status, expected] of [["scheduled", "start"], ["postponed", "start"], ["live", "pause"], ["paused", "resume"]]) {
    assert.equal(lifecycleActions({ status })[0].action, expected, status);
  }
});

test("ending a match needs confirmation", () => {
  for (const { action, needsConfirmation } of [...lifecycleActions({ status: "live" }), ...lifecycleActions({ status: "paused" })]) {
    assert.equal(Boolean(needsConfirmation), action === "end" || action === "abandon", action);
  }
});

test("there is no action after the end", () => {
  for (const status of ["finished", "abandoned", "cancelled"]) assert.deepEqual(lifecycleActions({ status }), []);
});
