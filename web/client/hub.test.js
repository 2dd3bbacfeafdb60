import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { FakeEnvironment, flushTasks } from "./fakes.test.js";
import { Hub } from "./hub.js";
import { DeliveryTracker } from "./delivery-tracker.js";

const SERVER = { base: "", withCredentials: false };
const goal = (seq, topic = "match_3") => ({ type: "incident_added", topic, seq, at: "", data: {} });
const snapshot = (seq, topic = "match_3") => ({ ...goal(seq, topic), type: "snapshot", reason: "connected" });

/** @type {FakeEnvironment} */ let environment;
/** @type {Hub} */ let hub;

beforeEach(() => {
  environment = new FakeEnvironment();
  hub = new Hub(SERVER, environment);
});

/** A tab that tracks its deliveries as a stream does. */
class FakeSubscriber {
  messages = [];
  updates = [];
  join(topics, cursor = null) {
    this.deliveries = new DeliveryTracker(topics, cursor);
    hub.handleCommand(this, { command: "join", topics, cursor, server: SERVER }, (update) => this.#onUpdate(update));
    return flushTasks();
  }
  send(command) {
    hub.handleCommand(this, { command }, (update) => this.#onUpdate(update));
    return flushTasks();
  }
  #onUpdate(/** @type {import("./subscriber.js").HubUpdate} */ update) {
    if (update.update === "liveness") assert.ok(this.deliveries.advanceTo(update.cursor), `a gap before ${update.cursor}`);
    else if (update.update === "phase") this.phase = update.phase;
    else if (update.update !== "message") this.updates.push(update.update === "refused" ? `refused ${update.topics} ${update.reason}` : update.update);
    else {
      const classification = this.deliveries.classify(update.message);
      assert.notEqual(classification, "gap", `before ${update.message.seq}`);
      if (classification === "known") return;
      this.deliveries.recordDelivery(update.message, update.cursor);
      this.messages.push(`${update.message.type === "snapshot" ? "=" : ""}${update.message.seq}`);
    }
  }
}

function sendHelloAndLive(cursor) {
  environment.source.readyState = 1;
  environment.source.emit("hello", { heartbeat_ms: 15_000, at: "2026-11-21T15:00:00.000Z" });
  environment.source.emit("live", { replayed: 0 }, cursor);
}

const requestedQuery = () => decodeURIComponent(environment.source.url.replace("/api/stream/?", ""));

async function addFirstSubscriber() {
  const tab = new FakeSubscriber();
  await tab.join(["match_3"]);
  environment.source.emit("message", snapshot(41), "e.m3-41");
  sendHelloAndLive("e.m3-41");
  return tab;
}

test("a tab that joins later gets a snapshot, then the same messages as the others", async () => {
  const one = await addFirstSubscriber();
  const two = new FakeSubscriber();
  await two.join(["match_3"]);
  assert.match(environment.requests.at(-1).url, /topic=match_3&transport=poll&wait=0$/);
  environment.source.emit("message", goal(42), "e.m3-42");
  await environment.respond(200, { cursor: "e.m3-42", messages: [snapshot(42)] });
  await environment.advance(100);
  assert.equal(requestedQuery(), "topic=match_3&last_event_id=e.m3-42");
  environment.source.emit("message", goal(43), "e.m3-43");
  assert.deepEqual([one.messages, two.messages], [["=41", "42", "43"], ["=42", "43"]]);
});

test("g3_a_tab_that_is_behind_gets_what_it_missed_and_the_others_nothing_twice", async () => {
  const one = await addFirstSubscriber();
  environment.source.emit("message", goal(42), "e.m3-42");
  const two = new FakeSubscriber();
  await two.join(["match_3"], "e.m3-40");
  assert.equal(environment.requests.length, 0);
  environment.source.emit("message", goal(43), "e.m3-43");
  await environment.advance(100);
  assert.equal(requestedQuery(), "topic=match_3&last_event_id=e.m3-40");
  for (const seq of [41, 42, 43, 44]) environment.source.emit("message", goal(seq), `e.m3-${seq}`);
  assert.deepEqual([one.messages, two.messages], [["=41", "42", "43", "44"], ["41", "42", "43", "44"]]);
});

test("new topics are added to the connection without a position", async () => {
  const one = await addFirstSubscriber();
  const two = new FakeSubscriber();
  await two.join(["event_1"]);
  await environment.advance(100);
  assert.equal(requestedQuery(), "topic=event_1&topic=match_3&last_event_id=e.m3-41");
  environment.source.emit("message", snapshot(7, "event_1"), "e.e1-7.m3-41");
  environment.source.emit("message", goal(42), "e.e1-7.m3-42");
  assert.deepEqual([one.messages, two.messages], [["=41", "42"], ["=7"]]);
  assert.equal(two.deliveries.cursor, "e.e1-7");
});

test("tabs that are restored together join together, each from its own cursor", async () => {
  const one = await addFirstSubscriber();
  const tabs = [new FakeSubscriber(), new FakeSubscriber(), new FakeSubscriber()];
  await tabs[0].join(["match_4"], "e.m4-9");
  await tabs[1].join(["match_4"], "e.m4-7");
  await tabs[2].join(["match_5"], "e.m5-1");
  await environment.advance(100);
  assert.equal(environment.sources.length, 2);
  assert.equal(requestedQuery(), "topic=match_3&topic=match_4&topic=match_5&last_event_id=e.m3-41.m4-7.m5-1");
  for (const seq of [8, 9, 10]) environment.source.emit("message", goal(seq, "match_4"), `e.m3-41.m4-${seq}.m5-1`);
  assert.deepEqual(tabs.map(({ messages }) => messages), [["10"], ["8", "9", "10"], []]);
  assert.deepEqual(one.messages, ["=41"]);
});

test("a tab that starts where another resumes gets a snapshot first", async () => {
  await addFirstSubscriber();
  const [goesOn, begins] = [new FakeSubscriber(), new FakeSubscriber()];
  await begins.join(["match_4"]);
  await goesOn.join(["match_4"], "e.m4-9");
  await environment.advance(100);
  assert.equal(requestedQuery(), "topic=match_3&topic=match_4&last_event_id=e.m3-41.m4-9");
  environment.source.emit("message", goal(10, "match_4"), "e.m3-41.m4-10");
  assert.deepEqual(begins.messages, [], "not from the middle");
  await flushTasks();
  await environment.respond(200, { cursor: "e.m4-10", messages: [snapshot(10, "match_4")] });
  await environment.advance(100);
  environment.source.emit("message", goal(11, "match_4"), "e.m3-41.m4-11");
  assert.deepEqual([goesOn.messages, begins.messages], [["10", "11"], ["=10", "11"]]);
});

test("another channel of a stream is added without a position, and each goes on from its own", async () => {
  const [results, schedule, whole] = [new FakeSubscriber(), new FakeSubscriber(), new FakeSubscriber()];
  await results.join(["event_1_results"], "e.e1r-42");
  await schedule.join(["event_1_schedule"]);
  await environment.advance(100);
  assert.equal(environment.requests.length, 0, "the server sends the snapshot of what the cursor lacks");
  assert.equal(requestedQuery(), "topic=event_1_results&topic=event_1_schedule&last_event_id=e.e1r-42");
  environment.source.emit("message", snapshot(50, "event_1_schedule"), "e.e1r-42.e1s-50");
  environment.source.emit("message", goal(43, "event_1_results"), "e.e1r-43.e1s-50");
  sendHelloAndLive("e.e1rs-50");
  assert.deepEqual([results.messages, schedule.messages], [["43"], ["=50"]]);
  assert.deepEqual([results.deliveries.cursor, schedule.deliveries.cursor], ["e.e1r-50", "e.e1s-50"]);
  // The whole stream shares its channels with both, so its snapshot is fetched first.
  await whole.join(["event_1"]);
  assert.match(environment.requests.at(-1).url, /topic=event_1&transport=poll&wait=0$/);
  await environment.respond(200, { cursor: "e.e1-51", messages: [snapshot(51, "event_1")] });
  await environment.advance(100);
  assert.match(requestedQuery(), /last_event_id=e\.e1rs-50\.e1a-51$/);
  environment.source.emit("message", goal(51, "event_1_results"), "e.e1-51");
  environment.source.emit("message", goal(52, "event_1_announcements"), "e.e1-52");
  assert.deepEqual([results.messages, whole.messages], [["43", "51"], ["=51", "52"]]);
});

test("a refused topic is left out, and the others go on", async () => {
  const one = await addFirstSubscriber();
  const two = new FakeSubscriber();
  await two.join(["team_7", "match_4"]);
  await environment.advance(100);
  environment.source.fail(2);
  await flushTasks();
  await environment.respond(403);
  for (const status of [200, 200, 403]) await environment.respond(status, { cursor: null, messages: [] });
  assert.equal(requestedQuery(), "topic=match_3&topic=match_4&last_event_id=e.m3-41");
  assert.deepEqual([one.updates, two.updates], [[], ["refused team_7 403"]]);
});

test("g7_revoked_rights_end_those_topics_alone", async () => {
  const tab = new FakeSubscriber();
  await tab.join(["match_3", "team_7"], "e.m3-41.t7-4");
  sendHelloAndLive("e.m3-41.t7-4");
  environment.source.emit("bye", { reason: "access_revoked", topics: ["team_7"] }, "e.m3-41.t7-stop");
  await flushTasks();
  assert.equal(requestedQuery(), "topic=match_3&last_event_id=e.m3-41");
  assert.deepEqual(tab.updates, ["refused team_7 access_revoked"]);
  environment.source.emit("bye", { reason: "access_revoked" }, "e.m3-stop");
  await flushTasks();
  assert.deepEqual(tab.updates, ["refused team_7 access_revoked", "refused match_3 access_revoked"]);
  await environment.advance(600_000);
  assert.equal(environment.sources.length, 2);
});

test("a refusal without topics is checked for each topic", async () => {
  const tab = new FakeSubscriber();
  await tab.join(["match_3", "team_7"], "e.m3-41.t7-4");
  sendHelloAndLive("e.m3-41.t7-4");
  environment.source.emit("bye", { reason: "access_revoked" }, "e.m3-stop");
  await flushTasks();
  await environment.respond(200, { cursor: null, messages: [] });
  await environment.respond(404);
  assert.deepEqual(tab.updates, ["refused team_7 access_revoked"]);
  assert.equal(requestedQuery(), "topic=match_3&last_event_id=e.m3-41");
});

test("of two tabs that each lack the other's position, one joins first", async () => {
  await addFirstSubscriber();
  const [one, two] = [new FakeSubscriber(), new FakeSubscriber()];
  await one.join(["match_4", "match_5"], "e.m4-9");
  await two.join(["match_4", "match_5"], "e.m5-9");
  await environment.advance(100);
  assert.equal(requestedQuery(), "topic=match_3&topic=match_4&topic=match_5&last_event_id=e.m3-41.m4-9");
  assert.match(environment.requests.at(-1).url, /topic=match_4/);
});

test("a close without a refused topic is retried after a delay", async () => {
  const tab = new FakeSubscriber();
  await tab.join(["match_3", "match_4"], "e.m3-41.m4-9");
  sendHelloAndLive("e.m3-41.m4-9");
  environment.source.emit("bye", { reason: "complete" }, "e.m3-stop");
  await flushTasks();
  for (const _ of tab.deliveries.topics) await environment.respond(200, { cursor: null, messages: [] });
  assert.equal(environment.sources.length, 1);
  await environment.advance(1_000);
  assert.equal(environment.sources.length, 2);
  assert.deepEqual([tab.updates, tab.phase], [[], "lost"]);
});

test("a tab that joins while topics are checked is not refused", async () => {
  const tab = new FakeSubscriber();
  await tab.join(["match_3", "team_7"], "e.m3-41.t7-4");
  environment.source.fail(2);
  await flushTasks();
  await environment.respond(401); // while each topic is checked, somebody signs in and joins
  const [first] = environment.requests.slice(-1);
  const two = new FakeSubscriber();
  await two.join(["match_3"], "e.m3-41");
  await environment.advance(100);
  assert.equal(environment.sources.length, 2);
  first.resolve({ ok: true, status: 200, headers: new Headers(), json: async () => ({ cursor: null, messages: [] }) });
  await flushTasks();
  await environment.respond(401);
  assert.deepEqual(tab.updates, []);
  assert.equal(environment.sources.length, 2);
});

test("a tab over the topic limit is told to connect alone", async () => {
  await addFirstSubscriber();
  const two = new FakeSubscriber();
  await two.join(Array.from({ length: 32 }, (_, at) => `match_${at + 10}`));
  assert.deepEqual(two.updates, ["full"]);
});

test("the connection closes when the last tab leaves, and silent tabs are removed", async () => {
  const one = await addFirstSubscriber();
  const two = new FakeSubscriber();
  await two.join(["match_3"], "e.m3-41");
  await environment.advance(100);
  await one.send("leave");
  assert.equal(environment.source.readyState, 1 - 1, "the other tab is still connected");
  await environment.advance(180_001);
  await new FakeSubscriber().send("ping");
  assert.equal(environment.source.readyState, 2);
});

test("a failed fetch for a new tab is retried", async () => {
  await addFirstSubscriber();
  const two = new FakeSubscriber();
  await two.join(["match_3"]);
  await environment.respond(503);
  await environment.advance(3_000);
  await environment.respond(200, { cursor: "e.m3-42", messages: [snapshot(42)] });
  assert.deepEqual(two.messages, ["=42"]);
});
