import assert from "node:assert/strict";
import { test } from "node:test";

import { earliestPositions, topicIncludes, isWholeStream, partsOf, positionsForTopics, parseCursor, seqOf, formatCursor, parseStreamAddress } from "./cursor.js";

const UUID = "67e55044-10b1-426f-9247-bb680e5fe0c8";
const parsed = (cursor, topics = ["match_3", "event_1"]) => parseCursor(cursor, topics);

test("cursors are parsed, and unknown formats are null", () => {
  const cases = [
    ["5f.m3-42", ["match_3"], { m3: 42 }],
    ["5f.e1r-42", ["event_1_results"], { e1r: 42 }],
    ["5f.e1-42", ["event_1"], { e1r: 42, e1s: 42, e1a: 42 }],
    ["5f.e1rs-42.e1a-50.m3-7", ["match_3", "event_1"], { e1r: 42, e1s: 42, e1a: 50, m3: 7 }],
    ["5f.t7-3", ["team_7_live"], { t7r: 3, t7s: 3, t7l: 3, t7a: 3 }],
    ["5f.m3-7.m3-42", ["match_3"], { m3: 42 }],
    ["5f.p67e5504410b1426f9247bb680e5fe0c8-2", [`purchase_${UUID}`], { p67e5504410b1426f9247bb680e5fe0c8: 2 }],
    ["5f.m3-stop", ["match_3"], {}],
    ["5f.m3-42.t7-stop", ["match_3", "team_7"], { m3: 42 }],
    ["5f.42", ["match_3"], null],
    ["5f.stop", ["match_3"], null],
    ["5f.m3r-42", ["match_3"], null],
    ["5f.e1x-42", ["event_1"], null],
    ["5f", ["match_3"], null],
    ["", ["match_3"], null],
    [null, ["match_3"], null],
    ["5f.m3-42", ["/api/matches/3/stream/?mode=state"], null],
  ];
  for (const [cursor, topics, expected] of cases) {
    const positions = parseCursor(cursor, topics);
    assert.deepEqual(positions && Object.fromEntries(positions.seqByPart), expected, `${cursor} of ${topics}`);
  }
});

test("a parsed cursor is formatted again", () => {
  for (const cursor of ["5f.m3-42.e1-7", "5f.e1rs-42.e1a-50", "5f.e1r-42", "5f.t7l-3", "5f.p67e5504410b1426f9247bb680e5fe0ca-2"]) {
    assert.equal(formatCursor(parsed(cursor)), cursor);
  }
  assert.equal(formatCursor({ epoch: "5f", seqByPart: new Map() }), null);
  assert.equal(formatCursor(positionsForTopics(parsed("5f.m3-42.e1-7"), ["event_1_results"])), "5f.e1r-7");
});

test("a topic is where the furthest back of its parts is", () => {
  const positions = parsed("5f.e1rs-42.e1a-50.t7l-3");
  const cases = [["event_1", 42], ["event_1_announcements", 50], ["team_7_live", 3], ["team_7", undefined], ["match_3", undefined], ["/an/address", undefined]];
  for (const [topic, seq] of cases) assert.equal(seqOf(positions, topic), seq, topic);
  assert.equal(seqOf(null, "event_1"), undefined);
});

test("earliestPositions takes the lowest seq of each stream", () => {
  const cases = [
    [["5f.m3-42.e1-7", "5f.m3-40"], "5f.m3-40.e1-7"],
    [["5f.m3-42", "5f.e1-9"], "5f.m3-42.e1-9"],
    [[null, "5f.m3-42"], "5f.m3-42"],
    [["5f.e1-7", "5f.e1r-5"], "5f.e1r-5.e1sa-7"],
    [["5f.m3-42", "a1.m3-2.e1-1"], "5f.m3-42"],
    [[null], null],
  ];
  for (const [cursors, expected] of cases) {
    assert.equal(formatCursor(earliestPositions(cursors.map((cursor) => parsed(cursor)))), expected, String(cursors));
  }
});

test("topics know their parts and their channels", () => {
  assert.deepEqual(partsOf("event_1_results"), ["e1r"]);
  assert.deepEqual(partsOf("team_7"), ["t7r", "t7s", "t7l", "t7a"]);
  assert.deepEqual(partsOf(`purchase_${UUID}`), ["p67e5504410b1426f9247bb680e5fe0c8"]);
  assert.deepEqual(partsOf("/api/matches/3/stream/"), []);
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
