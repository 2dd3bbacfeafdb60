import assert from "node:assert/strict";
import { test } from "node:test";

import { earliestPositions, topicIncludes, isWholeStream, positionsForTopics, parseCursor, streamOf, formatCursor, parseStreamAddress } from "./cursor.js";

const UUID = "67e55044-10b1-426f-9247-bb680e5fe0c8";
const parsed = (cursor, topics = ["match_3", "event_1"]) => parseCursor(cursor, topics);

test("cursors are parsed, and unknown formats are null", () => {
  const cases = [
    ["5f.42", ["match_3"], { m3: 42 }],
    ["5f.42", ["event_1_results", "event_1_schedule"], { e1: 42 }],
    ["5f.42", ["match_3", "event_1"], null],
    ["5f.m3-42.e1-7", ["match_3", "event_1"], { m3: 42, e1: 7 }],
    ["5f.p67e5504410b1426f9247bb680e5fe0c8-2", [`purchase_${UUID}`], { p67e5504410b1426f9247bb680e5fe0c8: 2 }],
    ["5f.stop", ["match_3"], null],
    ["5f", ["match_3"], null],
    ["", ["match_3"], null],
    [null, ["match_3"], null],
    ["5f.42", ["/api/matches/3/stream/?mode=state"], null],
  ];
  for (const [cursor, topics, expected] of cases) {
    const positions = parseCursor(cursor, topics);
    assert.deepEqual(positions && Object.fromEntries(positions.seqByStream), expected, `${cursor} of ${topics}`);
  }
});

test("a parsed cursor is formatted again", () => {
  assert.equal(formatCursor(parsed("5f.m3-42.e1-7")), "5f.m3-42.e1-7");
  assert.equal(formatCursor(parseCursor("5f.42", ["match_3"])), "5f.m3-42");
  assert.equal(formatCursor({ epoch: "5f", seqByStream: new Map() }), null);
  assert.equal(formatCursor(positionsForTopics(parsed("5f.m3-42.e1-7"), ["event_1_results"])), "5f.e1-7");
});

test("earliestPositions takes the lowest seq of each stream", () => {
  const cases = [
    [["5f.m3-42.e1-7", "5f.m3-40"], "5f.m3-40.e1-7"],
    [["5f.m3-42", "5f.e1-9"], "5f.m3-42.e1-9"],
    [[null, "5f.m3-42"], "5f.m3-42"],
    [["5f.m3-42", "a1.m3-2.e1-1"], "5f.m3-42"],
    [[null], null],
  ];
  for (const [cursors, expected] of cases) {
    assert.equal(formatCursor(earliestPositions(cursors.map((cursor) => parsed(cursor)))), expected, String(cursors));
  }
});

test("topics know their stream and their channels", () => {
  assert.equal(streamOf("event_1_results"), "e1");
  assert.equal(streamOf(`purchase_${UUID}`), "p67e5504410b1426f9247bb680e5fe0c8");
  assert.ok(isWholeStream("match_3") && !isWholeStream("team_7_live") && !isWholeStream("/api/matches/3/stream/"));
  assert.ok(topicIncludes("event_1", "event_1_results") && topicIncludes("match_3", "match_3"));
  assert.ok(!topicIncludes("event_1", "event_10_results") && !topicIncludes("event_1_results", "event_1_schedule"));
});

test("stream addresses are parsed into topics", () => {
  const cases = [
    ["/api/matches/3/stream/", "", ["match_3"]],
    ["/api/events/1/stream/results", "", ["event_1_results"]],
    ["https://live.example/api/teams/7/stream/live/", "https://live.example", ["team_7_live"]],
    [`/api/purchases/${UUID}/stream/`, "", [`purchase_${UUID}`]],
    ["/api/stream/?topic=match_3&topic=event_1_results", "", ["match_3", "event_1_results"]],
  ];
  for (const [address, base, topics] of cases) {
    assert.deepEqual(parseStreamAddress(address), { base, topics, opaqueAddress: null });
  }
  for (const address of ["/api/matches/3/stream/?mode=state", "/api/matches/3/replay/", "/api/stream/?topic=match_3&types=goal"]) {
    assert.deepEqual(parseStreamAddress(address), { base: "", topics: [address], opaqueAddress: address });
  }
});
