import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { FakeWorld, settled } from "./fakes.test.js";
import { Hub } from "./hub.js";
import { Ledger } from "./ledger.js";

const SITE = { base: "", withCredentials: false };
const goal = (seq, topic = "match_3") => ({ type: "incident_added", topic, seq, at: "", data: {} });
const snapshot = (seq, topic = "match_3") => ({ ...goal(seq, topic), type: "snapshot", reason: "connected" });

let world;
let hub;

beforeEach(() => {
  world = new FakeWorld();
  hub = new Hub(SITE, world);
});

/** A tab, with its ledger as a stream has it. */
class FakeTab {
  told = [];
  words = [];
  join(topics, cursor = null) {
    this.ledger = new Ledger(topics, cursor);
    hub.hear(this, { do: "join", topics, cursor, site: SITE }, (said) => this.#hear(said));
    return settled();
  }
  say(word) {
    hub.hear(this, { do: word }, (said) => this.#hear(said));
    return settled();
  }
  #hear(said) {
    if (said.say === "sign") assert.ok(this.ledger.reach(said.cursor), `a gap before ${said.cursor}`);
    else if (said.say === "phase") this.phase = said.phase;
    else if (said.say !== "message") this.words.push(said.say === "refused" ? `refused ${said.topics} ${said.why}` : said.say);
    else {
      const verdict = this.ledger.judge(said.message);
      assert.notEqual(verdict, "gap", `before ${said.message.seq}`);
      if (verdict === "known") return;
      this.ledger.note(said.message, said.cursor);
      this.told.push(`${said.message.type === "snapshot" ? "=" : ""}${said.message.seq}`);
    }
  }
}

function live(cursor) {
  world.source.readyState = 1;
  world.source.say("hello", { heartbeat_ms: 15_000, at: "2026-11-21T15:00:00.000Z" });
  world.source.say("live", { replayed: 0 }, cursor);
}

const asked = () => decodeURIComponent(world.source.url.replace("/api/stream/?", ""));

async function firstTab() {
  const tab = new FakeTab();
  await tab.join(["match_3"]);
  world.source.say("message", snapshot(41), "e.41");
  live("e.41");
  return tab;
}

test("a tab that comes later gets the state of now, and then what the others get", async () => {
  const one = await firstTab();
  const two = new FakeTab();
  await two.join(["match_3"]);
  assert.match(world.requests.at(-1).url, /topic=match_3&transport=poll&wait=0$/);
  world.source.say("message", goal(42), "e.42");
  await world.answer(200, { cursor: "e.42", messages: [snapshot(42)] });
  await world.pass(100);
  assert.equal(asked(), "topic=match_3&last_event_id=e.m3-42");
  world.source.say("message", goal(43), "e.43");
  assert.deepEqual([one.told, two.told], [["=41", "42", "43"], ["=42", "43"]]);
});

test("g3_a_tab_that_is_behind_gets_what_it_missed_and_the_others_nothing_twice", async () => {
  const one = await firstTab();
  world.source.say("message", goal(42), "e.42");
  const two = new FakeTab();
  await two.join(["match_3"], "e.m3-40");
  assert.equal(world.requests.length, 0);
  world.source.say("message", goal(43), "e.43");
  await world.pass(100);
  assert.equal(asked(), "topic=match_3&last_event_id=e.m3-40");
  for (const seq of [41, 42, 43, 44]) world.source.say("message", goal(seq), `e.${seq}`);
  assert.deepEqual([one.told, two.told], [["=41", "42", "43", "44"], ["41", "42", "43", "44"]]);
});

test("new topics are added to the connection, whose cursor lacks them", async () => {
  const one = await firstTab();
  const two = new FakeTab();
  await two.join(["event_1"]);
  await world.pass(100);
  assert.equal(asked(), "topic=event_1&topic=match_3&last_event_id=e.m3-41");
  world.source.say("message", snapshot(7, "event_1"), "e.e1-7.m3-41");
  world.source.say("message", goal(42), "e.e1-7.m3-42");
  assert.deepEqual([one.told, two.told], [["=41", "42"], ["=7"]]);
  assert.equal(two.ledger.cursor, "e.e1-7");
});

test("tabs that are restored together join together, each from its own cursor", async () => {
  const one = await firstTab();
  const tabs = [new FakeTab(), new FakeTab(), new FakeTab()];
  await tabs[0].join(["match_4"], "e.m4-9");
  await tabs[1].join(["match_4"], "e.m4-7");
  await tabs[2].join(["match_5"], "e.m5-1");
  await world.pass(100);
  assert.equal(world.sources.length, 2);
  assert.equal(asked(), "topic=match_3&topic=match_4&topic=match_5&last_event_id=e.m3-41.m4-7.m5-1");
  for (const seq of [8, 9, 10]) world.source.say("message", goal(seq, "match_4"), `e.m3-41.m4-${seq}.m5-1`);
  assert.deepEqual(tabs.map(({ told }) => told), [["10"], ["8", "9", "10"], []]);
  assert.deepEqual(one.told, ["=41"]);
});

test("who begins where another goes on is told the beginning first", async () => {
  await firstTab();
  const [goesOn, begins] = [new FakeTab(), new FakeTab()];
  await begins.join(["match_4"]);
  await goesOn.join(["match_4"], "e.m4-9");
  await world.pass(100);
  assert.equal(asked(), "topic=match_3&topic=match_4&last_event_id=e.m3-41.m4-9");
  world.source.say("message", goal(10, "match_4"), "e.m3-41.m4-10");
  assert.deepEqual(begins.told, [], "not from the middle");
  await settled();
  await world.answer(200, { cursor: "e.10", messages: [snapshot(10, "match_4")] });
  await world.pass(100);
  world.source.say("message", goal(11, "match_4"), "e.m3-41.m4-11");
  assert.deepEqual([goesOn.told, begins.told], [["10", "11"], ["=10", "11"]]);
});

test("a topic that may not be read is left out, and the others go on", async () => {
  const one = await firstTab();
  const two = new FakeTab();
  await two.join(["team_7", "match_4"]);
  await world.pass(100);
  world.source.fail(2);
  await settled();
  await world.answer(403);
  for (const status of [200, 200, 403]) await world.answer(status, { cursor: null, messages: [] });
  assert.equal(asked(), "topic=match_3&topic=match_4&last_event_id=e.m3-41");
  assert.deepEqual([one.words, two.words], [[], ["refused team_7 403"]]);
});

test("g7_rights_that_are_taken_away_end_those_topics_alone", async () => {
  const tab = new FakeTab();
  await tab.join(["match_3", "team_7"], "e.m3-41.t7-4");
  live("e.m3-41.t7-4");
  world.source.say("bye", { reason: "access_revoked", topics: ["team_7"], cursor: "e.m3-41" }, "e.m3-41");
  await settled();
  assert.equal(asked(), "topic=match_3&last_event_id=e.m3-41");
  assert.deepEqual(tab.words, ["refused team_7 access_revoked"]);
  world.source.say("bye", { reason: "access_revoked" }, "e.stop");
  await settled();
  assert.deepEqual(tab.words, ["refused team_7 access_revoked", "refused match_3 access_revoked"]);
  await world.pass(600_000);
  assert.equal(world.sources.length, 2);
});

test("a server that can't say which is asked about each", async () => {
  const tab = new FakeTab();
  await tab.join(["match_3", "team_7"], "e.m3-41.t7-4");
  live("e.m3-41.t7-4");
  world.source.say("bye", { reason: "access_revoked" }, "e.stop");
  await settled();
  await world.answer(200, { cursor: null, messages: [] });
  await world.answer(404);
  assert.deepEqual(tab.words, ["refused team_7 access_revoked"]);
  assert.equal(asked(), "topic=match_3&last_event_id=e.m3-41");
});

test("of two that each lack what the other has, one goes first", async () => {
  await firstTab();
  const [one, two] = [new FakeTab(), new FakeTab()];
  await one.join(["match_4", "match_5"], "e.m4-9");
  await two.join(["match_4", "match_5"], "e.m5-9");
  await world.pass(100);
  assert.equal(asked(), "topic=match_3&topic=match_4&topic=match_5&last_event_id=e.m3-41.m4-9");
  assert.match(world.requests.at(-1).url, /topic=match_4/);
});

test("an end that is none of the topics' fault is tried again, and not at once", async () => {
  const tab = new FakeTab();
  await tab.join(["match_3", "match_4"], "e.m3-41.m4-9");
  live("e.m3-41.m4-9");
  world.source.say("bye", { reason: "complete" }, "e.stop");
  await settled();
  for (const _ of tab.ledger.topics) await world.answer(200, { cursor: null, messages: [] });
  assert.equal(world.sources.length, 1);
  await world.pass(1_000);
  assert.equal(world.sources.length, 2);
  assert.deepEqual([tab.words, tab.phase], [[], "lost"]);
});

test("a tab that joins while topics are asked about is not taken for refused", async () => {
  const tab = new FakeTab();
  await tab.join(["match_3", "team_7"], "e.m3-41.t7-4");
  world.source.fail(2);
  await settled();
  await world.answer(401); // and while each is asked for, somebody signs in and joins
  const [first] = world.requests.slice(-1);
  const two = new FakeTab();
  await two.join(["match_3"], "e.m3-41");
  await world.pass(100);
  assert.equal(world.sources.length, 2);
  first.resolve({ ok: true, status: 200, headers: new Headers(), json: async () => ({ cursor: null, messages: [] }) });
  await settled();
  await world.answer(401);
  assert.deepEqual(tab.words, []);
  assert.equal(world.sources.length, 2);
});

test("over the topics of one connection a tab is sent to read alone", async () => {
  await firstTab();
  const two = new FakeTab();
  await two.join(Array.from({ length: 32 }, (_, at) => `match_${at + 10}`));
  assert.deepEqual(two.words, ["full"]);
});

test("the last to leave ends it, and one that never said so is forgotten", async () => {
  const one = await firstTab();
  const two = new FakeTab();
  await two.join(["match_3"], "e.m3-41");
  await world.pass(100);
  await one.say("leave");
  assert.equal(world.source.readyState, 1 - 1, "two still reads");
  await world.pass(180_001);
  await new FakeTab().say("ping");
  assert.equal(world.source.readyState, 2);
});

test("a server that is away is asked again for what a tab needs to begin with", async () => {
  await firstTab();
  const two = new FakeTab();
  await two.join(["match_3"]);
  await world.answer(503);
  await world.pass(3_000);
  await world.answer(200, { cursor: "e.42", messages: [snapshot(42)] });
  assert.deepEqual(two.told, ["=42"]);
});
