import assert from "node:assert/strict";
import { test } from "node:test";

import "../client/fakes.test.js";
import { ticketOptions, maxQuantity, OrderKeys, totalPrice } from "./ticket-order.js";

const EUR = (amount) => ({ amount, currency: "EUR" });
const adult = { name: "adult", price: EUR(1_250), left: 3 };
const TWO = { ticket_type: "adult", quantity: 2 };

function storage() {
  const stored = new Map();
  return { getItem: (name) => stored.get(name) ?? null, setItem: (name, text) => stored.set(name, text), removeItem: (name) => stored.delete(name) };
}

test("an order keeps its key until the server has answered, through a reload", () => {
  const store = storage();
  const orders = new OrderKeys(1, store);
  const key = orders.idempotencyKeyFor(TWO);
  assert.equal(orders.idempotencyKeyFor(TWO), key, "tapped twice");
  for (const status of [0, 401, 429, 500, 503]) {
    orders.recordOutcome({ status, code: "x", detail: "" });
    assert.equal(orders.idempotencyKeyFor(TWO), key, `after ${status}`);
  }
  assert.equal(new OrderKeys(1, store).idempotencyKeyFor(TWO), key, "after a reload");
  assert.notEqual(new OrderKeys(2, store).idempotencyKeyFor(TWO), key, "of another event");
});

test("a different order has another key, and so has a repeated one after an answer", () => {
  const orders = new OrderKeys(1, storage());
  const key = orders.idempotencyKeyFor(TWO);
  const other = orders.idempotencyKeyFor({ ...TWO, quantity: 3 });
  assert.notEqual(other, key);
  orders.recordOutcome(null);
  const next = orders.idempotencyKeyFor({ ...TWO, quantity: 3 });
  assert.notEqual(next, other);
  orders.recordOutcome({ status: 409, code: "sold-out", detail: "" });
  assert.notEqual(orders.idempotencyKeyFor({ ...TWO, quantity: 3 }), next);
});

test("without storage, or with broken data in it, a tab still orders once", () => {
  const broken = { ...storage(), getItem: () => "{", setItem: () => { throw new Error("full"); } };
  for (const store of [null, broken]) {
    const orders = new OrderKeys(1, store);
    assert.equal(orders.idempotencyKeyFor(TWO), orders.idempotencyKeyFor(TWO));
  }
});

test("an order is limited to the tickets left, and shows its price", () => {
  const offer = { max_quantity: 10, left: 3, ticket_types: [adult] };
  assert.equal(maxQuantity(offer, adult), 3);
  assert.equal(maxQuantity(offer, { ...adult, left: null }), 10);
  assert.equal(maxQuantity(offer, { ...adult, left: 0 }), 0);
  assert.deepEqual(totalPrice(adult, 2), EUR(2_500));
  assert.equal(totalPrice({ ...adult, price: null }, 2), null);
  assert.deepEqual(ticketOptions(offer), [adult]);
  assert.deepEqual(ticketOptions({ ...offer, ticket_types: [] }), [{ name: "admission", price: null, left: 3 }]);
});
