import assert from "node:assert/strict";
import { test } from "node:test";

import { matchView } from "../../client/match-stream.js";
import { translatorFor } from "../../parts/language.js";
import { loadSport } from "../registry.js";
import { minuteText } from "./incidents.js";
import { sport as football } from "./pages.js";
import { incidentsOfPlayer, incidentsOfTeam } from "./team-activity.js";

await loadSport("football");

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

test("a goal is celebrated; cards, corrections and cancelled goals are not", () => {
  const message = (type, data) => ({ type, topic: "match_3", seq: 2, at: "", data });
  const celebration = (type, data) => football.celebrationOf(game(), message(type, data));
  assert.deepEqual(celebration("incident_added", { incident: goal(1, 12) }), { side: "home", title: "Goal", text: "Vardy 12′" });
  assert.equal(celebration("incident_updated", { incident: goal(1, 12) }), null, "once");
  assert.equal(celebration("incident_added", { incident: goal(1, 12, { kind: "yellow_card" }) }), null);
  const cancelled = { incident: goal(1, 12, { confirmation: "cancelled" }) };
  assert.equal(celebration("incident_added", cancelled), null);
  assert.equal(celebration("match_end", {}), null);
  assert.equal(football.withdrawsCelebration(message("incident_updated", cancelled)), true);
  assert.equal(football.withdrawsCelebration(message("incident_updated", { incident: goal(1, 12) })), false);
  assert.equal(football.withdrawsCelebration(message("match_end", {})), false);
});

test("the view lists the incidents of the state", () => {
  const state = { match: { id: 3, sport: "football", status: "live", home: { team_id: 1 }, away: { team_id: 2 } }, clock: {}, score: { home: 1, away: 0 }, shootout: {}, incidents: { 21: { rev: 1, kind: "goal" } }, statistics: { home: { goals: 1 }, away: {} } };
  const match = matchView({ seq: 1, state, names: { teams: { 1: { name: "Leicester" } } } });
  assert.deepEqual(match.incidents, [{ id: 21, rev: 1, kind: "goal" }]);
  assert.deepEqual([match.statistics.home.goals, match.teams.home, match.teams.away.name, match.shootout_score], [1, { id: 1, name: "Leicester" }, "", null]);
});

test("periods and incidents are translated", () => {
  for (const text of [...Object.values(football.periodNames), "Goal", "Second yellow card"]) {
    for (const language of ["de", "fr"]) assert.notEqual(translatorFor(language, football.translations)(text), text, `${language}: ${text}`);
  }
});

test("a team's incidents come newest first, and a player's include assists", () => {
  const all = [goal(1, 1), goal(2, 2, { team_id: 2 }), goal(3, 3, { player_id: 7, related_player_id: 9 }), goal(4, 4, { player_id: 7 })].map((one) => ({ player_id: 9, ...one }));
  const ids = (incidents) => incidents.map(({ id }) => id);
  assert.deepEqual(ids(incidentsOfTeam(all, 1)), [4, 3, 1]);
  assert.deepEqual(ids(incidentsOfPlayer(all, 0)), [1, 2, 3, 4], "no player selected");
  assert.deepEqual(ids(incidentsOfPlayer(all, 9)), [1, 2, 3]);
});
