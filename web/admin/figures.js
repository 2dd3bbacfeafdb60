// What `/metrics` tells, read from Prometheus' text, and rates from two looks at it: pure.

/** @typedef {Map<string, number>} Figures by name and labels, as in the text */

/** @param {string} text @returns {Figures} */
export function read(text) {
  const lines = text.split("\n").filter((line) => line && !line.startsWith("#"));
  return new Map(lines.flatMap((line) => {
    const [, name, value] = /^([a-z_:]+(?:\{.*\})?) (\S+)/i.exec(line) ?? [];
    return name && !Number.isNaN(Number(value)) ? [[name, Number(value)]] : [];
  }));
}

/** Of all labels together. @param {Figures} figures @param {string} name */
export function sum(figures, name) {
  let total = 0;
  for (const [one, value] of figures) if (one === name || one.startsWith(`${name}{`)) total += value;
  return total;
}

/**
 * @typedef {object} Look
 * @property {number} at milliseconds
 * @property {Figures} figures
 *
 * By the second, between two looks; a counter that went back belongs to a new process.
 * @param {Look | undefined} before
 * @param {Look} now
 * @param {string} name
 */
export function rate(before, now, name) {
  if (!before || now.at <= before.at) return null;
  const change = sum(now.figures, name) - sum(before.figures, name);
  return change < 0 ? null : (change * 1_000) / (now.at - before.at);
}

/** The mean of a histogram between two looks, in milliseconds. @param {Look | undefined} before @param {Look} now @param {string} name */
export function meanMs(before, now, name) {
  const seconds = rate(before, now, `${name}_sum`);
  const count = rate(before, now, `${name}_count`);
  return seconds === null || !count ? null : (seconds / count) * 1_000;
}
