import assert from "node:assert/strict";
import { test } from "node:test";

import { clockElapsedMs, formatMinutesSeconds } from "../sports/common.js";
import { foldMessage } from "../client/fold.js";
import { announcementList, leaderboardRows, liveMatches, mentionedTeams, newestResults, sortByPriority, sortByStart, startTimeMs, stateMatches, upcomingMatches } from "./page-state.js";
import { groupByDay, parseTime, formatDateTime, formatDay, formatDayUnlessToday, formatTime, PLACEHOLDER, toTimestamp } from "./dates.js";
import { trackMovement, positionsGained } from "./table-movement.js";
import { formatMoney } from "./purchase-state.js";

const row = (team_id, position) => ({ team_id, position });
const sides = { home: { team_id: 1 }, away: { team_id: 2 } };
const message = (type, patch, data = {}) => ({ type, topic: "event_1", seq: 2, at: "", data, patch });
const snapshot = message("snapshot", undefined, {
  schedule: {
    3: { ...sides, status: "live", starts_at: "2026-11-21T15:00:00.000Z" },
    5: { ...sides, status: "scheduled", starts_at: "2026-11-29T15:00:00.000Z" },
    4: { ...sides, status: "postponed", starts_at: "2026-11-28T15:00:00.000Z" },
  },
  results: { 2: { home_team_id: 3, away_team_id: 1, home_score: 1, entered_at: "2026-11-20T15:00:00.000Z" } },
  table: { 1: { position: 1 }, 2: { position: 2, net_run_rate: "-0.125" } },
  announcements: { 1: { priority: "low", created_at: "2026-11-21T10:00:00Z" } },
  names: { events: { 1: { name: "League" } }, teams: { 1: { name: "Albion" }, 2: { name: "Borough" } } },
});
const after = (...messages) => [snapshot, ...messages].reduce(foldMessage, null);
const ids = (things) => things.map(({ id }) => id);
const teamInfo = (id) => ({ id, name: `Team ${id}` });
const matches = (state) => stateMatches(state, teamInfo);
const table = (state, names = {}) => leaderboardRows(state.table, (id) => names[id] ?? `Team ${id}`).map(({ team_id, position }) => [team_id, position]);

test("a table is sorted by position, then by name", () => {
  const swapped = message("leaderboard_update", { table: { 1: { position: 2 }, 2: { position: 1 } } });
  assert.deepEqual(table(after(swapped)), [[2, 1], [1, 2]]);
  const level = message("leaderboard_update", { table: { 1: { position: 1 }, 2: { position: 1 }, 9: { position: 1 } } });
  assert.deepEqual(table(after(level), { 1: "borough", 2: "Albion", 9: "Camber" }), [[2, 1], [1, 1], [9, 1]]);
  assert.deepEqual(table(after(message("leaderboard_update", { table: { 1: null } }))), [[2, 2]]);
  assert.deepEqual(leaderboardRows(after().table, String).map(({ net_run_rate }) => net_run_rate), [null, -0.125]);
});

test("a rescheduled match moves, a deleted one is removed", () => {
  assert.deepEqual(ids(upcomingMatches(matches(after()))), [4, 5]);
  const moved = message("schedule_update", { schedule: { 5: { starts_at: "2026-11-27T15:00:00.000Z" } } });
  assert.deepEqual(ids(upcomingMatches(matches(after(moved)))), [5, 4]);
  assert.deepEqual(ids(upcomingMatches(matches(after(message("schedule_update", { schedule: { 5: null } }))))), [4]);
  assert.deepEqual(ids(liveMatches(matches(after()))), [3]);
  assert.deepEqual(matches(after()).map(({ teams }) => [teams.home.name, teams.away.name])[0], ["Team 1", "Team 2"]);
});

test("a team's live matches have a status only", () => {
  const state = { ...after(), live: { 7: { status: "paused" } } };
  assert.deepEqual(matches(state).find(({ id }) => id === 7), { id: 7, status: "paused" });
  assert.deepEqual(ids(liveMatches(matches(state))), [3, 7]);
});

test("results are sorted by when they were entered first, and go with their patch", () => {
  const entered = message("result_update", { results: { 3: { home_score: 2, entered_at: "2026-11-21T17:00:00.000Z" } } });
  const corrected = message("result_update", { results: { 2: { home_score: 3 } } });
  const deleted = message("result_update", { results: { 3: null } });
  const shown = (state) => newestResults(state).map(({ match_id, home_score }) => [match_id, home_score]);
  assert.deepEqual(shown(after(entered, corrected)), [[3, 2], [2, 3]]);
  assert.deepEqual(shown(after(entered, deleted)), [[2, 1]]);
});

test("a state speaks of the teams of its schedule, its results and its table", () => {
  const joined = message("leaderboard_update", { table: { 9: { position: 3 } } });
  assert.deepEqual([...mentionedTeams(after(joined))].sort(), [1, 2, 3, 9]);
});

test("announcements are sorted by priority and age; deleted and expired ones are removed", () => {
  const urgent = { priority: "urgent", created_at: "2026-11-21T09:00:00Z" };
  const newer = { priority: "low", created_at: "2026-11-21T11:00:00Z" };
  const created = message("announcement_update", { announcements: { 2: urgent, 3: newer } });
  const shown = (...messages) => ids(sortByPriority(announcementList(after(...messages))));
  assert.deepEqual(shown(created), [2, 3, 1]);
  assert.deepEqual(shown(created, message("announcement_expired", { announcements: { 2: null } })), [3, 1]);
  assert.deepEqual(shown(created, message("announcement_update", { announcements: { 3: null } })), [2, 1]);
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
