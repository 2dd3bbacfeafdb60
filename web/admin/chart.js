// A small line of how a figure went.

import { html } from "../vendor/htm-preact.js";

const WIDTH = 160;
const HEIGHT = 40;

/**
 * The path of a line that fills a box; what is not known is left out.
 * @param {readonly (number | null)[]} values
 * @param {number} width
 * @param {number} height
 */
export function line(values, width, height) {
  const most = Math.max(...values.map((value) => value ?? 0), Number.MIN_VALUE);
  const step = width / Math.max(values.length - 1, 1);
  return values.map((value, at) => {
    if (value === null) return "";
    const follows = at > 0 && values[at - 1] !== null;
    return `${follows ? "L" : "M"}${round(at * step)} ${round(height - (value / most) * height)}`;
  }).join("");
}

/** @param {number} number */
const round = (number) => Math.round(number * 10) / 10;

/** @param {{ label: string, unit?: string, values: readonly (number | null)[] }} props */
export function Chart({ label, unit = "", values }) {
  const last = values.at(-1) ?? null;
  const shown = last === null ? "–" : `${last >= 100 ? Math.round(last) : round(last)}${unit}`;
  return html`
    <figure class="chart">
      <figcaption><span>${label}</span> <strong>${shown}</strong></figcaption>
      <svg viewBox="0 -2 ${WIDTH} ${HEIGHT + 4}" preserveAspectRatio="none" aria-hidden="true"><path d=${line(values, WIDTH, HEIGHT)} /></svg>
    </figure>`;
}
