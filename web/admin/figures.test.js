import assert from "node:assert/strict";
import { test } from "node:test";

import { meanMs, rate, read, sum } from "./figures.js";
import { line } from "./chart.js";

const text = (deliveries, seconds, count) => `# HELP touchline_streams_open Open streams by kind.
# TYPE touchline_streams_open gauge
touchline_streams_open{kind="match"} 3
touchline_streams_open{kind="ev en} t"} 2
touchline_deliveries_total ${deliveries}
touchline_append_seconds_sum ${seconds}
touchline_append_seconds_count ${count}
touchline_append_seconds_bucket{le="+Inf"} ${count}
# EOF
`;

test("figures are read, and added up over their labels", () => {
  const figures = read(text(10, 0.5, 4));
  assert.equal(sum(figures, "touchline_streams_open"), 5);
  assert.equal(sum(figures, "touchline_deliveries_total"), 10);
  assert.equal(sum(figures, "touchline_deliveries"), 0);
});

test("rates are by the second; nothing is known from one look, nor over a restart", () => {
  const [one, two, three] = [text(10, 0.5, 4), text(30, 0.9, 8), text(5, 0, 0)].map((words, at) => ({ at: at * 2_000, figures: read(words) }));
  assert.equal(rate(undefined, one, "touchline_deliveries_total"), null);
  assert.equal(rate(one, two, "touchline_deliveries_total"), 10);
  assert.equal(rate(two, three, "touchline_deliveries_total"), null);
  assert.ok(Math.abs(meanMs(one, two, "touchline_append_seconds") - 100) < 1e-9);
  assert.equal(meanMs(two, two, "touchline_append_seconds"), null);
});

test("a line fits its box, and has gaps where nothing is known", () => {
  assert.equal(line([0, 5, 10], 100, 20), "M0 20L50 10L100 0");
  assert.equal(line([0, null, 10], 100, 20), "M0 20M100 0");
  assert.equal(line([], 100, 20), "");
  assert.equal(line([0, 0], 100, 20), "M0 20L100 20");
});
