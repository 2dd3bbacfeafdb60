import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Stream } from "./stream.js";

/** A world whose clock only moves when told, with an EventSource that the test speaks through. */
class FakeWorld {
  time = Date.parse("2026-11-21T15:00:00.000Z");
  timers = new Map();
  sources = [];
  requests = [];
  kept = new Map();
  document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  window = new EventTarget();
  answers = [];

  constructor() {
    const world = this;
    this.EventSource = class extends EventTarget {
      CLOSED = 2;
      readyState = 0;
      constructor(url) {
        super();
        this.url = url;
        world.sources.push(this);
      }
      close() {
        this.readyState = 2;
      }
      say(name, data, lastEventId = "") {
        if (this.readyState === 2) return;
        const event = Object.assign(new Event(name), { data: JSON.stringify(data), lastEventId });
        if (name === "message") this.onmessage(event);
        else this.dispatchEvent(event);
      }
      fail(readyState) {
        this.readyState = readyState;
        this.onerror();
      }
    };
    this.storage = {
      getItem: (key) => this.kept.get(key) ?? null,
      setItem: (key, value) => this.kept.set(key, value),
      removeItem: (key) => this.kept.delete(key),
    };
  }
  now = () => this.time;
  random = () => 0.5;
  setTimeout = (run, ms) => {
    const timer = Symbol("timer");
    this.timers.set(timer, { at: this.time + ms, run });
    return timer;
  };
  clearTimeout = (timer) => this.timers.delete(timer);
  fetch = (url, { signal }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("aborted")));
      this.requests.push({ url, resolve, reject });
    });

  get source() {
    return this.sources.at(-1);
  }

  /** Moves the clock, running what falls due on the way. */
  async pass(ms) {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.timers.delete(due[0]);
      this.time = due[1].at;
      due[1].run();
      await settled();
    }
    this.time = end;
    await settled();
  }

  async answer(status, page) {
    this.requests.at(-1).resolve({ status, ok: status === 200, json: async () => page });
    await settled();
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const hello = { connection: "c-1", heartbeat_ms: 15_000, at: "2026-11-21T15:00:02.000Z" };
const goal = (seq) => ({ type: "incident_added", topic: "match_3", seq, at: "", data: {} });

let world;
let messages;
let states;
let stream;

function open() {
  messages = [];
  states = [];
  stream = new Stream(
    "/api/matches/3/stream/",
    { onMessage: ({ seq }) => messages.push(seq), onState: (state, why) => states.push(why ? `${state} ${why}` : state) },
    world,
  );
  stream.connect();
}

function live(cursor = "e.41") {
  world.source.readyState = 1;
  world.source.say("hello", hello);
  world.source.say("live", { replayed: 0 }, cursor);
}

beforeEach(() => {
  world = new FakeWorld();
  open();
});

test("it says where it stands, from connecting to live", () => {
  assert.equal(stream.state, "connecting");
  world.source.say("hello", hello);
  world.source.say("message", goal(42), "e.42");
  world.source.say("live", { replayed: 1 }, "e.42");
  assert.deepEqual(states, ["catching-up", "live"]);
  assert.deepEqual(messages, [42]);
});

test("a new page goes on from the cursor of the one before", () => {
  assert.equal(world.source.url, "/api/matches/3/stream/");
  live();
  world.source.say("message", goal(42), "e.42");
  stream.close();
  open();
  assert.equal(world.source.url, "/api/matches/3/stream/?last_event_id=e.42");
  stream.forget();
  stream.connect();
  assert.equal(world.source.url, "/api/matches/3/stream/");
});

test("heartbeats move the cursor on", () => {
  live();
  world.source.say("heartbeat", { at: hello.at }, "e.57");
  stream.connect();
  assert.match(world.source.url, /last_event_id=e\.57$/);
});

test("the cursor moves only after the page has the message", () => {
  let cursorThen;
  stream.handlers.onMessage = () => (cursorThen = world.kept.get("touchline:cursor:/api/matches/3/stream/"));
  live();
  world.source.say("message", goal(42), "e.42");
  assert.equal(cursorThen, "e.41");
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
  assert.equal(world.source.url, "/api/matches/3/stream/");
  world.source.say("hello", hello);
  world.source.say("message", goal(42), "e.42");
  await world.pass(1_999);
  assert.equal(world.sources.length, 2, "the second time it waits longer");
  await world.pass(1);
  assert.equal(world.sources.length, 3);
});

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
  assert.match(world.source.url, /last_event_id=e\.41$/);
});

test("the server's heartbeat decides what silence is", async () => {
  world.source.say("hello", { ...hello, heartbeat_ms: 1_000 });
  await world.pass(3_000);
  assert.equal(world.sources.length, 2);
});

test("EventSource's own reconnecting is left alone", async () => {
  live();
  world.source.fail(0);
  assert.equal(stream.state, "stale");
  await world.pass(4_000);
  assert.equal(world.sources.length, 1);
  live();
  assert.equal(stream.state, "live");
});

test("a closed EventSource is replaced, with growing waits", async () => {
  live();
  const waits = [];
  for (let round = 0; round < 4; round += 1) {
    world.source.fail(2);
    await settled();
    await world.answer(502);
    const before = world.sources.length;
    const since = world.time;
    while (world.sources.length === before) await world.pass(100);
    waits.push(world.time - since);
  }
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000]);
});

test("waits never grow over the longest", async () => {
  for (let round = 0; round < 40; round += 1) {
    world.source.fail(2);
    await settled();
    await world.answer(502);
    await world.pass(30_000);
  }
  assert.equal(world.sources.length, 41);
});

for (const status of [204, 401, 403, 404]) {
  test(`an answer of ${status} is the last`, async () => {
    world.source.fail(2);
    await settled();
    await world.answer(status);
    await world.pass(600_000);
    assert.deepEqual(states, [`refused ${status}`]);
    assert.equal(world.sources.length + world.requests.length, 2);
  });
}

test("a bye for good is obeyed, and not kept for the next page", async () => {
  live();
  world.source.say("bye", { reason: "access_revoked" }, "e.stop");
  await world.pass(600_000);
  assert.deepEqual(states.at(-1), "refused access_revoked");
  assert.equal(world.sources.length, 1);
  open();
  assert.match(world.source.url, /last_event_id=e\.41$/);
});

test("after any other bye EventSource comes back by itself", () => {
  live();
  world.source.say("bye", { reason: "draining" }, "e.41");
  assert.equal(world.source.readyState, 1);
});

test("without a hello it asks in short answers, from the same cursor", async () => {
  live();
  stream.connect();
  await world.pass(5_000);
  assert.equal(world.requests.at(-1).url, "/api/matches/3/stream/?transport=poll&wait=0&last_event_id=e.41");
  await world.answer(200, { cursor: "e.42", messages: [goal(42)] });
  assert.equal(stream.state, "live");
  assert.equal(world.requests.at(-1).url, "/api/matches/3/stream/?transport=poll&wait=15&last_event_id=e.42");
  await world.answer(200, { cursor: "e.44", messages: [goal(43), goal(44)] });
  assert.deepEqual(messages, [42, 43, 44]);
  assert.match(world.requests.at(-1).url, /e\.44$/);
});

test("while polling it tries the stream again now and then", async () => {
  await world.pass(5_000);
  for (let poll = 0; poll < 40; poll += 1) await world.answer(200, { cursor: "e.1", messages: [] });
  assert.equal(world.sources.length, 2);
});

test("a poll that fails, or never ends, leads back to the stream", async () => {
  await world.pass(5_000);
  await world.answer(200, { cursor: "e.1", messages: [] });
  await world.pass(25_000);
  assert.equal(stream.state, "stale");
  await world.pass(1_000);
  assert.equal(world.sources.length, 2);
});

test("a stream that was closed once is tried again before polling", async () => {
  live();
  world.source.fail(2);
  await settled();
  await world.answer(200, { cursor: "e.42", messages: [goal(42)] });
  await world.pass(1_000);
  assert.equal(world.sources.length, 2);
  assert.match(world.source.url, /last_event_id=e\.42$/);
});

const wakes = [
  ["visibilitychange", (to) => to.document.dispatchEvent(new Event("visibilitychange"))],
  ["online", (to) => to.window.dispatchEvent(new Event("online"))],
  ["pageshow from the back-forward cache", (to) => to.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }))],
];
for (const [name, wake] of wakes) {
  test(`it begins again on ${name}, once`, async () => {
    live();
    await world.pass(10_000);
    wake(world);
    for (const [, other] of wakes) other(world);
    assert.equal(world.sources.length, 2);
    assert.match(world.source.url, /last_event_id=e\.41$/);
  });
}

test("a page that is hidden, or loads for the first time, is left alone", async () => {
  live();
  await world.pass(10_000);
  world.window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
  world.document.visibilityState = "hidden";
  world.document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(world.sources.length, 1);
});

test("it works without storage", () => {
  world.storage = { getItem() { throw new Error("forbidden"); }, setItem() { throw new Error("full"); }, removeItem() {} };
  open();
  live();
  world.source.say("message", goal(42), "e.42");
  stream.connect();
  assert.match(world.source.url, /last_event_id=e\.42$/);
});

test("the server's clock is known from its frames", () => {
  live();
  assert.equal(stream.serverNow(), Date.parse(hello.at));
  world.time += 5_000;
  world.source.say("heartbeat", { at: "2026-11-21T15:00:06.000Z" }, "e.41");
  assert.equal(stream.skewMs, 2_000, "a late frame doesn't set it back");
});

test("after close nothing is left running", async () => {
  live();
  stream.close();
  world.window.dispatchEvent(new Event("online"));
  await world.pass(600_000);
  assert.equal(world.sources.length, 1);
  assert.equal(world.timers.size, 0);
});
