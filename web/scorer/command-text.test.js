import assert from "node:assert/strict";
import { test } from "node:test";

import { incidentText, commandText, outboxText, problemText } from "./command-text.js";

const squads = { 1: [{ id: 7, name: "Jamie Vardy", shirt_number: 9 }, { id: 8, name: "James Maddison", shirt_number: 10 }] };
const goal = { kind: "goal", team_id: 1, player_id: 7, period: "first_half", minute: 45, stoppage: 2 };

test("incidents have names", () => {
  assert.equal(incidentText(goal, squads), "Goal, Jamie Vardy, 45+2′");
  assert.equal(incidentText({ ...goal, kind: "substitution", related_player_id: 8, stoppage: 0 }, squads), "Substitution, James Maddison for Jamie Vardy, 45′");
  assert.equal(incidentText({ ...goal, player_id: 99, player: "Somebody" }, squads), "Goal, Somebody, 45+2′");
  assert.equal(incidentText({ ...goal, kind: "corner", player_id: null }, squads), "Corner, 45+2′");
});

test("commands have names", () => {
  const command = (action, body = {}, method = "POST") => commandText({ method, action, body }, { incidents: [{ id: 21, ...goal }] }, squads);
  assert.equal(command("incidents", goal), "Goal, Jamie Vardy, 45+2′");
  assert.equal(command("incidents/21", {}, "DELETE"), "Delete: Goal, Jamie Vardy, 45+2′");
  assert.equal(command("incidents/22", {}, "PATCH"), "Correct: incident 22");
  assert.equal(command("pause", { reason: "half_time" }), "Pause: half time");
  assert.equal(command("score", { home: 2, away: 1 }), "Score 2–1");
});

test("a refusal shows the server's reasons, per field if it names some", () => {
  assert.equal(problemText({ detail: "the match is over" }), "the match is over");
  assert.equal(problemText({ detail: "x", errors: [{ pointer: "/minute", detail: "must be an integer" }] }), "Minute must be an integer");
  assert.ok(problemText({}).length > 0);
});

test("the outbox status is a text", () => {
  assert.equal(outboxText("empty", 0), "All sent");
  assert.equal(outboxText("waiting", 3), "3 waiting for the network");
  assert.equal(outboxText("signed-out", 1), "1 waiting: sign in to send");
});
