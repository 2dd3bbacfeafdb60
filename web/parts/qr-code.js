// A ticket's QR code, as one SVG path.

import { encode } from "../vendor/uqr.js";
import { html, useMemo } from "../vendor/htm-preact.js";

const QUIET_ZONE_MODULES = 4; // the quiet zone of ISO/IEC 18004

/** @param {boolean[][]} rows */
export function svgPath(rows) {
  const runs = [];
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue;
      const start = x;
      while (row[x]) x += 1;
      runs.push(`M${start} ${y}h${x - start}v1h-${x - start}z`);
    }
  }
  return runs.join("");
}

/** @param {{ text: string, label: string }} props */
export function QrCode({ text, label }) {
  const { size, path } = useMemo(() => {
    const { data } = encode(text, { ecc: "M", border: QUIET_ZONE_MODULES });
    return { size: data.length, path: svgPath(data) };
  }, [text]);
  return html`<svg class="qr" role="img" aria-label=${label} viewBox=${`0 0 ${size} ${size}`} shape-rendering="crispEdges">
    <rect width=${size} height=${size} fill="#fff"></rect><path d=${path} fill="#000"></path></svg>`;
}
