import assert from "node:assert/strict";
import { test } from "node:test";

import { FrameSplitter } from "./frame-splitter.js";

test("frames are complete, wherever the network splits them", () => {
  const text = 'event: hello\nretry: 5\ndata: {}\n\ndata: {"a":1}\nid: x.1\n\n';
  for (let at = 0; at <= text.length; at += 1) {
    const frames = new FrameSplitter();
    const got = [...frames.push(text.slice(0, at)), ...frames.push(text.slice(at))];
    assert.deepEqual(got, ["event: hello\nretry: 5\ndata: {}", 'data: {"a":1}\nid: x.1']);
  }
});
