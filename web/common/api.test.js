import assert from "node:assert/strict";
import { test } from "node:test";

import "../client/fakes.test.js";
import { listAll, request } from "./api.js";

/** Answers with these, and remembers what was asked. */
function server(...answers) {
  const asked = [];
  const fetch = async (url, init) => {
    asked.push({ url, ...init });
    const [status, body, headers = {}] = answers.shift();
    return new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
  };
  return { asked, fetch };
}

test("a write has a key, and names what it changes", async () => {
  const { asked, fetch } = server([200, { id: 1 }, { ETag: '"7"' }], [204]);
  const answer = await request("PATCH", "/api/teams/1", { name: "X" }, { etag: '"6"', fetch });
  assert.deepEqual(answer, { body: { id: 1 }, etag: '"7"', problem: null });
  assert.equal(asked[0].headers["If-Match"], '"6"');
  assert.equal(asked[0].body, '{"name":"X"}');
  await request("DELETE", "/api/teams/1", undefined, { fetch });
  assert.equal(asked[1].body, undefined);
  assert.notEqual(asked[0].headers["Idempotency-Key"], asked[1].headers["Idempotency-Key"]);
});

test("a problem is a problem, whoever tells it", async () => {
  const said = { status: 422, code: "invalid-field", detail: "bad", errors: [{ pointer: "/name", detail: "is missing" }] };
  const { fetch } = server([422, said], [502, "a proxy"]);
  assert.deepEqual((await request("POST", "/x", {}, { fetch })).problem, said);
  assert.equal((await request("POST", "/x", {}, { fetch })).problem.status, 502);
  const dead = async () => {
    throw new TypeError("Failed to fetch");
  };
  assert.equal((await request("GET", "/x", undefined, { fetch: dead })).problem.status, 0);
});

test("a list is asked for to its end", async () => {
  const lists = () => [{ items: [1, 2], next: 2 }, { items: [3], next: null }];
  let pages = lists();
  const paths = [];
  const ask = async (_, path) => {
    paths.push(path);
    return { body: pages.shift(), etag: null, problem: null };
  };
  assert.deepEqual(await listAll("/api/teams", { send: ask }), { items: [1, 2, 3], problem: null });
  assert.deepEqual(paths, ["/api/teams?limit=500", "/api/teams?limit=500&after=2"]);
  pages = lists();
  assert.deepEqual(await listAll("/api/teams", { send: ask, maxItems: 2 }), { items: [1, 2], problem: null });
});
