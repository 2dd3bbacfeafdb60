import assert from "node:assert/strict";
import { test } from "node:test";

import { clockElapsedMs, formatMinutesSeconds } from "../sports/common.js";
import { sortByPriority, sortByStart, startTimeMs, applyMessage, upcomingMatches, liveMatches } from "./page-state.js";
import { groupByDay, parseTime, formatDateTime, formatDay, formatDayUnlessToday, formatTime, PLACEHOLDER, toTimestamp } from "./dates.js";
import { trackMovement, positionsGained } from "./table-movement.js";
import { formatMoney } from "./purchase-state.js";

const row = (team_id, position) => ({ team_id, position });
const message = (type, data) => ({ type, topic: "event_1", seq: 2, at: "", data });
const snapshot = message("snapshot", {
  event: { id: 1, name: "League" },
  leaderboard: [row(1, 1), row(2, 2)],
  matches: [
    { id: 3, status: "live", starts_at: "2026-11-21T15:00:00.000Z" },
    { id: 5, status: "scheduled", starts_at: "2026-11-29T15:00:00.000Z" },
    { id: 4, status: "postponed", starts_at: "2026-11-28T15:00:00.000Z" },
  ],
  results: [{ match_id: 2, home_score: 1 }], announcements: [{ id: 1, priority: "low", created_at: "2026-11-21T10:00:00Z" }],
});
const after = (...messages) => [snapshot, ...messages].reduce(applyMessage, null);
const ids = (things) => things.map(({ id }) => id);

test("a table replaces the previous one", () => {
  assert.deepEqual(after(message("leaderboard_update", { leaderboard: [row(2, 1)] })).leaderboard, [row(2, 1)]);
  assert.equal(applyMessage(null, message("leaderboard_update", { leaderboard: [] })), null, "without a snapshot there is no state");
});

test("a rescheduled match moves, a deleted one is removed", () => {
  const moved = { id: 5, status: "scheduled", starts_at: "2026-11-27T15:00:00.000Z" };
  assert.deepEqual(ids(upcomingMatches(after())), [4, 5]);
  assert.deepEqual(ids(upcomingMatches(after(message("schedule_update", { change: "rescheduled", match: moved })))), [5, 4]);
  assert.deepEqual(ids(upcomingMatches(after(message("schedule_update", { change: "deleted", match: moved })))), [4]);
  assert.deepEqual(ids(liveMatches(after())), [3]);
});

test("a result takes its match off the schedule, a correction replaces it, and a deleted result is removed", () => {
  const entered = message("result_update", { change: "entered", result: { match_id: 3, home_score: 2 } });
  const corrected = message("result_update", { change: "corrected", result: { match_id: 3, home_score: 3 } });
  const deleted = message("result_update", { change: "deleted", result: { match_id: 3, home_score: 3 } });
  assert.deepEqual(after(entered, corrected).results.map(({ match_id, home_score }) => [match_id, home_score]), [[3, 3], [2, 1]]);
  assert.deepEqual(liveMatches(after(entered)), []);
  assert.deepEqual(ids(liveMatches(after(entered, deleted))), [3]);
});

test("announcements are sorted by priority and age; deleted and expired ones are removed", () => {
  const urgent = { id: 2, priority: "urgent", created_at: "2026-11-21T09:00:00Z" };
  const newer = { id: 3, priority: "low", created_at: "2026-11-21T11:00:00Z" };
  const created = [urgent, newer].map((announcement) => message("announcement_update", { change: "created", announcement }));
  assert.deepEqual(ids(sortByPriority(after(...created).announcements)), [2, 3, 1]);
  assert.deepEqual(ids(after(...created, message("announcement_expired", { announcement: urgent })).announcements), [1, 3]);
  const deleted = message("announcement_update", { change: "deleted", announcement: newer });
  assert.deepEqual(ids(after(...created, deleted).announcements), [1, 2]);
});

test("arrows show the last change of order, until the next one", () => {
  const first = trackMovement(null, [row(1, 1), row(2, 2), row(3, 3)]);
  assert.equal(positionsGained(first, 1), 0, "nothing to compare with");
  const second = trackMovement(first, [row(3, 1), row(1, 2), row(2, 3)]);
  assert.deepEqual([1, 2, 3].map((team) => positionsGained(second, team)), [-1, -1, 2]);
  const again = trackMovement(second, [row(3, 1), row(1, 2), row(2, 3)]);
  assert.equal(positionsGained(again, 3), 2, "the same order again");
  assert.equal(positionsGained(again, 9), 0, "not in the table");
  const joined = trackMovement(again, [row(3, 1), row(1, 2), row(2, 3), row(4, 4)]);
  assert.equal(positionsGained(joined, 4), 0, "a new team has not moved");
});

test("an invalid time never breaks a page", () => {
  const now = Date.now();
  const bad = ["+10000-01-01T04:59:59.000Z", "nonsense", "", "24:00", NaN, Infinity, 9e15, 1e300, null, undefined, {}, [], "2026-13-01T00:00:00Z"];
  for (const at of bad) {
    const about = String(at);
    assert.equal(parseTime(at), null, about);
    assert.deepEqual([formatTime(at), formatDay(at, now), formatDateTime(at), formatDayUnlessToday(at, now)], Array(4).fill(PLACEHOLDER), about);
    assert.equal(toTimestamp(at), null, about);
    assert.equal(startTimeMs({ starts_at: at }), Number.MAX_SAFE_INTEGER, about);
    assert.equal(clockElapsedMs({ running: true, at: at || "nonsense", elapsed_ms: 60_000 }, now), 60_000, about);
  }
  for (const at of [-8.64e15, 8.64e15, "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"]) {
    for (const text of [formatTime(at, "en"), formatDay(at, now, "en"), formatDateTime(at, "en"), formatDayUnlessToday(at, now, "en")]) assert.match(text, /\d/, String(at));
  }
  const things = bad.map((starts_at) => ({ starts_at }));
  const dated = { starts_at: "2026-11-21T15:00:00.000Z", id: 1 };
  assert.equal(groupByDay([dated, ...things], now, "en").flatMap(({ items: all }) => all).length, bad.length + 1);
  assert.equal(sortByStart([...things, dated])[0], dated, "those without a time come last");
  const announcements = [...bad.map((created_at, id) => ({ created_at, id, priority: "normal" })), { created_at: "2026-11-21T15:00:00.000Z", id: 99, priority: "normal" }];
  assert.equal(sortByPriority(announcements)[0].id, 99);
  assert.equal(formatMinutesSeconds(NaN), PLACEHOLDER);
  for (const currency of ["", "E", "EURO", null, undefined, "€€€"]) assert.equal(formatMoney({ amount: 1, currency }), PLACEHOLDER, String(currency));
});

test("days near today have names, and other years are shown", () => {
  const now = new Date(2026, 10, 21, 12).getTime();
  const at = (day, hour = 15, year = 2026) => new Date(year, 10, day, hour).toISOString();
  assert.deepEqual([at(21, 0), at(22, 23), at(20)].map((day) => formatDay(day, now, "en")), ["Today", "Tomorrow", "Yesterday"]);
  assert.match(formatDay(at(28), now, "en"), /Sat.*28/);
  assert.match(formatDay(at(28, 15, 2027), now, "en"), /2027/);
  const days = groupByDay([{ starts_at: at(21) }, { starts_at: at(21, 18) }, { starts_at: at(22) }, { starts_at: null }], now, "en");
  assert.deepEqual(days.map(({ day, items }) => [day, items.length]), [["Today", 2], ["Tomorrow", 1], ["No date yet", 1]]);
});
