import assert from "node:assert/strict";
import { test } from "node:test";

import { incidentCommandText, incidentText } from "./incident-text.js";

const squads = { 1: [{ id: 7, name: "Jamie Vardy", shirt_number: 9 }, { id: 8, name: "James Maddison", shirt_number: 10 }] };
const goal = { kind: "goal", team_id: 1, player_id: 7, period: "first_half", minute: 45, stoppage: 2 };

test("incidents have names", () => {
  assert.equal(incidentText(goal, squads), "Goal, Jamie Vardy, 45+2′");
  assert.equal(incidentText({ ...goal, kind: "substitution", related_player_id: 8, stoppage: 0 }, squads), "Substitution, James Maddison for Jamie Vardy, 45′");
  assert.equal(incidentText({ ...goal, player_id: 99, player: "Somebody" }, squads), "Goal, Somebody, 45+2′");
  assert.equal(incidentText({ ...goal, kind: "corner", player_id: null }, squads), "Corner, 45+2′");
});

test("commands for incidents have names", () => {
  const command = (action, body = {}, method = "POST") => incidentCommandText({ method, action, body }, { incidents: [{ id: 21, ...goal }] }, squads);
  assert.equal(command("incidents", goal), "Goal, Jamie Vardy, 45+2′");
  assert.equal(command("incidents/21", {}, "DELETE"), "Delete: Goal, Jamie Vardy, 45+2′");
  assert.equal(command("incidents/22", {}, "PATCH"), "Correct: incident 22");
  assert.equal(command("pause", { reason: "half_time" }), null, "a command of all sports");
});
