import assert from "node:assert/strict";
import { test } from "node:test";

import { commandText, outboxText, problemText } from "./command-text.js";

test("a command has the name that its sport gives it, else one of all sports", () => {
  const sportScorer = { commandText: ({ action }) => (action === "toss" ? "The toss" : null) };
  const text = (action, body = {}, scorer = sportScorer) => commandText({ method: "POST", action, body }, scorer, null, {});
  assert.equal(text("toss"), "The toss");
  assert.equal(text("pause", { reason: "half_time" }), "Pause: half time");
  assert.equal(text("pause", {}, null), "Pause");
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
