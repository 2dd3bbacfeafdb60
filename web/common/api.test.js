import assert from "node:assert/strict";
import { test } from "node:test";

import "../client/fakes.test.js";
import { listAll, request } from "./api.js";

/** A fake server that returns these responses and records the requests. */
function server(...answers) {
  const requests = [];
  const fetch = async (url, init) => {
    requests.push({ url, ...init });
    const [status, body, headers = {}] = answers.shift();
    return new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
  };
  return { asked: requests, fetch };
}

test("a write has an idempotency key and an If-Match", async () => {
  const { asked, fetch } = server([200, { id: 1 }, { ETag: '"7"' }], [204]);
  const answer = await request("PATCH", "/api/teams/1", { name: "X" }, { etag: '"6"', fetch });
  assert.deepEqual(answer, { body: { id: 1 }, etag: '"7"', problem: null });
  assert.equal(asked[0].headers["If-Match"], '"6"');
  assert.equal(asked[0].body, '{"name":"X"}');
  await request("DELETE", "/api/teams/1", undefined, { fetch });
  assert.equal(asked[1].body, undefined);
  assert.notEqual(asked[0].headers["Idempotency-Key"], asked[1].headers["Idempotency-Key"]);
});

test("every failure becomes a problem, also of a proxy or the network", async () => {
  const document = { status: 422, code: "invalid-field", detail: "bad", errors: [{ pointer: "/name", detail: "is missing" }] };
  const { fetch } = server([422, document], [502, "a proxy"]);
  assert.deepEqual((await request("POST", "/x", {}, { fetch })).problem, document);
  assert.equal((await request("POST", "/x", {}, { fetch })).problem.status, 502);
  const dead = async () => {
    throw new TypeError("Failed to fetch");
  };
  assert.equal((await request("GET", "/x", undefined, { fetch: dead })).problem.status, 0);
});

test("listAll reads all pages", async () => {
  const lists = () => [{ items: [1, 2], next: 2 }, { items: [3], next: null }];
  let pages = lists();
  const paths = [];
  const send = async (_, path) => {
    paths.push(path);
    return { body: pages.shift(), etag: null, problem: null };
  };
  assert.deepEqual(await listAll("/api/teams", { send }), { items: [1, 2, 3], problem: null });
  assert.deepEqual(paths, ["/api/teams?limit=500", "/api/teams?limit=500&after=2"]);
  pages = lists();
  assert.deepEqual(await listAll("/api/teams", { send, maxItems: 2 }), { items: [1, 2], problem: null });
});
