import assert from "node:assert/strict";
import { test } from "node:test";

import { createBody, patchBody, placeErrors, fieldText } from "./form-data.js";

const FIELDS = [
  { name: "name", label: "Name", isRequired: true },
  { name: "sport", label: "Sport", isCreateOnly: true },
  { name: "points/win", label: "Win", type: "number" },
  { name: "points/draw", label: "Draw", type: "number" },
  { name: "tie_breakers", label: "Order", type: "words" },
  { name: "capacity", label: "Seats", type: "number" },
  { name: "starts_at", label: "Kick-off", type: "time" },
  { name: "ticket_types", label: "Tickets", type: "tickets" },
  { name: "disabled", label: "Disabled", type: "check" },
];
const event = {
  name: "Cup", sport: "rowing", points: { win: 3, draw: 1 }, tie_breakers: ["points", "name"], capacity: 100,
  starts_at: "2026-11-21T15:00:00.000Z", disabled: false,
  ticket_types: [{ name: "adult", price: { amount: 2500, currency: "EUR" }, capacity: 80 }, { name: "child", price: null, capacity: null }],
};

function formData(values) {
  const data = new FormData();
  for (const [name, value] of Object.entries(values)) data.append(name, value);
  return data;
}
const currentTexts = () => Object.fromEntries(FIELDS.filter(({ name }) => name !== "disabled").map((field) =>
  [field.name, fieldText(field, field.name.split("/").reduce((value, part) => value[part], event))]));

test("an unchanged form changes nothing", () => {
  assert.equal(fieldText(FIELDS[7], event.ticket_types), "adult; 25.00 EUR; 80\nchild");
  assert.deepEqual(patchBody(FIELDS, formData(currentTexts()), event), {});
});

test("only changes are sent, an object as a whole, an empty field as null", () => {
  const changedBody = (values) => patchBody(FIELDS, formData({ ...currentTexts(), ...values }), event);
  assert.deepEqual(changedBody({ name: "League" }), { name: "League" });
  assert.deepEqual(changedBody({ "points/win": "2" }), { points: { win: 2, draw: 1 } });
  assert.deepEqual(changedBody({ capacity: "" }), { capacity: null });
  assert.deepEqual(changedBody({ tie_breakers: "points,  wins" }), { tie_breakers: ["points", "wins"] });
  assert.deepEqual(changedBody({ disabled: "on" }), { disabled: true });
  assert.deepEqual(changedBody({ ticket_types: "adult; 30 EUR" }), { ticket_types: [{ name: "adult", price: { amount: 3000, currency: "EUR" } }] });
  assert.deepEqual(changedBody({ sport: "sailing" }), {}, "it can't be changed");
});

test("empty fields are left out of a new resource", () => {
  assert.deepEqual(createBody(FIELDS, formData({ name: "Cup", sport: "rowing", "points/win": "3", capacity: "", ticket_types: "", tie_breakers: "" })),
    { name: "Cup", sport: "rowing", points: { win: 3 } });
});

test("a multiple choice is a list of numbers, and an empty one is left out", () => {
  const fields = [{ name: "team_ids", label: "Teams", type: "ref", isMultiple: true }];
  const chosen = formData({ team_ids: "5" });
  chosen.append("team_ids", "7");
  assert.deepEqual(createBody(fields, chosen), { team_ids: [5, 7] });
  assert.deepEqual(createBody(fields, formData({ team_ids: "" })), {}, "an empty field if the list can't be loaded");
});

test("an error is assigned to the field that its pointer names", () => {
  const placedError = (pointer) => placeErrors(FIELDS, [{ pointer, detail: "is wrong" }]);
  assert.deepEqual(placedError("/name"), { byField: { name: "is wrong" }, general: [] });
  assert.deepEqual(placedError("/points/win"), { byField: { "points/win": "is wrong" }, general: [] });
  assert.deepEqual(placedError("/ticket_types/1/price/amount"), { byField: { ticket_types: "line 2: price amount is wrong" }, general: [] });
  assert.deepEqual(placedError("/unknown"), { byField: {}, general: ["unknown is wrong"] });
  assert.deepEqual(placedError(""), { byField: {}, general: ["is wrong"] });
  const two = placeErrors(FIELDS, [{ pointer: "/name", detail: "a" }, { pointer: "/name", detail: "b" }]);
  assert.equal(two.byField.name, "a; b");
});

test("an invalid time is sent as it is, and an unreadable one on the server is kept", () => {
  const time = FIELDS.filter(({ type }) => type === "time");
  const changes = (text, before) => patchBody(time, formData({ starts_at: text }), { starts_at: before });
  assert.deepEqual(changes("12026-11-21T15:00", null), { starts_at: "12026-11-21T15:00" });
  assert.match(changes("010000-01-01T00:00", null).starts_at ?? "", /10000/);
  for (const bad of ["+10000-01-01T04:59:59.000Z", "nonsense", 7e300]) {
    assert.equal(fieldText(time[0], bad), "", String(bad));
    assert.deepEqual(changes("", bad), {}, String(bad));
  }
  assert.match(fieldText(time[0], "0033-04-03T15:00:00.000Z"), /^0033-/);
});
