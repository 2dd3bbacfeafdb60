import assert from "node:assert/strict";
import { test } from "node:test";

import { outline, parts, say } from "./outline.js";

const problem = (...codes) => ({ content: { "application/problem+json": { schema: { allOf: [{}, { properties: { code: { enum: codes } } }] } } } });
const api = outline({
  info: { version: "1.2.3", description: "About" },
  tags: [{ name: "Matches", description: "Played" }, { name: "Teams", description: "Play" }],
  components: { parameters: { limit: { name: "limit", in: "query", schema: { type: "integer" } } }, schemas: {} },
  paths: {
    "/api/teams": {
      post: {
        operationId: "post_teams", tags: ["Teams"], summary: "Makes a team", description: "For: all.", parameters: [],
        requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/NewTeam" } } } },
        responses: { 201: { description: "Team", content: { "application/json": { schema: { $ref: "#/x/Team" } } } }, 409: problem("sold-out"), 204: { description: "Done" } },
      },
      get: { operationId: "get_teams", tags: ["Teams"], summary: "All", description: "", parameters: [{ $ref: "#/components/parameters/limit" }], responses: {} },
    },
  },
});

test("operations are told with what they take and answer", () => {
  const [get, post] = api.operations;
  assert.deepEqual([get.method, post.method], ["GET", "POST"]);
  assert.equal(get.parameters[0].name, "limit");
  assert.equal(post.body?.$ref, "#/components/schemas/NewTeam");
  assert.deepEqual(post.answers.map(({ status, words }) => [status, words]), [["201", ""], ["204", "Done"]]);
  assert.deepEqual(post.problems, [{ status: "409", codes: ["sold-out"] }]);
});

test("all words that are looked for must be there, and parts without operations aren't shown", () => {
  const found = (wanted) => parts(api, wanted).flatMap(({ operations }) => operations.map(({ id }) => id));
  assert.deepEqual(found(""), ["get_teams", "post_teams"]);
  assert.deepEqual(found("SOLD team"), ["post_teams"]);
  assert.deepEqual(found("sold match"), []);
  assert.deepEqual(parts(api, "").map(({ name }) => name), ["Teams"]);
});

test("schemas are said in words", () => {
  const cases = [
    [{ $ref: "#/components/schemas/Team" }, "Team", "Team"],
    [{ type: "array", items: { $ref: "#/x/Team" } }, "list of Team", "Team"],
    [{ anyOf: [{ type: "integer" }, { type: "null" }] }, "integer or null", null],
    [{ enum: ["a", "b"] }, '"a", "b"', null],
    [{ type: "string", minLength: 1, maxLength: 20 }, "string, 1 to 20 characters", null],
    [{ type: "integer", minimum: 1, maximum: 9007199254740991 }, "integer, 1 or more", null],
    [{ type: "integer", minimum: -9007199254740991, maximum: 9007199254740991 }, "integer", null],
    [{ type: "string", format: "date-time" }, "date-time", null],
    [{ type: "object", properties: { items: { type: "array", items: { $ref: "#/x/Team" } } } }, "page of Team", "Team"],
    [{}, "anything", null],
  ];
  for (const [schema, words, names] of cases) assert.deepEqual(say(schema), { words, names });
});
