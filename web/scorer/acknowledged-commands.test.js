import assert from "node:assert/strict";
import { test } from "node:test";

import { Answered } from "./acknowledged-commands.js";

const command = (action, method = "POST") => ({ client_id: action, occurred_at: "", method, action, body: {} });
const [ball, undo, again] = [command("balls"), command("balls/9", "DELETE"), command("balls")];

function after(...steps) {
  const answered = new Answered();
  for (const [what, ...of] of steps) answered[what](...of);
  return answered.commands;
}

test("a command stands until the stream has reached its cursor, whatever state comes before", () => {
  assert.deepEqual(after(["hear", { seq: 8 }], ["add", ball, "df0a5d.9"], ["add", undo, "df0a5d.10"]), [ball, undo]);
  assert.deepEqual(after(["hear", { seq: 8 }], ["add", ball, "df0a5d.9"], ["add", undo, "df0a5d.10"], ["hear", { seq: 9 }]), [undo], "an undo isn't in the state before it");
  assert.deepEqual(after(["add", ball, "df0a5d.9"], ["add", undo, "df0a5d.10"], ["add", again, "df0a5d.11"], ["hear", { seq: 11 }]), []);
});

test("what the stream has brought before the answer came, or what told nothing, waits for nothing", () => {
  assert.deepEqual(after(["hear", { seq: 9 }], ["add", ball, "df0a5d.9"], ["add", undo, null]), []);
});

test("after the database was restored nothing waits for numbers of before", () => {
  assert.deepEqual(after(["hear", { seq: 90 }], ["add", ball, "df0a5d.91"], ["hear", { seq: 12 }]), []);
});
