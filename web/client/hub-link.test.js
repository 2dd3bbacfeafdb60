import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { FakeChannels, FakeLocks, FakeEnvironment, flushTasks } from "./fakes.test.js";
import { Hub } from "./hub.js";
import { Stream } from "./stream.js";

const goal = (seq) => ({ type: "incident_added", topic: "match_3", seq, at: "", data: {} });

/** @type {FakeEnvironment} */ let environment;
/** @type {FakeChannels} */ let channels;
/** @type {FakeLocks} */ let locks;

beforeEach(() => {
  environment = new FakeEnvironment();
  channels = new FakeChannels();
  locks = new FakeLocks();
});

/** A tab with its own page, on the shared network. */
async function openStream(sharing = { openWorker: null, openChannel: channels.open, locks }) {
  const client = { messages: [], states: [], isFrozen: false, stream: /** @type {Stream} */ (/** @type {unknown} */ (null)) };
  const pageEnvironment = new FakeEnvironment();
  /** A frozen tab's timers run when it thaws. */
  const runLater = (run, ms) => environment.setTimeout(() => (client.isFrozen ? runLater(run, 500) : run()), ms);
  const tabEnvironment = {
    EventSource: environment.EventSource, fetch: environment.fetch, now: environment.now, random: Math.random,
    setTimeout: runLater, clearTimeout: environment.clearTimeout,
    storage: pageEnvironment.storage, document: pageEnvironment.document, window: pageEnvironment.window, sharing,
  };
  Object.assign(client, { environment: tabEnvironment });
  const handlers = { onMessage: ({ seq }) => client.messages.push(seq), onState: (state) => client.states.push(state) };
  tabEnvironment.storage.setItem("touchline:cursor:match_3", "e.m3-41");
  client.stream = new Stream(["match_3"], handlers, { environment: tabEnvironment });
  client.stream.connect();
  await flushTasks();
  await environment.advance(200);
  return client;
}

const openSources = () => environment.sources.filter(({ readyState }) => readyState !== 2);

/** The server sends all messages after the connection's cursor unless they were sent, then `live`. */
function sendHelloAndLive(cursor) {
  const [source] = openSources();
  const [from, to] = [source.url, cursor].map((text) => Number(text.split(/[-.]/).at(-1)));
  source.emit("hello", { heartbeat_ms: 15_000, at: "2026-11-21T15:00:00.000Z" });
  for (let seq = from + 1; source.readyState === 0 && seq <= to; seq += 1) source.emit("message", goal(seq), `e.m3-${seq}`);
  source.readyState = 1;
  source.emit("live", { replayed: 0 }, cursor);
}

/** Advances the clock in steps of a second, with a `live` frame at each. */
async function advanceTime(ms, cursor) {
  for (let at = 0; at < ms; at += 1_000) {
    if (openSources().length > 0) sendHelloAndLive(cursor);
    await environment.advance(1_000);
  }
}

test("tabs without a SharedWorker share the leader's connection", async () => {
  const tabs = [await openStream(), await openStream(), await openStream()];
  assert.equal(openSources().length, 1);
  sendHelloAndLive("e.m3-41");
  openSources()[0].emit("message", goal(42), "e.m3-42");
  await flushTasks();
  assert.deepEqual(tabs.map(({ messages }) => messages), [[42], [42], [42]]);
  assert.deepEqual(tabs.map(({ stream }) => stream.state), ["live", "live", "live"]);
});

test("g3_a_leader_that_closes_is_replaced_and_each_tab_resumes_from_its_own_cursor", async () => {
  const tabs = [await openStream(), await openStream(), await openStream()];
  sendHelloAndLive("e.m3-41");
  openSources()[0].emit("message", goal(42), "e.m3-42");
  await flushTasks();
  tabs[0].stream.close();
  await environment.advance(500);
  assert.equal(openSources().length, 1);
  assert.match(openSources()[0].url, /last_event_id=e\.m3-42$/);
  sendHelloAndLive("e.m3-42");
  openSources()[0].emit("message", goal(43), "e.m3-43");
  await flushTasks();
  assert.deepEqual(tabs.map(({ messages }) => messages), [[42], [42, 43], [42, 43]]);
});

test("g3_a_leader_that_freezes_is_replaced_within_seconds_and_follows_when_it_thaws", async () => {
  const tabs = [await openStream(), await openStream()];
  sendHelloAndLive("e.m3-41");
  const frozen = [...channels.all][0];
  const [old] = openSources();
  frozen.isFrozen = tabs[0].isFrozen = true;
  await advanceTime(8_000, "e.m3-41");
  assert.notEqual(openSources()[0], old);
  assert.equal(openSources().length, 1, "another tab leads");
  sendHelloAndLive("e.m3-41");
  openSources()[0].emit("message", goal(42), "e.m3-42");
  await flushTasks();
  assert.deepEqual(tabs[1].messages, [42]);
  frozen.isFrozen = tabs[0].isFrozen = false;
  await advanceTime(8_000, "e.m3-42");
  openSources()[0].emit("message", goal(43), "e.m3-43");
  await flushTasks();
  assert.deepEqual(tabs.map(({ messages }) => messages.at(-1)), [43, 43]);
  assert.deepEqual(tabs[1].messages, [42, 43]);
  assert.equal(openSources().length, 1);
});

/** Fake SharedWorkers; `hub` runs in all of them. */
function fakeWorkers() {
  const workers = [];
  const hub = new Hub({ base: "", withCredentials: false }, environment);
  const all = {
    workers,
    areDead: false,
    openWorker: () => {
      const worker = { isDead: all.areDead, onerror: null, port: { onmessage: null, close() {} } };
      worker.port.postMessage = (command) => {
        if (worker.isDead) return;
        const copy = structuredClone(command);
        setImmediate(() => hub.handleCommand(worker, copy, (update) => worker.isDead || worker.port.onmessage?.({ data: structuredClone(update) })));
      };
      workers.push(worker);
      return worker;
    },
  };
  return all;
}

test("tabs with a SharedWorker share its connection", async () => {
  const { openWorker, workers } = fakeWorkers();
  const tabs = [await openStream({ openWorker, openChannel: channels.open, locks }), await openStream({ openWorker, openChannel: channels.open, locks })];
  assert.equal(workers.length, 2);
  assert.equal(openSources().length, 1);
  sendHelloAndLive("e.m3-41");
  openSources()[0].emit("message", goal(42), "e.m3-42");
  await flushTasks();
  assert.deepEqual(tabs.map(({ messages }) => messages), [[42], [42]]);
  assert.equal(channels.all.size, 0);
});

test("a worker that dies is replaced, and one that never answers is abandoned", async () => {
  const all = fakeWorkers();
  const { openWorker, workers } = all;
  const one = await openStream({ openWorker, openChannel: channels.open, locks });
  sendHelloAndLive("e.m3-41");
  workers[0].isDead = true;
  await advanceTime(8_000, "e.m3-41");
  assert.equal(workers.length, 2);
  assert.ok(one.states.includes("stale"));
  all.areDead = workers[1].isDead = true;
  await advanceTime(20_000, "e.m3-41");
  assert.equal(workers.length, 3);
  assert.equal(channels.all.size, 1, "the tab leads");
});

test("a worker that can't be loaded is abandoned at once", async () => {
  const { openWorker, workers } = fakeWorkers();
  const openDeadWorker = () => Object.assign(openWorker(), { isDead: true });
  const one = await openStream({ openWorker: openDeadWorker, openChannel: null, locks: null });
  assert.equal(openSources().length, 0);
  workers[0].onerror(new Event("error"));
  await flushTasks();
  assert.equal(openSources().length, 1, "with a hub of its own");
  sendHelloAndLive("e.m3-41");
  assert.equal(one.stream.state, "live");
  const throwSecurityError = () => {
    throw new Error("SecurityError");
  };
  await openStream({ openWorker: throwSecurityError, openChannel: null, locks: null });
  assert.equal(openSources().length, 2);
});
