import assert from "node:assert/strict";
import { test } from "node:test";

import { parseRoute } from "./route.js";

test("the hash is parsed into page, id and section", () => {
  const cases = [
    ["", "events", null, null],
    ["#/teams", "teams", null, null],
    ["#/events/1", "events", "1", null],
    ["#/events/1/results", "events", "1", "results"],
    ["#/teams/match_3", "teams", "match_3", null],
    ["#/constructor/1", "events", null, null],
    ["#/teams/<b>/x", "teams", null, null],
  ];
  for (const [hash, page, id, section] of cases) assert.deepEqual(parseRoute(hash, ["events", "teams"]), { page, id, section }, hash);
});
