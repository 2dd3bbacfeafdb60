import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { FakeWorld, settled } from "./fakes.test.js";
import { Stream } from "./stream.js";

const URL_OF_3 = "/api/stream/?topic=match_3";
const KEY = "touchline:cursor:match_3";
const hello = { connection: "c-1", heartbeat_ms: 15_000, at: "2026-11-21T15:00:02.000Z" };
const goal = (seq, topic = "match_3") => ({ type: "incident_added", topic, seq, at: "", data: {} });
const snapshot = (seq, topic = "match_3") => ({ ...goal(seq, topic), type: "snapshot", reason: "connected" });

let world;
let messages;
let states;
let stream;

async function open(what = "/api/matches/3/stream/", options = {}) {
  messages = [];
  states = [];
  const onState = (state, why) => states.push(why ? `${state} ${why}` : state);
  const onMessage = ({ type, seq }) => messages.push(type === "snapshot" ? `=${seq}` : seq);
  const onRefused = (topics, why) => states.push(`without ${topics} ${why}`);
  stream = new Stream(what, { onMessage, onState, onRefused }, { world, ...options });
  await connect();
}

async function connect() {
  stream.connect();
  await settled();
}

function live(cursor = "e.41") {
  world.source.readyState = 1;
  world.source.say("hello", hello);
  world.source.say("live", { replayed: 0 }, cursor);
}

beforeEach(async () => {
  world = new FakeWorld();
  await open();
});

test("it says where it stands, from connecting to live", () => {
  assert.equal(stream.state, "connecting");
  world.source.say("hello", hello);
  world.source.say("message", goal(42), "e.42");
  world.source.say("live", { replayed: 1 }, "e.42");
  assert.deepEqual(states, ["catching-up", "live"]);
  assert.deepEqual(messages, [42]);
});

test("a new page goes on from the cursor of the one before", async () => {
  assert.equal(world.source.url, URL_OF_3);
  live();
  world.source.say("message", goal(42), "e.42");
  stream.close();
  await open();
  assert.equal(world.source.url, `${URL_OF_3}&last_event_id=e.m3-42`);
  stream.forget();
  await connect();
  assert.equal(world.source.url, URL_OF_3);
});

test("the cursor is kept for each set of topics", async () => {
  live();
  await open(["match_3", "event_1"]);
  assert.equal(world.source.url, "/api/stream/?topic=event_1&topic=match_3");
  live("e.e1-7.m3-41");
  assert.equal(world.kept.get("touchline:cursor:event_1+match_3"), "e.e1-7.m3-41");
  assert.equal(world.kept.get(KEY), "e.m3-41");
});

test("heartbeats move the cursor on", async () => {
  live();
  world.source.say("heartbeat", { at: hello.at }, "e.57");
  await connect();
  assert.match(world.source.url, /last_event_id=e\.m3-57$/);
});

test("the cursor moves only after the page has the message", () => {
  let cursorThen;
  stream.handlers.onMessage = () => (cursorThen = world.kept.get(KEY));
  live();
  world.source.say("message", goal(42), "e.42");
  assert.equal(cursorThen, "e.m3-41");
});

test("a page that can't take a message begins afresh, and not at once", async (t) => {
  t.mock.method(console, "error", () => {});
  stream.handlers.onMessage = () => {
    throw new Error("a mistake of the page");
  };
  live();
  world.source.say("message", goal(42), "e.42");
  assert.equal(world.sources.length, 1);
  await world.pass(1_000);
  assert.equal(world.source.url, URL_OF_3);
  world.source.say("hello", hello);
  world.source.say("message", goal(42), "e.42");
  await world.pass(1_999);
  assert.equal(world.sources.length, 2, "the second time it waits longer");
  await world.pass(1);
  assert.equal(world.sources.length, 3);
});

test("g3_what_is_sent_again_is_told_once", () => {
  world.source.say("message", snapshot(41), "e.41");
  world.source.say("message", goal(42), "e.42");
  world.source.say("message", goal(42), "e.42");
  world.source.say("message", goal(43), "e.43");
  assert.deepEqual(messages, ["=41", 42, 43]);
});

test("g4_a_message_that_is_missing_brings_a_snapshot", async () => {
  world.source.say("message", snapshot(41), "e.41");
  world.source.say("message", goal(43), "e.43");
  await world.pass(0);
  assert.equal(world.sources.length, 2);
  assert.equal(world.source.url, URL_OF_3, "without a cursor");
  assert.deepEqual(messages, ["=41"]);
  world.source.say("message", snapshot(43), "e.43");
  world.source.say("message", goal(44), "e.44");
  assert.deepEqual(messages, ["=41", "=43", 44]);
});

test("g4_a_cursor_past_what_was_told_brings_a_snapshot", async () => {
  world.source.say("message", snapshot(41), "e.41");
  world.source.say("heartbeat", { at: hello.at }, "e.42");
  await world.pass(0);
  assert.equal(world.sources.length, 2);
  assert.equal(world.source.url, URL_OF_3);
});

test("a channel may skip seqs, which were for other channels", async () => {
  await open(["event_1_results"]);
  world.source.say("message", snapshot(41, "event_1_results"), "e.41");
  world.source.say("message", goal(45, "event_1_results"), "e.45");
  world.source.say("heartbeat", { at: hello.at }, "e.49");
  assert.deepEqual(messages, ["=41", 45]);
  assert.equal(world.kept.get("touchline:cursor:event_1_results"), "e.e1-49");
});

test("an address that asks for more than topics is taken as it is", async () => {
  await open("/api/matches/3/stream/?mode=state");
  assert.equal(world.source.url, "/api/matches/3/stream/?mode=state");
  live("e.41");
  for (const seq of [42, 42, 45]) world.source.say("message", snapshot(seq), `e.${seq}`);
  assert.deepEqual(messages, ["=42", "=42", "=45"]);
  await connect();
  assert.equal(world.source.url, "/api/matches/3/stream/?mode=state&last_event_id=e.45");
});

test("a cursor that can't be read is handed back as it came", async () => {
  live("2~abc");
  assert.equal(world.kept.get(KEY), "2~abc");
  await connect();
  assert.equal(world.source.url, `${URL_OF_3}&last_event_id=2%7Eabc`);
});

test("credentials are asked for before each opening", async () => {
  let count = 0;
  await open(["match_3"], { query: async () => ({ ticket: `t${(count += 1)}` }) });
  assert.equal(world.source.url, `${URL_OF_3}&ticket=t1`);
  world.source.fail(2);
  await settled();
  assert.match(world.requests.at(-1).url, /ticket=t2/);
});

test("another site is asked with cookies where they are wanted", async () => {
  await open(["match_3"], { base: "https://live.example", withCredentials: true });
  assert.equal(world.source.url, "https://live.example/api/stream/?topic=match_3");
  assert.equal(world.source.withCredentials, true);
  world.source.fail(2);
  await settled();
  assert.equal(world.requests.at(-1).init.credentials, "include");
});

const wakes = [
  ["visibilitychange", (to) => to.document.dispatchEvent(new Event("visibilitychange"))],
  ["online", (to) => to.window.dispatchEvent(new Event("online"))],
  ["resume of a frozen page", (to) => to.document.dispatchEvent(new Event("resume"))],
  ["pageshow from the back-forward cache", (to) => to.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }))],
];
for (const [name, wake] of wakes) {
  test(`it begins again on ${name}, once`, async () => {
    live();
    await world.pass(10_000);
    wake(world);
    for (const [, other] of wakes) other(world);
    await settled();
    assert.equal(world.sources.length, 2);
    assert.match(world.source.url, /last_event_id=e\.41$/);
  });
}

for (const [target, leaves, wake] of [["window", "pagehide", wakes[3][1]], ["document", "freeze", wakes[2][1]]]) test(`a page holds nothing after ${leaves}, and goes on when it is back`, async () => {
  live();
  world[target].dispatchEvent(new Event(leaves));
  assert.equal(world.source.readyState, 2);
  await world.pass(60_000);
  assert.equal(world.sources.length, 1);
  wake(world);
  await settled();
  assert.equal(world.sources.length, 2);
  assert.match(world.source.url, /last_event_id=e\.m3-41$/);
});

test("a page that is hidden, or loads for the first time, is left alone", async () => {
  live();
  await world.pass(10_000);
  world.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
  world.document.visibilityState = "hidden";
  world.document.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.equal(world.sources.length, 1);
});

test("it works without storage", async () => {
  world.storage = { getItem() { throw new Error("forbidden"); }, setItem() { throw new Error("full"); }, removeItem() {} };
  await open();
  live();
  world.source.say("message", goal(42), "e.42");
  await connect();
  assert.match(world.source.url, /last_event_id=e\.m3-42$/);
});

test("the server's clock is known from its frames", () => {
  live();
  assert.equal(stream.serverNow(), Date.parse(hello.at));
  world.time += 5_000;
  world.source.say("heartbeat", { at: "2026-11-21T15:00:06.000Z" }, "e.41");
  assert.equal(stream.skewMs, 2_000, "a late frame doesn't set it back");
});

test("stale says since when", async () => {
  const since = [];
  stream.handlers.onState = (state, _, at) => since.push([state, at - Date.parse("2026-11-21T15:00:00.000Z")]);
  live();
  await world.pass(7_000);
  world.source.fail(0);
  assert.deepEqual(since, [["catching-up", 0], ["live", 0], ["stale", 0]]);
});

test("after close nothing is left running", async () => {
  live();
  stream.close();
  world.window.dispatchEvent(new Event("online"));
  await world.pass(600_000);
  assert.equal(world.sources.length, 1);
  assert.equal(world.timers.size, 0);
});
