import assert from "node:assert/strict";
import { test } from "node:test";
import { applyMergePatch, foldMessage } from "./fold.js";

test("g15: the examples of RFC 7396, appendix A", () => {
  const cases = [
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [["a", "b"], ["c", "d"], ["c", "d"]],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, null, null],
    [{ a: "foo" }, "bar", "bar"],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ];
  for (const [target, patch, expected] of cases) {
    assert.deepEqual(applyMergePatch(target, patch), expected, JSON.stringify([target, patch]));
  }
});

test("a patch changes neither the old state nor a prototype", () => {
  const state = { tickets: { a: { status: "valid" }, b: { status: "valid" } } };
  const patched = applyMergePatch(state, JSON.parse('{"tickets":{"a":{"status":"used"},"__proto__":{"status":"used"}}}'));
  assert.equal(state.tickets.a.status, "valid");
  assert.equal(patched.tickets.b, state.tickets.b, "shared");
  assert.equal(Object.getPrototypeOf(patched.tickets), Object.prototype);
});

test("g15: a snapshot sets its members, a message patches, and nothing folds before a snapshot", () => {
  const message = (/** @type {string} */ type, /** @type {any} */ fields) => ({ type, topic: "purchase_1", seq: 1, at: "", data: {}, ...fields });
  assert.equal(foldMessage(null, message("ticket_update", { patch: { tickets: {} } })), null);
  let state = foldMessage(null, message("snapshot", { data: { purchase: { status: "pending" }, tickets: {} } }));
  state = foldMessage(state, message("purchase_update", { patch: { purchase: { status: "confirmed" }, tickets: { a: { number: 1 } } } }));
  assert.deepEqual(state, { purchase: { status: "confirmed" }, tickets: { a: { number: 1 } } });
  assert.equal(foldMessage(state, message("other", {})), state, "without a patch");
  assert.deepEqual(foldMessage(state, message("snapshot", { data: { tickets: {} } })), { purchase: { status: "confirmed" }, tickets: {} });
});
