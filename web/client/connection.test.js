import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Connection } from "./connection.js";
import { FakeWorld, settled } from "./fakes.test.js";

const hello = { connection: "c-1", heartbeat_ms: 15_000, at: "2026-11-21T15:00:02.000Z" };
const goal = (seq) => ({ type: "incident_added", topic: "match_3", seq, at: "", data: {} });
const batch = (cursor, ...seqs) => ({ cursor, messages: seqs.map(goal) });

let world;
let told;
let phases;
let refusals;
let connection;

beforeEach(async () => {
  world = new FakeWorld();
  told = [];
  phases = [];
  refusals = [];
  const address = (cursor, more) => `/s?${new URLSearchParams({ ...more, ...(cursor ? { cursor } : {}) })}`;
  const onPhase = (phase) => phase !== phases.at(-1) && phases.push(phase);
  const onRefused = (why, left) => refusals.push([why, left]);
  connection = new Connection(address, { onMessage: ({ seq }) => told.push(seq), onSign() {}, onPhase, onRefused }, world);
  connection.open();
  await settled();
});

/** Closes the source, answers what is asked about it, and waits for the next. */
async function closed(status, page) {
  const before = world.sources.length;
  const since = world.time;
  world.source.fail(2);
  await settled();
  await world.answer(status, page);
  while (world.sources.length === before) await world.pass(500);
  return world.time - since;
}

function live(cursor = "e.41") {
  world.source.readyState = 1;
  world.source.say("hello", hello);
  world.source.say("live", { replayed: 0 }, cursor);
}

test("g8_three_silent_heartbeats_make_it_begin_again", async () => {
  live();
  await world.pass(44_999);
  assert.equal(world.sources.length, 1);
  world.source.say("heartbeat", { at: hello.at }, "e.41");
  await world.pass(44_999);
  assert.equal(world.sources.length, 1);
  await world.pass(1);
  assert.equal(world.sources.length, 2);
  assert.equal(world.sources[0].readyState, 2);
  assert.equal(world.source.url, "/s?cursor=e.41");
});

test("g8_a_server_that_says_it_sees_nothing_is_as_good_as_lost_and_keeps_its_stream", async () => {
  live();
  for (let beat = 0; beat < 8; beat += 1) {
    await world.pass(15_000);
    world.source.say("heartbeat", { at: hello.at, stale_since: hello.at }, "e.41");
    assert.equal(phases.at(-1), "lost");
  }
  assert.equal(world.sources.length, 1, "another connection would see no more");
  world.source.say("message", goal(42), "e.42");
  world.source.say("heartbeat", { at: hello.at }, "e.42");
  assert.equal(phases.at(-1), "live");
  assert.deepEqual(told, [42]);
});

test("the server's heartbeat decides what silence is", async () => {
  world.source.say("hello", { ...hello, heartbeat_ms: 1_000 });
  await world.pass(3_000);
  assert.equal(world.sources.length, 2);
});

test("EventSource's own reconnecting is left alone", async () => {
  live();
  world.source.fail(0);
  assert.equal(phases.at(-1), "lost");
  await world.pass(4_000);
  assert.equal(world.sources.length, 1);
  live();
  assert.equal(phases.at(-1), "live");
});

test("reconnecting that never gets anywhere is begun again", async () => {
  live();
  world.source.fail(0);
  await world.pass(45_000);
  assert.equal(world.sources.length, 2);
});

test("a closed EventSource is replaced, with growing waits", async () => {
  live();
  const waits = [];
  for (let round = 0; round < 4; round += 1) waits.push(await closed(502));
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000]);
});

test("waits are drawn at random, and never grow over the longest", async () => {
  for (let round = 0; round < 40; round += 1) await closed(502);
  assert.equal(await closed(502), 30_000);
  world.random = () => 0;
  assert.equal(await closed(502), 15_000);
});

test("a server that says when to come back is obeyed", async () => {
  world.source.fail(2);
  await settled();
  await world.answer(503, null, { "Retry-After": "20" });
  await world.pass(19_999);
  assert.equal(world.sources.length, 1);
  await world.pass(1);
  assert.equal(world.sources.length, 2);
});

for (const status of [204, 400, 401, 403, 404, 410]) {
  test(`an answer of ${status} is the last`, async () => {
    world.source.fail(2);
    await settled();
    await world.answer(status);
    await world.pass(600_000);
    assert.deepEqual(refusals, [[String(status), {}]]);
    assert.equal(world.sources.length + world.requests.length, 2);
  });
}

for (const status of [408, 429, 500, 502, 503]) {
  test(`an answer of ${status} is not the last`, async () => {
    world.source.fail(2);
    await settled();
    await world.answer(status);
    await world.pass(1_000);
    assert.equal(world.sources.length, 2);
  });
}

test("a sign-in page of a hotel is no answer", async () => {
  world.source.fail(2);
  await settled();
  await world.answer(200, { please: "pay" });
  await world.pass(1_000);
  assert.equal(world.sources.length, 2);
});

test("a bye for good is obeyed, and its cursor is not kept", async () => {
  live();
  world.source.say("bye", { reason: "complete" }, "e.stop");
  await world.pass(600_000);
  assert.deepEqual(refusals, [["complete", { topics: undefined, cursor: undefined }]]);
  assert.equal(world.sources.length, 1);
  assert.equal(connection.cursor, "e.41");
});

test("a bye that takes some topics away tells which, and where the others stand", () => {
  live();
  world.source.say("bye", { reason: "access_revoked", topics: ["team_7"], cursor: "e.m3-41" }, "e.m3-41");
  assert.deepEqual(refusals, [["access_revoked", { topics: ["team_7"], cursor: "e.m3-41" }]]);
  assert.equal(world.source.readyState, 2);
});

test("after any other bye EventSource comes back by itself", () => {
  live();
  world.source.say("bye", { reason: "draining" }, "e.41");
  assert.equal(world.source.readyState, 1);
});

async function polling() {
  await world.pass(5_000);
  await world.answer(200, batch("e.1"));
}

test("without a hello it asks in short answers, from the same cursor", async () => {
  live();
  connection.open();
  await world.pass(5_000);
  assert.equal(world.requests.at(-1).url, "/s?transport=poll&wait=0&cursor=e.41");
  await world.answer(200, batch("e.42", 42));
  assert.equal(phases.at(-1), "live");
  assert.equal(world.requests.at(-1).url, "/s?transport=poll&wait=15&cursor=e.42");
  await world.answer(200, batch("e.44", 43, 44));
  assert.deepEqual(told, [42, 43, 44]);
  assert.match(world.requests.at(-1).url, /e\.44$/);
});

test("hellos that nothing follows are held back too", async () => {
  for (let round = 0; round < 2; round += 1) {
    world.source.say("hello", hello);
    await world.pass(45_000);
  }
  assert.equal(world.requests.length, 1);
});

test("a quiet stream that beats is not taken for one that is held back", async () => {
  for (let round = 0; round < 5; round += 1) {
    live();
    world.source.say("heartbeat", { at: hello.at }, "e.41");
    await world.pass(45_000);
  }
  assert.equal(world.requests.length, 0);
});

test("after ten minutes of polling a stream is tried beside it, and taken when it speaks", async () => {
  await polling();
  for (let poll = 0; poll < 40; poll += 1) {
    await world.pass(15_000);
    await world.answer(200, batch("e.1"));
  }
  assert.equal(world.sources.length, 2);
  assert.match(world.source.url, /padding=1/);
  const asked = world.requests.length;
  world.source.say("hello", hello);
  world.source.say("live", { replayed: 0 }, "e.1");
  await world.pass(14_000);
  assert.equal(world.requests.length, asked, "the polling has ended");
  assert.equal(phases.at(-1), "live");
});

test("a stream that stays mute is given up, and the polling never stopped", async () => {
  await polling();
  for (let poll = 0; poll < 42; poll += 1) {
    await world.pass(15_000);
    await world.answer(200, batch("e.1"));
  }
  assert.equal(world.sources.length, 2);
  assert.equal(world.source.readyState, 2);
  assert.equal(world.requests.length, 44);
  assert.equal(phases.filter((phase) => phase === "lost").length, 1);
});

test("a poll that fails, or never ends, leads back to the stream", async () => {
  await polling();
  await world.pass(25_000);
  assert.equal(phases.at(-1), "lost");
  await world.pass(1_000);
  assert.equal(world.sources.length, 2);
});

test("a stream that was closed once is tried again before polling", async () => {
  live();
  world.source.fail(2);
  await settled();
  await world.answer(200, batch("e.42", 42));
  await world.pass(1_000);
  assert.equal(world.sources.length, 2);
  assert.equal(world.source.url, "/s?cursor=e.42");
});

test("one that is closed again and again is polled", async () => {
  for (let round = 1; round < 3; round += 1) await closed(200, batch("e.42"));
  world.source.fail(2);
  await settled();
  await world.answer(200, batch("e.42"));
  assert.equal(world.sources.length, 3);
  assert.match(world.requests.at(-1).url, /wait=15/);
});

test("after close nothing is heard", async () => {
  const { source } = world;
  connection.close();
  source.readyState = 1;
  source.say("message", goal(42), "e.42");
  await world.pass(600_000);
  assert.deepEqual(told, []);
  assert.equal(world.timers.size, 0);
});
