import assert from "node:assert/strict";
import { test } from "node:test";

import { meanMs, ratePerSecond, parseMetrics, sumOfLabels } from "./metrics.js";
import { linePath } from "./chart.js";

const metricsText = (deliveries, seconds, count) => `# HELP touchline_streams_open Open streams by kind.
# TYPE touchline_streams_open gauge
touchline_streams_open{kind="match"} 3
touchline_streams_open{kind="ev en} t"} 2
touchline_deliveries_total ${deliveries}
touchline_append_seconds_sum ${seconds}
touchline_append_seconds_count ${count}
touchline_append_seconds_bucket{le="+Inf"} ${count}
# EOF
`;

test("samples are parsed, and summed over their labels", () => {
  const samples = parseMetrics(metricsText(10, 0.5, 4));
  assert.equal(sumOfLabels(samples, "touchline_streams_open"), 5);
  assert.equal(sumOfLabels(samples, "touchline_deliveries_total"), 10);
  assert.equal(sumOfLabels(samples, "touchline_deliveries"), 0);
});

test("rates are per second; null for a single snapshot and over a restart", () => {
  const [one, two, three] = [metricsText(10, 0.5, 4), metricsText(30, 0.9, 8), metricsText(5, 0, 0)].map((text, index) => ({ takenAtMs: index * 2_000, samples: parseMetrics(text) }));
  assert.equal(ratePerSecond(undefined, one, "touchline_deliveries_total"), null);
  assert.equal(ratePerSecond(one, two, "touchline_deliveries_total"), 10);
  assert.equal(ratePerSecond(two, three, "touchline_deliveries_total"), null);
  assert.ok(Math.abs(meanMs(one, two, "touchline_append_seconds") - 100) < 1e-9);
  assert.equal(meanMs(two, two, "touchline_append_seconds"), null);
});

test("a line fits its box, and has gaps for null values", () => {
  assert.equal(linePath([0, 5, 10], 100, 20), "M0 20L50 10L100 0");
  assert.equal(linePath([0, null, 10], 100, 20), "M0 20M100 0");
  assert.equal(linePath([], 100, 20), "");
  assert.equal(linePath([0, 0], 100, 20), "M0 20L100 20");
});
