import assert from "node:assert/strict";
import { test } from "node:test";

import { AcknowledgedCommands } from "./acknowledged-commands.js";

const command = (action, method = "POST") => ({ client_id: action, occurred_at: "", method, action, body: {} });
const [ball, undo, again] = [command("balls"), command("balls/9", "DELETE"), command("balls")];

function after(...steps) {
  const acknowledged = new AcknowledgedCommands();
  for (const [method, ...parameters] of steps) acknowledged[method](...parameters);
  return acknowledged.commands;
}

test("a command is kept until the stream has reached its cursor, whatever state arrives before", () => {
  assert.deepEqual(after(["onServerMatch", { seq: 8 }], ["add", ball, "df0a5d.m3-9"], ["add", undo, "df0a5d.m3-10"]), [ball, undo]);
  assert.deepEqual(after(["onServerMatch", { seq: 8 }], ["add", ball, "df0a5d.m3-9"], ["add", undo, "df0a5d.m3-10"], ["onServerMatch", { seq: 9 }]), [undo], "an undo isn't in the state before it");
  assert.deepEqual(after(["add", ball, "df0a5d.m3-9"], ["add", undo, "df0a5d.m3-10"], ["add", again, "df0a5d.m3-11"], ["onServerMatch", { seq: 11 }]), []);
});

test("a command that the stream delivered before the answer, or that published nothing, is not kept", () => {
  assert.deepEqual(after(["onServerMatch", { seq: 9 }], ["add", ball, "df0a5d.m3-9"], ["add", undo, null]), []);
});

test("after the database was restored nothing waits for seqs of the old one", () => {
  assert.deepEqual(after(["onServerMatch", { seq: 90 }], ["add", ball, "df0a5d.m3-91"], ["onServerMatch", { seq: 12 }]), []);
});
