import assert from "node:assert/strict";
import { test } from "node:test";

import { DeliveryTracker } from "./delivery-tracker.js";

const message = (seq, topic = "match_3") => ({ type: "incident_added", topic, seq, at: "", data: {} });
const snapshot = (seq, topic) => ({ ...message(seq, topic), type: "snapshot" });

test("messages are classified as new, known or after a gap", () => {
  const cases = [
    ["nothing delivered yet", ["match_3"], null, message(42), "new"],
    ["the next", ["match_3"], "e.m3-41", message(42), "new"],
    ["sent again", ["match_3"], "e.m3-42", message(42), "known"],
    ["one was left out", ["match_3"], "e.m3-40", message(42), "gap"],
    ["a channel leaves out", ["team_7_live"], "e.t7l-40", message(42, "team_7_live"), "new"],
    ["a channel of the whole", ["team_7"], "e.t7-41", message(42, "team_7_live"), "new"],
    ["a channel of the whole, with a hole", ["team_7"], "e.t7-40", message(42, "team_7_live"), "gap"],
    ["for another tab", ["match_3"], "e.m3-41", message(42, "match_4"), "known"],
    ["a snapshot, whatever was delivered", ["match_3"], "e.m3-99", snapshot(42), "new"],
    ["another tab's snapshot of a channel", ["team_7"], "e.t7-41", snapshot(42, "team_7_live"), "known"],
  ];
  for (const [name, topics, cursor, delivered, expected] of cases) {
    assert.equal(new DeliveryTracker(topics, cursor).classify(delivered), expected, name);
  }
});

test("two channels of a stream may start at different positions", () => {
  const ledger = new DeliveryTracker(["event_1_results", "event_1_schedule"], null);
  ledger.recordDelivery(snapshot(42, "event_1_results"), "e.e1r-42");
  assert.equal(ledger.cursor, "e.e1r-42");
  ledger.recordDelivery(snapshot(44, "event_1_schedule"), "e.e1r-42.e1s-44");
  assert.equal(ledger.cursor, "e.e1r-42.e1s-44");
  assert.equal(ledger.classify(message(43, "event_1_results")), "new");
  assert.equal(ledger.classify(message(43, "event_1_schedule")), "known");
  ledger.recordDelivery(message(45, "event_1_schedule"), "e.e1rs-45.e1a-9");
  assert.equal(ledger.cursor, "e.e1rs-45");
});

test("the cursor covers the own topics and moves back only after a snapshot", () => {
  const ledger = new DeliveryTracker(["match_3"], "e.m3-42.t7-9");
  assert.equal(ledger.cursor, "e.m3-42");
  ledger.recordDelivery(message(43), "e.m3-43.t7-12");
  assert.equal(ledger.cursor, "e.m3-43");
  ledger.advanceTo("e.m3-40.t7-1");
  assert.equal(ledger.cursor, "e.m3-43", "repeated for another tab");
  ledger.recordDelivery(snapshot(41), "e.m3-41");
  assert.equal(ledger.cursor, "e.m3-41");
  assert.equal(ledger.classify(message(42)), "new");
});

test("a cursor past the delivered messages shows a gap", () => {
  const ledger = new DeliveryTracker(["match_3"], "e.m3-42");
  assert.equal(ledger.advanceTo("e.m3-42"), true);
  assert.equal(ledger.advanceTo("e.m3-43"), false);
  assert.equal(new DeliveryTracker(["team_7_live"], "e.t7l-42").advanceTo("e.t7l-43"), true, "not of a channel");
});

test("another epoch starts a new count", () => {
  const ledger = new DeliveryTracker(["match_3"], "e.m3-42");
  ledger.recordDelivery(snapshot(2), "f.m3-2");
  assert.equal(ledger.cursor, "f.m3-2");
  assert.equal(ledger.classify(message(3)), "new");
});
