import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Connection } from "./connection.js";
import { FakeEnvironment, flushTasks } from "./fakes.test.js";

const hello = { connection: "c-1", heartbeat_ms: 15_000, at: "2026-11-21T15:00:02.000Z" };
const goal = (seq) => ({ type: "incident_added", topic: "match_3", seq, at: "", data: {} });
const batch = (cursor, ...seqs) => ({ cursor, messages: seqs.map(goal) });

/** @type {FakeEnvironment} */ let environment;
let messages;
let phases;
let refusals;
/** @type {Connection} */ let connection;

beforeEach(async () => {
  environment = new FakeEnvironment();
  messages = [];
  phases = [];
  refusals = [];
  const address = (cursor, more) => `/s?${new URLSearchParams({ ...more, ...(cursor ? { cursor } : {}) })}`;
  const onPhase = (phase) => phase !== phases.at(-1) && phases.push(phase);
  const onRefused = (reason, remaining) => refusals.push([reason, remaining]);
  connection = new Connection(address, { onMessage: ({ seq }) => messages.push(seq), onLivenessSignal() {}, onPhase, onRefused }, environment);
  connection.open();
  await flushTasks();
});

/** Closes the source, answers the status poll, and waits for the next source. */
async function closed(status, page) {
  const before = environment.sources.length;
  const since = environment.time;
  environment.source.fail(2);
  await flushTasks();
  await environment.respond(status, page);
  while (environment.sources.length === before) await environment.advance(500);
  return environment.time - since;
}

function sendHelloAndLive(cursor = "e.m3-41") {
  environment.source.readyState = 1;
  environment.source.emit("hello", hello);
  environment.source.emit("live", { replayed: 0 }, cursor);
}

test("g8_three_missed_heartbeats_reopen_the_connection", async () => {
  sendHelloAndLive();
  await environment.advance(44_999);
  assert.equal(environment.sources.length, 1);
  environment.source.emit("heartbeat", { at: hello.at }, "e.m3-41");
  await environment.advance(44_999);
  assert.equal(environment.sources.length, 1);
  await environment.advance(1);
  assert.equal(environment.sources.length, 2);
  assert.equal(environment.sources[0].readyState, 2);
  assert.equal(environment.source.url, "/s?cursor=e.m3-41");
});

test("g8_a_stale_server_counts_as_lost_and_its_stream_stays_open", async () => {
  sendHelloAndLive();
  for (let beat = 0; beat < 8; beat += 1) {
    await environment.advance(15_000);
    environment.source.emit("heartbeat", { at: hello.at, stale_since: hello.at }, "e.m3-41");
    assert.equal(phases.at(-1), "lost");
  }
  assert.equal(environment.sources.length, 1, "another connection would see no more");
  environment.source.emit("message", goal(42), "e.m3-42");
  environment.source.emit("heartbeat", { at: hello.at }, "e.m3-42");
  assert.equal(phases.at(-1), "live");
  assert.deepEqual(messages, [42]);
});

test("the heartbeat interval of `hello` sets the silence time-out", async () => {
  environment.source.emit("hello", { ...hello, heartbeat_ms: 1_000 });
  await environment.advance(3_000);
  assert.equal(environment.sources.length, 2);
});

test("EventSource's own reconnect is left alone", async () => {
  sendHelloAndLive();
  environment.source.fail(0);
  assert.equal(phases.at(-1), "lost");
  await environment.advance(4_000);
  assert.equal(environment.sources.length, 1);
  sendHelloAndLive();
  assert.equal(phases.at(-1), "live");
});

test("an EventSource that never reconnects is replaced", async () => {
  sendHelloAndLive();
  environment.source.fail(0);
  await environment.advance(45_000);
  assert.equal(environment.sources.length, 2);
});

test("a closed EventSource is replaced after growing delays", async () => {
  sendHelloAndLive();
  const waits = [];
  for (let round = 0; round < 4; round += 1) waits.push(await closed(502));
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000]);
});

test("delays are jittered and capped", async () => {
  for (let round = 0; round < 40; round += 1) await closed(502);
  assert.equal(await closed(502), 30_000);
  environment.random = () => 0;
  assert.equal(await closed(502), 15_000);
});

test("Retry-After sets the delay", async () => {
  environment.source.fail(2);
  await flushTasks();
  await environment.respond(503, null, { "Retry-After": "20" });
  await environment.advance(19_999);
  assert.equal(environment.sources.length, 1);
  await environment.advance(1);
  assert.equal(environment.sources.length, 2);
});

for (const status of [204, 400, 401, 403, 404, 410]) {
  test(`status ${status} ends the connection`, async () => {
    environment.source.fail(2);
    await flushTasks();
    await environment.respond(status);
    await environment.advance(600_000);
    assert.deepEqual(refusals, [[String(status), {}]]);
    assert.equal(environment.sources.length + environment.requests.length, 2);
  });
}

for (const status of [408, 429, 500, 502, 503]) {
  test(`status ${status} is retried`, async () => {
    environment.source.fail(2);
    await flushTasks();
    await environment.respond(status);
    await environment.advance(1_000);
    assert.equal(environment.sources.length, 2);
  });
}

test("a captive portal's sign-in page is not an answer", async () => {
  environment.source.fail(2);
  await flushTasks();
  await environment.respond(200, { please: "pay" });
  await environment.advance(1_000);
  assert.equal(environment.sources.length, 2);
});

test("a bye with a stop cursor ends the connection, and the cursor is not stored", async () => {
  sendHelloAndLive();
  environment.source.emit("bye", { reason: "complete" }, "e.m3-stop");
  await environment.advance(600_000);
  assert.deepEqual(refusals, [["complete", { topics: undefined, cursor: undefined }]]);
  assert.equal(environment.sources.length, 1);
  assert.equal(connection.cursor, "e.m3-41");
});

test("a bye for some topics names them and the cursor of the others", () => {
  sendHelloAndLive();
  environment.source.emit("bye", { reason: "access_revoked", topics: ["team_7"] }, "e.m3-41.t7-stop");
  assert.deepEqual(refusals, [["access_revoked", { topics: ["team_7"], cursor: "e.m3-41.t7-stop" }]]);
  assert.equal(connection.cursor, "e.m3-41", "what is stopped is not stored");
  assert.equal(environment.source.readyState, 2);
});

test("a refused request ends the connection, whatever its bye says", () => {
  environment.source.emit("hello", hello);
  environment.source.emit("bye", { reason: "bad_request", detail: "types: …" }, "e.m3-stop");
  assert.deepEqual(refusals, [["bad_request", { topics: undefined, cursor: undefined }]]);
  assert.equal(environment.source.readyState, 2);
});

test("after any other bye EventSource reconnects by itself", () => {
  sendHelloAndLive();
  environment.source.emit("bye", { reason: "draining" }, "e.m3-41");
  assert.equal(environment.source.readyState, 1);
});

async function startPolling() {
  await environment.advance(5_000);
  await environment.respond(200, batch("e.m3-1"));
}

test("without a hello it long-polls from the same cursor", async () => {
  sendHelloAndLive();
  connection.open();
  await environment.advance(5_000);
  assert.equal(environment.requests.at(-1).url, "/s?transport=poll&wait=0&cursor=e.m3-41");
  await environment.respond(200, batch("e.m3-42", 42));
  assert.equal(phases.at(-1), "live");
  assert.equal(environment.requests.at(-1).url, "/s?transport=poll&wait=15&cursor=e.m3-42");
  await environment.respond(200, batch("e.m3-44", 43, 44));
  assert.deepEqual(messages, [42, 43, 44]);
  assert.match(environment.requests.at(-1).url, /e\.m3-44$/);
});

test("two hellos that nothing follows lead to long-polling", async () => {
  for (let round = 0; round < 2; round += 1) {
    environment.source.emit("hello", hello);
    await environment.advance(45_000);
  }
  assert.equal(environment.requests.length, 1);
});

test("a quiet stream with heartbeats is not taken for a buffered one", async () => {
  for (let round = 0; round < 5; round += 1) {
    sendHelloAndLive();
    environment.source.emit("heartbeat", { at: hello.at }, "e.m3-41");
    await environment.advance(45_000);
  }
  assert.equal(environment.requests.length, 0);
});

test("after ten minutes of polling it probes streaming, and switches when the stream works", async () => {
  await startPolling();
  for (let poll = 0; poll < 40; poll += 1) {
    await environment.advance(15_000);
    await environment.respond(200, batch("e.m3-1"));
  }
  assert.equal(environment.sources.length, 2);
  assert.match(environment.source.url, /padding=1/);
  const requestCount = environment.requests.length;
  environment.source.emit("hello", hello);
  environment.source.emit("live", { replayed: 0 }, "e.m3-1");
  await environment.advance(14_000);
  assert.equal(environment.requests.length, requestCount, "the polling has ended");
  assert.equal(phases.at(-1), "live");
});

test("a probe without a hello is dropped, and polling never stopped", async () => {
  await startPolling();
  for (let poll = 0; poll < 42; poll += 1) {
    await environment.advance(15_000);
    await environment.respond(200, batch("e.m3-1"));
  }
  assert.equal(environment.sources.length, 2);
  assert.equal(environment.source.readyState, 2);
  assert.equal(environment.requests.length, 44);
  assert.equal(phases.filter((phase) => phase === "lost").length, 1);
});

test("a failed or hanging poll leads back to the stream", async () => {
  await startPolling();
  await environment.advance(25_000);
  assert.equal(phases.at(-1), "lost");
  await environment.advance(1_000);
  assert.equal(environment.sources.length, 2);
});

test("a stream that was closed once is retried before polling", async () => {
  sendHelloAndLive();
  environment.source.fail(2);
  await flushTasks();
  await environment.respond(200, batch("e.m3-42", 42));
  await environment.advance(1_000);
  assert.equal(environment.sources.length, 2);
  assert.equal(environment.source.url, "/s?cursor=e.m3-42");
});

test("repeated closes lead to polling", async () => {
  for (let round = 1; round < 3; round += 1) await closed(200, batch("e.m3-42"));
  environment.source.fail(2);
  await flushTasks();
  await environment.respond(200, batch("e.m3-42"));
  assert.equal(environment.sources.length, 3);
  assert.match(environment.requests.at(-1).url, /wait=15/);
});

test("after close it delivers nothing", async () => {
  const { source } = environment;
  connection.close();
  source.readyState = 1;
  source.emit("message", goal(42), "e.m3-42");
  await environment.advance(600_000);
  assert.deepEqual(messages, []);
  assert.equal(environment.timers.size, 0);
});
