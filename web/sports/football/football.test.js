import assert from "node:assert/strict";
import { test } from "node:test";

import { football, minuteText } from "./pages.js";
import { clockElapsedMs, formatMinutesSeconds, defaultStatusText } from "../common.js";

const goal = (id, at, more) => ({
  id, rev: 1, kind: "goal", confirmation: "confirmed", team_id: 1, player: "Vardy", period: "first_half", minute: at, stoppage: 0, ...more,
});
const game = (...incidents) => ({
  id: 3, seq: 1, sport: "football", status: "live", score: { home: 1, away: 0 },
  teams: { home: { id: 1, name: "Leicester" }, away: { id: 2, name: "Tottenham" } }, incidents,
});
const clockAt = (period, minutes) => {
  const { text, added } = football.formatClock({ period, running: true, elapsed_ms: 0, at: null }, minutes * 60_000);
  return `${text} ${added}`.trim();
};

test("minutes are formatted as in a newspaper", () => {
  assert.equal(minuteText(goal(1, 45, { stoppage: 2 })), "45+2′");
  assert.equal(minuteText(goal(1, 12)), "12′");
  assert.equal(minuteText(goal(1, 12, { stoppage: null })), "12′");
});

test("the clock counts stoppage time after the full half", () => {
  const cases = [
    ["first_half", 12.5, "12:30"],
    ["first_half", 45, "45:00"],
    ["first_half", 47.25, "45:00 +2:15"],
    ["second_half", 47.25, "47:15"],
    ["second_half", 93, "90:00 +3:00"],
    ["extra_second_half", 121, "120:00 +1:00"],
    ["penalty_shootout", 120, "120:00"],
    [null, 3, "3:00"],
  ];
  for (const [period, minutes, expected] of cases) assert.equal(clockAt(period, minutes), expected);
});

test("the clock runs by itself", () => {
  const clock = { period: "first_half", running: true, elapsed_ms: 60_000, at: "2026-11-21T15:00:00.000Z" };
  const later = Date.parse(clock.at) + 5_000;
  assert.equal(clockElapsedMs(clock, later), 65_000);
  assert.equal(clockElapsedMs({ ...clock, running: false }, later), 60_000);
  assert.equal(clockElapsedMs({ ...clock, at: null }, later), 60_000);
  assert.equal(clockElapsedMs(clock, Date.parse(clock.at) - 5_000), 60_000, "never back");
  assert.equal(formatMinutesSeconds(3_599_999), "59:59");
});

test("goals are listed by player, in the order of the match", () => {
  const all = game(
    goal(4, 67, { period: "second_half", kind: "penalty_goal" }),
    goal(1, 12),
    goal(2, 30, { confirmation: "cancelled" }),
    goal(3, 40, { kind: "own_goal", player: "Kane" }),
    goal(5, 80, { team_id: 2, player: "Son" }),
    goal(6, 81, { kind: "shootout_goal" }),
    goal(7, 82, { kind: "save" }),
  );
  assert.deepEqual(football.scorerLines(all, "home"), ["Vardy 12′, 67′ (pen.)", "Kane 40′ (o.g.)"]);
  assert.deepEqual(football.scorerLines(all, "away"), ["Son 80′"]);
});

test("incidents have texts for screen readers", () => {
  const spoken = (type, data) => football.spokenMessage(game(), { type, topic: "match_3", seq: 2, at: "", data });
  assert.equal(spoken("incident_added", { incident: goal(1, 12) }), "Goal, Vardy, Leicester. Leicester 1, Tottenham 0");
  const cancelled = { incident: goal(1, 12, { confirmation: "cancelled" }) };
  assert.equal(spoken("incident_updated", cancelled), "Goal, cancelled, Vardy, Leicester. Leicester 1, Tottenham 0");
  assert.equal(spoken("incident_added", { incident: goal(1, 12, { kind: "foul" }) }), null, "fouls are not announced");
  assert.equal(spoken("match_end", { status: "finished" }), "Live");
});

test("a pause shows its reason", () => {
  assert.equal(defaultStatusText({ ...game(), status: "paused", reason: "half_time" }), "Half time");
  assert.equal(defaultStatusText({ ...game(), status: "paused" }), "Paused");
  assert.equal(defaultStatusText({ ...game(), status: "finished" }), "Full time");
});
