import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { FakeChannels, FakeLocks, FakeEnvironment, flushTasks } from "./fakes.test.js";
import { Outbox } from "./outbox.js";

/** Stands in for IndexedDB; a full one can be read, but rejects writes. */
class FakeDisk {
  entries = [];
  last = 0;
  isFull = false;

  #check() {
    if (this.isFull) throw new Error("QuotaExceededError");
  }
  async add(entry) {
    this.#check();
    this.last += 1;
    this.entries.push({ ...entry, number: this.last });
    return this.last;
  }
  async oldestFirst(scope) {
    return this.entries.filter((entry) => entry.scope === scope).sort((a, b) => a.number - b.number);
  }
  async replace(entry) {
    this.#check();
    this.entries = this.entries.map((stored) => (stored.number === entry.number ? entry : stored));
  }
  async remove(number) {
    this.entries = this.entries.filter((stored) => stored.number !== number);
  }
}

/** @type {FakeEnvironment} */ let environment;
/** @type {FakeDisk} */ let disk;
/** @type {Outbox[]} */ let outboxes;

beforeEach(() => {
  environment = new FakeEnvironment();
  environment.sharing = { openWorker: null, locks: new FakeLocks(), openChannel: new FakeChannels().open };
  disk = new FakeDisk();
  outboxes = [];
});
afterEach(() => outboxes.forEach((outbox) => outbox.close()));

async function open(options = {}) {
  const outbox = new Outbox(3, { environment, storage: disk, ...options });
  outboxes.push(outbox);
  await flushTasks();
  return outbox;
}

async function recordGoals(outbox, ...minutes) {
  for (const minute of minutes) outbox.add("incidents", { kind: "goal", minute });
  await flushTasks();
  await flushTasks();
}

const sentCommands = (at = -1) => JSON.parse(environment.requests.at(at).init.body);
const minutes = (at) => sentCommands(at).map(({ body }) => body.minute);
const problem = { type: "about:blank", status: 409, code: "wrong-state", detail: "The match has ended." };

/** Answers the last request with a status for each entry, or a problem for refused ones. */
async function acceptBatch(...results) {
  const items = sentCommands().map(({ client_id }, at) => {
    const result = results[at] ?? "applied";
    return typeof result === "string" ? { client_id, status: result, answer: { id: at }, cursor: `df0a5d.${at + 5}` } : { client_id, status: "rejected", problem: result };
  });
  await environment.respond(200, { items });
  await flushTasks();
}

async function openOfflineOutbox() {
  environment.requests.at(-1).reject(new TypeError("Failed to fetch"));
  await flushTasks();
}

test("a command is sent at once, and stored until the server has settled it", async () => {
  const outbox = await open();
  await recordGoals(outbox, 12);
  assert.equal(environment.requests.at(-1).url, "/api/matches/3/sync");
  const [{ client_id, ...entry }] = sentCommands();
  assert.ok(client_id.length >= 32);
  assert.deepEqual(entry, { occurred_at: "2026-11-21T15:00:00.000Z", method: "POST", action: "incidents", body: { kind: "goal", minute: 12 } });
  assert.equal(disk.entries.length, 1, "a crash now loses nothing");
  assert.equal(outbox.state, "sending");
  await acceptBatch();
  assert.equal(disk.entries.length, 0);
  assert.equal(outbox.state, "empty");
});

test("commands recorded offline are sent in order, within five seconds after the network is back", async () => {
  const outbox = await open();
  await recordGoals(outbox, 1);
  await openOfflineOutbox();
  await recordGoals(outbox, 2, 3);
  while (environment.requests.at(-1).url && environment.time < Date.parse("2026-11-21T15:01:00Z")) {
    const requestCount = environment.requests.length;
    await openOfflineOutbox();
    const since = environment.time;
    while (environment.requests.length === requestCount) await environment.advance(100);
    assert.ok(environment.time - since < 5_000);
  }
  assert.equal(outbox.state, "sending");
  assert.deepEqual(minutes(), [1, 2, 3]);
  await acceptBatch();
  assert.deepEqual(disk.entries, []);
});

test("a retry uses the same key, whether or not the first request arrived", async () => {
  const outbox = await open();
  await recordGoals(outbox, 1);
  const [{ client_id }] = sentCommands();
  await openOfflineOutbox();
  await environment.advance(5_000);
  assert.equal(sentCommands()[0].client_id, client_id);
  const settledAs = [];
  outbox.options.onSettled = (entry, answer, cursor) => settledAs.push([entry.client_id, answer, cursor]);
  await acceptBatch("duplicate");
  assert.deepEqual(settledAs, [[client_id, { id: 0 }, "df0a5d.5"]]);
  assert.deepEqual(disk.entries, []);
});

test("when the network is back, a request into the old one is aborted", async () => {
  const outbox = await open();
  await recordGoals(outbox, 1);
  const requestCount = environment.requests.length;
  environment.window.dispatchEvent(new Event("online"));
  await flushTasks();
  await flushTasks();
  assert.equal(environment.requests.length, requestCount + 1);
  assert.equal(outbox.entries.length, 1);
});

test("a request that hangs is aborted", async () => {
  const outbox = await open();
  await recordGoals(outbox, 1);
  await environment.advance(10_000);
  assert.equal(outbox.state, "waiting");
  await environment.advance(4_000);
  assert.equal(environment.requests.length, 2);
});

test("a new tab sends what a closed one left behind", async () => {
  const first = await open();
  await recordGoals(first, 1, 2);
  await openOfflineOutbox();
  first.close();
  await open();
  assert.deepEqual(minutes(), [1, 2]);
});

test("refused commands are kept with the reason, and the others go on", async () => {
  const refusals = [];
  const outbox = await open({ onRefused: (entry, problem) => refusals.push([entry.body.minute, problem.code]) });
  await recordGoals(outbox, 1);
  await openOfflineOutbox();
  await recordGoals(outbox, 2, 3);
  await environment.advance(5_000);
  await acceptBatch("applied", problem, "applied");
  assert.deepEqual(refusals, [[2, "wrong-state"]]);
  assert.equal(outbox.state, "empty");
  assert.deepEqual(outbox.entries.map(({ state, body, problem: why }) => [state, body.minute, why.detail]), [["refused", 2, "The match has ended."]]);

  const next = await open();
  assert.equal(next.entries.length, 1, "also after a reload");
  const { client_id } = next.entries[0];
  await next.retry(client_id);
  await flushTasks();
  assert.deepEqual(minutes(), [2]);
  assert.notEqual(sentCommands()[0].client_id, client_id, "the server remembers the refusal of the old key");
  await acceptBatch(problem);
  await next.discard(next.entries[0].client_id);
  assert.deepEqual(disk.entries, []);
});

test("a signed-out outbox waits until somebody signs in", async () => {
  const outbox = await open();
  await recordGoals(outbox, 1);
  await environment.respond(401, { code: "not-signed-in" });
  assert.equal(outbox.state, "signed-out");
  await environment.advance(20_000);
  assert.equal(environment.requests.length, 1);
  outbox.resumeAfterSignIn();
  await flushTasks();
  await flushTasks();
  assert.equal(environment.requests.length, 2);
  await acceptBatch();
  assert.equal(outbox.state, "empty");
});

for (const status of [429, 503]) {
  test(`Retry-After of a ${status} also holds for later commands and wake-ups`, async () => {
    const outbox = await open();
    await recordGoals(outbox, 1);
    await environment.respond(status, {}, { "Retry-After": "17" });
    await recordGoals(outbox, 2);
    environment.window.dispatchEvent(new Event("online"));
    await environment.advance(16_900);
    assert.equal(environment.requests.length, 1);
    await environment.advance(100);
    await flushTasks();
    assert.deepEqual(minutes(), [1, 2]);
  });
}

test("an item that must wait keeps the order of what follows", async () => {
  const outbox = await open();
  await recordGoals(outbox, 1);
  await openOfflineOutbox();
  await recordGoals(outbox, 2);
  await environment.advance(5_000);
  await acceptBatch({ status: 429 }, { status: 429 });
  assert.equal(outbox.state, "waiting");
  await environment.advance(5_000);
  assert.deepEqual(minutes(), [1, 2]);
});

test("a batch that is too large is sent one by one", async () => {
  const outbox = await open();
  await recordGoals(outbox, 1);
  await openOfflineOutbox();
  await recordGoals(outbox, 2);
  await environment.advance(5_000);
  const kind = { "Content-Type": "application/problem+json" };
  await environment.respond(413, { status: 413, code: "body-too-large" }, kind);
  await flushTasks();
  assert.deepEqual(minutes(), [1]);
  await environment.respond(413, { status: 413, code: "body-too-large" }, kind);
  await flushTasks();
  assert.deepEqual(minutes(), [2]);
  await acceptBatch();
  assert.deepEqual(outbox.entries.map(({ problem: why }) => why.code), ["body-too-large"]);
});

for (const [status, page] of [[200, "<html>"], [403, "<html>pay here"], [502, "<html>"]]) {
  test(`a captive portal's page with status ${status} settles nothing`, async () => {
    const outbox = await open();
    await recordGoals(outbox, 1);
    await environment.respond(status, page, { "Content-Type": "text/html" });
    assert.equal(outbox.state, "waiting");
    assert.deepEqual(outbox.entries.map(({ state }) => state), ["waiting"]);
  });
}

test("two tabs of one scorer take turns, and see each other's entries", async () => {
  const [one, two] = [await open(), await open()];
  await recordGoals(one, 1);
  await recordGoals(two, 2);
  assert.equal(environment.requests.length, 1);
  await acceptBatch();
  await flushTasks();
  assert.deepEqual(minutes(), [2]);
  assert.equal(one.entries.length, 1);
  await acceptBatch();
  await flushTasks();
  assert.equal(environment.requests.length, 2);
  assert.deepEqual([one.state, two.state, disk.entries.length], ["empty", "empty", 0]);
});

test("a tab that froze while sending doesn't block the others forever", async () => {
  const one = await open();
  await recordGoals(one, 1);
  environment.timers.clear(); // the tab is frozen with a request in flight, and holds the lock
  const two = await open();
  await recordGoals(two, 2);
  assert.equal(environment.requests.length, 1);
  await environment.advance(15_000);
  await flushTasks();
  assert.deepEqual(minutes(), [1, 2], "with the same keys, so nothing counts twice");
});

test("without a disk it reports so and keeps the entries in memory, in order", async () => {
  const outbox = await open();
  await recordGoals(outbox, 1);
  await openOfflineOutbox();
  disk.isFull = true;
  await recordGoals(outbox, 2);
  assert.equal(outbox.storageKind, "memory");
  assert.equal(outbox.storage.failureReason, "QuotaExceededError");
  disk.isFull = false;
  await openOfflineOutbox();
  await recordGoals(outbox, 3);
  assert.equal(outbox.storageKind, "memory", "3 must not overtake 2");
  await environment.advance(5_000);
  assert.deepEqual(minutes(), [1, 2, 3]);
  await acceptBatch();
  await recordGoals(outbox, 4);
  assert.equal(outbox.storageKind, "disk");
});

test("without storage, or with one that never answers, nothing is lost while the tab lives", async () => {
  for (const storage of [null, { add: () => new Promise(() => {}), oldestFirst: async () => [] }]) {
    const outbox = await open({ storage });
    await recordGoals(outbox, 1);
    await environment.advance(2_000);
    await flushTasks();
    assert.equal(outbox.storageKind, "memory");
    assert.deepEqual(minutes(), [1]);
    await acceptBatch();
    assert.equal(outbox.state, "empty");
  }
});

test("entries of another scorer on this device are left alone", async () => {
  const ann = await open({ scorer: "ann" });
  await recordGoals(ann, 1);
  await openOfflineOutbox();
  ann.close();
  const bo = await open({ scorer: "bo" });
  assert.equal(environment.requests.length, 1);
  assert.deepEqual(bo.entries, []);
});
