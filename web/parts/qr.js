// A code for the gate's reader, drawn as one path.

import { encode } from "../vendor/uqr.js";
import { html, useMemo } from "../vendor/htm-preact.js";

const QUIET = 4; // squares of white around it: ISO/IEC 18004

/** @param {boolean[][]} rows */
export function pathOf(rows) {
  const runs = [];
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue;
      const from = x;
      while (row[x]) x += 1;
      runs.push(`M${from} ${y}h${x - from}v1h-${x - from}z`);
    }
  }
  return runs.join("");
}

/** @param {{ text: string, label: string }} props */
export function Code({ text, label }) {
  const { size, path } = useMemo(() => {
    const { data } = encode(text, { ecc: "M", border: QUIET });
    return { size: data.length, path: pathOf(data) };
  }, [text]);
  return html`<svg class="qr" role="img" aria-label=${label} viewBox=${`0 0 ${size} ${size}`} shape-rendering="crispEdges">
    <rect width=${size} height=${size} fill="#fff"></rect><path d=${path} fill="#000"></path></svg>`;
}
