import assert from "node:assert/strict";
import { test } from "node:test";

import { buildOutline, filterByText, describeSchema } from "./api-outline.js";

const problem = (...codes) => ({ content: { "application/problem+json": { schema: { allOf: [{}, { properties: { code: { enum: codes } } }] } } } });
const api = buildOutline({
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

test("operations list what they take and answer", () => {
  const [get, post] = api.operations;
  assert.deepEqual([get.method, post.method], ["GET", "POST"]);
  assert.equal(get.parameters[0].name, "limit");
  assert.equal(post.body?.$ref, "#/components/schemas/NewTeam");
  assert.deepEqual(post.responses.map(({ status, description }) => [status, description]), [["201", ""], ["204", "Done"]]);
  assert.deepEqual(post.problems, [{ status: "409", codes: ["sold-out"] }]);
});

test("a search needs all words, and tags without operations are hidden", () => {
  const operationIds = (searchText) => filterByText(api, searchText).flatMap(({ operations }) => operations.map(({ id }) => id));
  assert.deepEqual(operationIds(""), ["get_teams", "post_teams"]);
  assert.deepEqual(operationIds("SOLD team"), ["post_teams"]);
  assert.deepEqual(operationIds("sold match"), []);
  assert.deepEqual(filterByText(api, "").map(({ name }) => name), ["Teams"]);
});

test("schemas are described in words", () => {
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
  for (const [schema, text, schemaName] of cases) assert.deepEqual(describeSchema(schema), { text, schemaName });
});
