import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { FakeEnvironment, flushTasks } from "./fakes.test.js";
import { Stream } from "./stream.js";

const URL_OF_3 = "/api/stream/?topic=match_3";
const KEY = "touchline:cursor:match_3";
const hello = { connection: "c-1", heartbeat_ms: 15_000, at: "2026-11-21T15:00:02.000Z" };
const goal = (seq, topic = "match_3") => ({ type: "incident_added", topic, seq, at: "", data: {} });
const snapshot = (seq, topic = "match_3") => ({ ...goal(seq, topic), type: "snapshot", reason: "connected" });

/** @type {FakeEnvironment} */ let environment;
let messages;
let states;
/** @type {Stream} */ let stream;

async function openStream(topicsOrUrl = "/api/matches/3/stream/", options = {}) {
  messages = [];
  states = [];
  const onState = (state, reason) => states.push(reason ? `${state} ${reason}` : state);
  const onMessage = ({ type, seq }) => messages.push(type === "snapshot" ? `=${seq}` : seq);
  const onRefused = (topics, reason) => states.push(`without ${topics} ${reason}`);
  stream = new Stream(topicsOrUrl, { onMessage, onState, onRefused }, { environment, ...options });
  await connectStream();
}

async function connectStream() {
  stream.connect();
  await flushTasks();
}

function sendHelloAndLive(cursor = "e.m3-41") {
  environment.source.readyState = 1;
  environment.source.emit("hello", hello);
  environment.source.emit("live", { replayed: 0 }, cursor);
}

beforeEach(async () => {
  environment = new FakeEnvironment();
  await openStream();
});

test("the state goes from connecting to live", () => {
  assert.equal(stream.state, "connecting");
  environment.source.emit("hello", hello);
  environment.source.emit("message", goal(42), "e.m3-42");
  environment.source.emit("live", { replayed: 1 }, "e.m3-42");
  assert.deepEqual(states, ["catching-up", "live"]);
  assert.deepEqual(messages, [42]);
});

test("a new page resumes from the previous page's cursor", async () => {
  assert.equal(environment.source.url, URL_OF_3);
  sendHelloAndLive();
  environment.source.emit("message", goal(42), "e.m3-42");
  stream.close();
  await openStream();
  assert.equal(environment.source.url, `${URL_OF_3}&last_event_id=e.m3-42`);
  stream.forgetCursor();
  await connectStream();
  assert.equal(environment.source.url, URL_OF_3);
});

test("the cursor is stored per set of topics", async () => {
  sendHelloAndLive();
  await openStream(["match_3", "event_1"]);
  assert.equal(environment.source.url, "/api/stream/?topic=event_1&topic=match_3");
  sendHelloAndLive("e.e1-7.m3-41");
  assert.equal(environment.stored.get("touchline:cursor:event_1+match_3"), "e.e1-7.m3-41");
  assert.equal(environment.stored.get(KEY), "e.m3-41");
});

test("heartbeats move the cursor", async () => {
  sendHelloAndLive();
  environment.source.emit("heartbeat", { at: hello.at }, "e.m3-57");
  await connectStream();
  assert.match(environment.source.url, /last_event_id=e\.m3-57$/);
});

test("the cursor moves only after the page has handled the message", () => {
  let cursorThen;
  stream.handlers.onMessage = () => (cursorThen = environment.stored.get(KEY));
  sendHelloAndLive();
  environment.source.emit("message", goal(42), "e.m3-42");
  assert.equal(cursorThen, "e.m3-41");
});

test("a page whose handler throws restarts with a snapshot, after a delay", async (t) => {
  t.mock.method(console, "error", () => {});
  stream.handlers.onMessage = () => {
    throw new Error("a mistake of the page");
  };
  sendHelloAndLive();
  environment.source.emit("message", goal(42), "e.m3-42");
  assert.equal(environment.sources.length, 1);
  await environment.advance(1_000);
  assert.equal(environment.source.url, URL_OF_3);
  environment.source.emit("hello", hello);
  environment.source.emit("message", goal(42), "e.m3-42");
  await environment.advance(1_999);
  assert.equal(environment.sources.length, 2, "the second time it waits longer");
  await environment.advance(1);
  assert.equal(environment.sources.length, 3);
});

test("g3_a_repeated_message_is_delivered_once", () => {
  environment.source.emit("message", snapshot(41), "e.m3-41");
  environment.source.emit("message", goal(42), "e.m3-42");
  environment.source.emit("message", goal(42), "e.m3-42");
  environment.source.emit("message", goal(43), "e.m3-43");
  assert.deepEqual(messages, ["=41", 42, 43]);
});

test("g4_a_missing_message_leads_to_a_snapshot", async () => {
  environment.source.emit("message", snapshot(41), "e.m3-41");
  environment.source.emit("message", goal(43), "e.m3-43");
  await environment.advance(0);
  assert.equal(environment.sources.length, 2);
  assert.equal(environment.source.url, URL_OF_3, "without a cursor");
  assert.deepEqual(messages, ["=41"]);
  environment.source.emit("message", snapshot(43), "e.m3-43");
  environment.source.emit("message", goal(44), "e.m3-44");
  assert.deepEqual(messages, ["=41", "=43", 44]);
});

test("g4_a_cursor_past_the_delivered_messages_leads_to_a_snapshot", async () => {
  environment.source.emit("message", snapshot(41), "e.m3-41");
  environment.source.emit("heartbeat", { at: hello.at }, "e.m3-42");
  await environment.advance(0);
  assert.equal(environment.sources.length, 2);
  assert.equal(environment.source.url, URL_OF_3);
});

test("a channel may skip seqs of other channels", async () => {
  await openStream(["event_1_results"]);
  environment.source.emit("message", snapshot(41, "event_1_results"), "e.e1r-41");
  environment.source.emit("message", goal(45, "event_1_results"), "e.e1r-45");
  environment.source.emit("heartbeat", { at: hello.at }, "e.e1r-49");
  assert.deepEqual(messages, ["=41", 45]);
  assert.equal(environment.stored.get("touchline:cursor:event_1_results"), "e.e1r-49");
});

test("an address with more than topics is used as it is", async () => {
  await openStream("/api/matches/3/stream/?mode=state");
  assert.equal(environment.source.url, "/api/matches/3/stream/?mode=state");
  sendHelloAndLive("e.m3-41");
  for (const seq of [42, 42, 45]) environment.source.emit("message", snapshot(seq), `e.m3-${seq}`);
  assert.deepEqual(messages, ["=42", "=42", "=45"]);
  await connectStream();
  assert.equal(environment.source.url, "/api/matches/3/stream/?mode=state&last_event_id=e.m3-45");
});

test("an unreadable cursor is sent back unchanged", async () => {
  sendHelloAndLive("2~abc");
  assert.equal(environment.stored.get(KEY), "2~abc");
  await connectStream();
  assert.equal(environment.source.url, `${URL_OF_3}&last_event_id=2%7Eabc`);
});

test("`query` is called before each connection", async () => {
  let count = 0;
  await openStream(["match_3"], { query: async () => ({ ticket: `t${(count += 1)}` }) });
  assert.equal(environment.source.url, `${URL_OF_3}&ticket=t1`);
  environment.source.fail(2);
  await flushTasks();
  assert.match(environment.requests.at(-1).url, /ticket=t2/);
});

test("another site gets cookies if asked for", async () => {
  await openStream(["match_3"], { base: "https://live.example", withCredentials: true });
  assert.equal(environment.source.url, "https://live.example/api/stream/?topic=match_3");
  assert.equal(environment.source.withCredentials, true);
  environment.source.fail(2);
  await flushTasks();
  assert.equal(environment.requests.at(-1).init.credentials, "include");
});

const WAKE_EVENTS = [
  ["visibilitychange", (to) => to.document.dispatchEvent(new Event("visibilitychange"))],
  ["online", (to) => to.window.dispatchEvent(new Event("online"))],
  ["resume of a frozen page", (to) => to.document.dispatchEvent(new Event("resume"))],
  ["pageshow from the back-forward cache", (to) => to.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }))],
];
for (const [name, wake] of WAKE_EVENTS) {
  test(`it reconnects on ${name}, once`, async () => {
    sendHelloAndLive();
    await environment.advance(10_000);
    wake(environment);
    for (const [, other] of WAKE_EVENTS) other(environment);
    await flushTasks();
    assert.equal(environment.sources.length, 2);
    assert.match(environment.source.url, /last_event_id=e\.m3-41$/);
  });
}

for (const [target, leaves, wake] of [["window", "pagehide", WAKE_EVENTS[3][1]], ["document", "freeze", WAKE_EVENTS[2][1]]]) test(`a page holds no connection after ${leaves}, and resumes when it is back`, async () => {
  sendHelloAndLive();
  environment[target].dispatchEvent(new Event(leaves));
  assert.equal(environment.source.readyState, 2);
  await environment.advance(60_000);
  assert.equal(environment.sources.length, 1);
  wake(environment);
  await flushTasks();
  assert.equal(environment.sources.length, 2);
  assert.match(environment.source.url, /last_event_id=e\.m3-41$/);
});

test("a hidden page and a first load cause no reconnect", async () => {
  sendHelloAndLive();
  await environment.advance(10_000);
  environment.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
  environment.document.visibilityState = "hidden";
  environment.document.dispatchEvent(new Event("visibilitychange"));
  await flushTasks();
  assert.equal(environment.sources.length, 1);
});

test("it works without storage", async () => {
  environment.storage = { getItem() { throw new Error("forbidden"); }, setItem() { throw new Error("full"); }, removeItem() {} };
  await openStream();
  sendHelloAndLive();
  environment.source.emit("message", goal(42), "e.m3-42");
  await connectStream();
  assert.match(environment.source.url, /last_event_id=e\.m3-42$/);
});

test("the server's clock is estimated from its frames", () => {
  sendHelloAndLive();
  assert.equal(stream.serverNow(), Date.parse(hello.at));
  environment.time += 5_000;
  environment.source.emit("heartbeat", { at: "2026-11-21T15:00:06.000Z" }, "e.m3-41");
  assert.equal(stream.clockOffsetMs, 2_000, "a late frame doesn't set it back");
});

test("`stale` reports since when", async () => {
  const since = [];
  stream.handlers.onState = (state, _, at) => since.push([state, at - Date.parse("2026-11-21T15:00:00.000Z")]);
  sendHelloAndLive();
  await environment.advance(7_000);
  environment.source.fail(0);
  assert.deepEqual(since, [["catching-up", 0], ["live", 0], ["stale", 0]]);
});

test("after close nothing is left running", async () => {
  sendHelloAndLive();
  stream.close();
  environment.window.dispatchEvent(new Event("online"));
  await environment.advance(600_000);
  assert.equal(environment.sources.length, 1);
  assert.equal(environment.timers.size, 0);
});
