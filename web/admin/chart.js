// A small line chart of a metric.

import { html } from "../vendor/htm-preact.js";

const WIDTH = 160;
const HEIGHT = 40;

/**
 * The SVG path of a line that fills a box; null values leave gaps.
 * @param {readonly (number | null)[]} values
 * @param {number} width
 * @param {number} height
 */
export function linePath(values, width, height) {
  const max = Math.max(...values.map((value) => value ?? 0), Number.MIN_VALUE);
  const step = width / Math.max(values.length - 1, 1);
  return values.map((value, index) => {
    if (value === null) return "";
    const continuesLine = index > 0 && values[index - 1] !== null;
    return `${continuesLine ? "L" : "M"}${roundToTenth(index * step)} ${roundToTenth(height - (value / max) * height)}`;
  }).join("");
}

/** @param {number} number */
const roundToTenth = (number) => Math.round(number * 10) / 10;

/** @param {{ label: string, unit?: string, values: readonly (number | null)[] }} props */
export function LineChart({ label, unit = "", values }) {
  const latest = values.at(-1) ?? null;
  const latestText = latest === null ? "–" : `${latest >= 100 ? Math.round(latest) : roundToTenth(latest)}${unit}`;
  return html`
    <figure class="chart">
      <figcaption><span>${label}</span> <strong>${latestText}</strong></figcaption>
      <svg viewBox="0 -2 ${WIDTH} ${HEIGHT + 4}" preserveAspectRatio="none" aria-hidden="true"><path d=${linePath(values, WIDTH, HEIGHT)} /></svg>
    </figure>`;
}
