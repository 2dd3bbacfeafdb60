// A ball as scorers write it, in a small frame.

import { html } from "../vendor/htm-preact.js";

/** @param {{ ball: string }} props */
export function Chip({ ball }) {
  const kind = /W/.test(ball) ? "wicket" : { 4: "four", 6: "six", ".": "dot" }[ball] ?? "runs";
  return html`<span class=${`chip${ball.length > 2 ? " long" : ""}`} data-kind=${kind}>${ball === "." ? html`<span aria-hidden="true">•</span><span class="unseen">0</span>` : ball}</span>`;
}
