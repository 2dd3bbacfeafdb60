// Fakes of the browser for the tests: a clock, a network, locks and channels.

import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { test } from "node:test";

// All browsers have it as a global; Node 18 has it in a module.
globalThis.crypto ??= webcrypto;

/** An environment whose clock only moves in `advance`, with an EventSource that the test emits from. */
export class FakeEnvironment {
  time = Date.parse("2026-11-21T15:00:00.000Z");
  timers = new Map();
  sources = [];
  requests = [];
  stored = new Map();
  document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  window = new EventTarget();
  responses = [];

  constructor() {
    const environment = this;
    this.EventSource = class extends EventTarget {
      CLOSED = 2;
      readyState = 0;
      constructor(url, { withCredentials } = {}) {
        super();
        Object.assign(this, { url, withCredentials });
        environment.sources.push(this);
      }
      close() {
        this.readyState = 2;
      }
      emit(name, data, lastEventId = "") {
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
      getItem: (key) => this.stored.get(key) ?? null,
      setItem: (key, value) => this.stored.set(key, value),
      removeItem: (key) => this.stored.delete(key),
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
  fetch = (url, { signal, ...init }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("aborted")));
      this.requests.push({ url, init, resolve, reject });
    });

  get source() {
    return this.sources.at(-1);
  }

  /** Moves the clock, running the timers that fall due on the way. */
  async advance(ms) {
    await flushTasks();
    const end = this.time + ms;
    for (;;) {
      const due = [...this.timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.timers.delete(due[0]);
      this.time = due[1].at;
      due[1].run();
      await flushTasks();
    }
    this.time = end;
    await flushTasks();
  }

  async respond(status, page, headers = {}) {
    this.requests.at(-1).resolve(fakeResponse(status, page, headers));
    await flushTasks();
  }
}

export async function flushTasks() {
  for (let round = 0; round < 12; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Web Locks of one browser: queueing, aborting, stealing. */
export class FakeLocks {
  locks = new Map();

  request(name, options, act) {
    return new Promise((resolve, reject) => {
      const request = { act, resolve, reject };
      const lock = this.locks.get(name) ?? { waiting: [], holder: null };
      this.locks.set(name, lock);
      options.signal?.addEventListener("abort", () => {
        const index = lock.waiting.indexOf(request);
        if (index >= 0) lock.waiting.splice(index, 1);
        if (index >= 0) reject(new Error("aborted"));
      });
      if (options.steal && lock.holder) {
        lock.holder.reject(new Error("stolen"));
        lock.holder = null;
      }
      if (options.steal) lock.waiting.unshift(request);
      else lock.waiting.push(request);
      this.#next(lock);
    });
  }

  #next(lock) {
    if (lock.holder || lock.waiting.length === 0) return;
    const holder = lock.waiting.shift();
    lock.holder = holder;
    const done = (end) => (value) => {
      if (lock.holder === holder) lock.holder = null;
      end(value);
      this.#next(lock);
    };
    Promise.resolve().then(() => holder.act()).then(done(holder.resolve), done(holder.reject));
  }
}

/** BroadcastChannels of one browser; a frozen one neither sends nor receives. */
export class FakeChannels {
  all = new Set();

  open = (name) => {
    const channel = {
      name,
      onmessage: null,
      isFrozen: false,
      postMessage: (data) => {
        if (!this.all.has(channel)) throw new Error("the channel is closed");
        if (channel.isFrozen) return;
        const copy = structuredClone(data);
        for (const other of this.all) {
          if (other !== channel && other.name === name) setImmediate(() => this.all.has(other) && !other.isFrozen && other.onmessage?.({ data: copy }));
        }
      },
      close: () => this.all.delete(channel),
    };
    this.all.add(channel);
    return channel;
  };
}

const fakeResponse = (status, page, headers) =>
  ({ status, ok: status >= 200 && status < 300, headers: new Headers(headers), json: async () => page });

test("the fake clock runs timers in order", async () => {
  const environment = new FakeEnvironment();
  const ran = [];
  environment.setTimeout(() => ran.push("late"), 20);
  environment.setTimeout(() => ran.push("soon"), 10);
  environment.clearTimeout(environment.setTimeout(() => ran.push("never"), 5));
  await environment.advance(15);
  assert.deepEqual(ran, ["soon"]);
  await environment.advance(5);
  assert.deepEqual(ran, ["soon", "late"]);
});
