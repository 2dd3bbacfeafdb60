import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { FakeChannels, FakeLocks, FakeWorld, settled } from "./fakes.test.js";
import { Hub } from "./hub.js";
import { Stream } from "./stream.js";

const goal = (seq) => ({ type: "incident_added", topic: "match_3", seq, at: "", data: {} });

let net;
let channels;
let locks;

beforeEach(() => {
  net = new FakeWorld();
  channels = new FakeChannels();
  locks = new FakeLocks();
});

/** A tab with a page of its own, on the network that all share. */
async function tab(shared = { worker: null, channel: channels.open, locks }) {
  const made = { told: [], states: [], isFrozen: false };
  const own = new FakeWorld();
  /** A frozen tab's timers run when it thaws. */
  const later = (run, ms) => net.setTimeout(() => (made.isFrozen ? later(run, 500) : run()), ms);
  const world = {
    EventSource: net.EventSource, fetch: net.fetch, now: net.now, random: Math.random,
    setTimeout: later, clearTimeout: net.clearTimeout,
    storage: own.storage, document: own.document, window: own.window, shared,
  };
  Object.assign(made, { world });
  const handlers = { onMessage: ({ seq }) => made.told.push(seq), onState: (state) => made.states.push(state) };
  world.storage.setItem("touchline:cursor:match_3", "e.m3-41");
  made.stream = new Stream(["match_3"], handlers, { world });
  made.stream.connect();
  await settled();
  await net.pass(200);
  return made;
}

const open = () => net.sources.filter(({ readyState }) => readyState !== 2);

/** What the server says to a connection: all after its cursor, if that has not been said, and that it is live. */
function live(cursor) {
  const [source] = open();
  const [from, to] = [source.url, cursor].map((text) => Number(text.split(/[-.]/).at(-1)));
  source.say("hello", { heartbeat_ms: 15_000, at: "2026-11-21T15:00:00.000Z" });
  for (let seq = from + 1; source.readyState === 0 && seq <= to; seq += 1) source.say("message", goal(seq), `e.${seq}`);
  source.readyState = 1;
  source.say("live", { replayed: 0 }, cursor);
}

/** Time passes, and the server says so each second. */
async function pass(ms, cursor) {
  for (let at = 0; at < ms; at += 1_000) {
    if (open().length > 0) live(cursor);
    await net.pass(1_000);
  }
}

test("tabs without a SharedWorker read from the one that leads", async () => {
  const tabs = [await tab(), await tab(), await tab()];
  assert.equal(open().length, 1);
  live("e.41");
  open()[0].say("message", goal(42), "e.42");
  await settled();
  assert.deepEqual(tabs.map(({ told }) => told), [[42], [42], [42]]);
  assert.deepEqual(tabs.map(({ stream }) => stream.state), ["live", "live", "live"]);
});

test("g3_a_leader_that_closes_is_replaced_and_each_goes_on_from_its_own_cursor", async () => {
  const tabs = [await tab(), await tab(), await tab()];
  live("e.41");
  open()[0].say("message", goal(42), "e.42");
  await settled();
  tabs[0].stream.close();
  await net.pass(500);
  assert.equal(open().length, 1);
  assert.match(open()[0].url, /last_event_id=e\.m3-42$/);
  live("e.42");
  open()[0].say("message", goal(43), "e.43");
  await settled();
  assert.deepEqual(tabs.map(({ told }) => told), [[42], [42, 43], [42, 43]]);
});

test("g3_a_leader_that_freezes_is_replaced_within_seconds_and_follows_when_it_thaws", async () => {
  const tabs = [await tab(), await tab()];
  live("e.41");
  const frozen = [...channels.all][0];
  const [old] = open();
  frozen.isFrozen = tabs[0].isFrozen = true;
  await pass(8_000, "e.41");
  assert.notEqual(open()[0], old);
  assert.equal(open().length, 1, "the lead was taken from it");
  live("e.41");
  open()[0].say("message", goal(42), "e.42");
  await settled();
  assert.deepEqual(tabs[1].told, [42]);
  frozen.isFrozen = tabs[0].isFrozen = false;
  await pass(8_000, "e.42");
  open()[0].say("message", goal(43), "e.43");
  await settled();
  assert.deepEqual(tabs.map(({ told }) => told.at(-1)), [43, 43]);
  assert.deepEqual(tabs[1].told, [42, 43]);
  assert.equal(open().length, 1);
});

/** A worker as the browser gives it; `hub` is what runs in it. */
function workers() {
  const made = [];
  const hub = new Hub({ base: "", withCredentials: false }, net);
  const all = {
    made,
    areDead: false,
    worker: () => {
      const worker = { isDead: all.areDead, onerror: null, port: { onmessage: null, close() {} } };
      worker.port.postMessage = (asked) => {
        if (worker.isDead) return;
        const copy = structuredClone(asked);
        setImmediate(() => hub.hear(worker, copy, (said) => worker.isDead || worker.port.onmessage?.({ data: structuredClone(said) })));
      };
      made.push(worker);
      return worker;
    },
  };
  return all;
}

test("with a SharedWorker all tabs read from it", async () => {
  const { worker, made } = workers();
  const tabs = [await tab({ worker, channel: channels.open, locks }), await tab({ worker, channel: channels.open, locks })];
  assert.equal(made.length, 2);
  assert.equal(open().length, 1);
  live("e.41");
  open()[0].say("message", goal(42), "e.42");
  await settled();
  assert.deepEqual(tabs.map(({ told }) => told), [[42], [42]]);
  assert.equal(channels.all.size, 0);
});

test("a worker that dies is replaced, and one that never answers is done without", async () => {
  const all = workers();
  const { worker, made } = all;
  const one = await tab({ worker, channel: channels.open, locks });
  live("e.41");
  made[0].isDead = true;
  await pass(8_000, "e.41");
  assert.equal(made.length, 2);
  assert.ok(one.states.includes("stale"));
  all.areDead = made[1].isDead = true;
  await pass(20_000, "e.41");
  assert.equal(made.length, 3);
  assert.equal(channels.all.size, 1, "the tab leads");
});

test("a worker that can't be loaded is done without at once", async () => {
  const { worker, made } = workers();
  const broken = () => Object.assign(worker(), { isDead: true });
  const one = await tab({ worker: broken, channel: null, locks: null });
  assert.equal(open().length, 0);
  made[0].onerror(new Event("error"));
  await settled();
  assert.equal(open().length, 1, "on its own");
  live("e.41");
  assert.equal(one.stream.state, "live");
  const forbidden = () => {
    throw new Error("SecurityError");
  };
  await tab({ worker: forbidden, channel: null, locks: null });
  assert.equal(open().length, 2);
});
