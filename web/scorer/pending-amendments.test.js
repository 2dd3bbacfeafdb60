import assert from "node:assert/strict";
import { test } from "node:test";

import { PendingAmendments } from "./pending-amendments.js";
import { DeviceStorage } from "./device-storage.js";

function storage() {
  const stored = new Map();
  return { getItem: (key) => stored.get(key) ?? null, setItem: (key, text) => stored.set(key, text), removeItem: (key) => stored.delete(key) };
}
const amend = { method: "PATCH", body: { related_player_id: 8 }, occurred_at: "2026-11-21T15:12:00.000Z" };

test("a correction waits for the id, through a reload", () => {
  const disk = storage();
  const open = () => new PendingAmendments(new DeviceStorage("3:2", disk));
  open().recordCommand("k1");
  open().recordCommand("k2");
  open().addWaiting("k1", amend);
  assert.deepEqual(open().toCommands(), [{ ...amend, client_id: "", action: "incidents/k1" }]);
  assert.equal(open().incidentIdOf("k1"), undefined);

  assert.deepEqual(open().takeSettled("k1", 21), [amend]);
  assert.deepEqual(open().takeSettled("k1", 21), [], "once");
  assert.deepEqual(open().ownIncidentIds, [21, "k2"]);
  assert.equal(open().incidentIdOf("k1"), 21, "also by its command's key");
});

test("a retried command keeps its corrections under the new key", () => {
  const amends = new PendingAmendments(new DeviceStorage("3:2", storage()));
  amends.recordCommand("k1");
  amends.addWaiting("k1", amend);
  amends.replaceCommandKey("k1", "k9");
  assert.deepEqual(amends.ownIncidentIds, ["k9"]);
  assert.deepEqual(amends.takeSettled("k9", 4), [amend]);
});

test("it works without storage", () => {
  const broken = { getItem() { throw new Error("no"); }, setItem() { throw new Error("no"); }, removeItem() {} };
  const amends = new PendingAmendments(new DeviceStorage("3:2", broken));
  amends.recordCommand("k1");
  assert.deepEqual(amends.ownIncidentIds, []);
});
