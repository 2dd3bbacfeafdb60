// Parses `/metrics` in Prometheus' text format, and computes rates between two snapshots; pure.

/** @typedef {Map<string, number>} MetricSamples by name and labels, as in the text */

/** @param {string} text @returns {MetricSamples} */
export function parseMetrics(text) {
  const lines = text.split("\n").filter((line) => line && !line.startsWith("#"));
  return new Map(lines.flatMap((line) => {
    const [, name, value] = /^([a-z_:]+(?:\{.*\})?) (\S+)/i.exec(line) ?? [];
    return name && !Number.isNaN(Number(value)) ? [[name, Number(value)]] : [];
  }));
}

/** The sum over all labels. @param {MetricSamples} samples @param {string} name */
export function sumOfLabels(samples, name) {
  let total = 0;
  for (const [sampleName, value] of samples) if (sampleName === name || sampleName.startsWith(`${name}{`)) total += value;
  return total;
}

/**
 * @typedef {object} MetricsSnapshot
 * @property {number} takenAtMs
 * @property {MetricSamples} samples
 *
 * Per second, between two snapshots; null after a counter reset, which means a new process.
 * @param {MetricsSnapshot | undefined} previous
 * @param {MetricsSnapshot} current
 * @param {string} name
 */
export function ratePerSecond(previous, current, name) {
  if (!previous || current.takenAtMs <= previous.takenAtMs) return null;
  const increase = sumOfLabels(current.samples, name) - sumOfLabels(previous.samples, name);
  return increase < 0 ? null : (increase * 1_000) / (current.takenAtMs - previous.takenAtMs);
}

/** The mean of a histogram between two snapshots, in milliseconds. @param {MetricsSnapshot | undefined} previous @param {MetricsSnapshot} current @param {string} name */
export function meanMs(previous, current, name) {
  const seconds = ratePerSecond(previous, current, `${name}_sum`);
  const count = ratePerSecond(previous, current, `${name}_count`);
  return seconds === null || !count ? null : (seconds / count) * 1_000;
}
