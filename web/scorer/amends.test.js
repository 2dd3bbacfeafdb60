import assert from "node:assert/strict";
import { test } from "node:test";

import { Amends } from "./amends.js";
import { Memory } from "./memory.js";

function storage() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text), removeItem: (key) => kept.delete(key) };
}
const amend = { method: "PATCH", body: { related_player_id: 8 }, occurred_at: "2026-11-21T15:12:00.000Z" };

test("a correction waits for the id, through a reload", () => {
  const disk = storage();
  const open = () => new Amends(new Memory("3:2", disk));
  open().made("k1");
  open().made("k2");
  open().wait("k1", amend);
  assert.deepEqual(open().commands(), [{ ...amend, client_id: "", action: "incidents/k1" }]);
  assert.equal(open().idOf("k1"), undefined);

  assert.deepEqual(open().settle("k1", 21), [amend]);
  assert.deepEqual(open().settle("k1", 21), [], "once");
  assert.deepEqual(open().own, [21, "k2"]);
  assert.equal(open().idOf("k1"), 21, "for who still has it by its key");
});

test("what is sent again under another key keeps its corrections", () => {
  const amends = new Amends(new Memory("3:2", storage()));
  amends.made("k1");
  amends.wait("k1", amend);
  amends.rename("k1", "k9");
  assert.deepEqual(amends.own, ["k9"]);
  assert.deepEqual(amends.settle("k9", 4), [amend]);
});

test("a browser without storage breaks nothing", () => {
  const broken = { getItem() { throw new Error("no"); }, setItem() { throw new Error("no"); }, removeItem() {} };
  const amends = new Amends(new Memory("3:2", broken));
  amends.made("k1");
  assert.deepEqual(amends.own, []);
});
