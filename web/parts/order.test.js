import assert from "node:assert/strict";
import { test } from "node:test";

import "../client/fakes.test.js";
import { choicesOf, mostOf, Orders, totalOf } from "./order.js";

const EUR = (amount) => ({ amount, currency: "EUR" });
const adult = { name: "adult", price: EUR(1_250), left: 3 };
const TWO = { ticket_type: "adult", quantity: 2 };

function storage() {
  const kept = new Map();
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => kept.set(name, text), removeItem: (name) => kept.delete(name) };
}

test("an order keeps its key until the server has decided, through a reload", () => {
  const store = storage();
  const orders = new Orders(1, store);
  const key = orders.keyOf(TWO);
  assert.equal(orders.keyOf(TWO), key, "tapped twice");
  for (const status of [0, 401, 429, 500, 503]) {
    orders.answered({ status, code: "x", detail: "" });
    assert.equal(orders.keyOf(TWO), key, `after ${status}`);
  }
  assert.equal(new Orders(1, store).keyOf(TWO), key, "after a reload");
  assert.notEqual(new Orders(2, store).keyOf(TWO), key, "of another event");
});

test("another order has another key, as has the same one once the last is bought or refused", () => {
  const orders = new Orders(1, storage());
  const key = orders.keyOf(TWO);
  const other = orders.keyOf({ ...TWO, quantity: 3 });
  assert.notEqual(other, key);
  orders.answered(null);
  const next = orders.keyOf({ ...TWO, quantity: 3 });
  assert.notEqual(next, other);
  orders.answered({ status: 409, code: "sold-out", detail: "" });
  assert.notEqual(orders.keyOf({ ...TWO, quantity: 3 }), next);
});

test("without storage, or with broken words in it, a tab still orders once", () => {
  const broken = { ...storage(), getItem: () => "{", setItem: () => { throw new Error("full"); } };
  for (const store of [null, broken]) {
    const orders = new Orders(1, store);
    assert.equal(orders.keyOf(TWO), orders.keyOf(TWO));
  }
});

test("an order has no more than are left, and costs what it says", () => {
  const offer = { max_quantity: 10, left: 3, ticket_types: [adult] };
  assert.equal(mostOf(offer, adult), 3);
  assert.equal(mostOf(offer, { ...adult, left: null }), 10);
  assert.equal(mostOf(offer, { ...adult, left: 0 }), 0);
  assert.deepEqual(totalOf(adult, 2), EUR(2_500));
  assert.equal(totalOf({ ...adult, price: null }, 2), null);
  assert.deepEqual(choicesOf(offer), [adult]);
  assert.deepEqual(choicesOf({ ...offer, ticket_types: [] }), [{ name: "admission", price: null, left: 3 }]);
});
