// A ball's symbol in a small frame.

import { html } from "../../vendor/htm-preact.js";

/** @param {{ symbol: string }} props */
export function BallBadge({ symbol }) {
  const kind = /W/.test(symbol) ? "wicket" : { 4: "four", 6: "six", ".": "dot" }[symbol] ?? "runs";
  return html`<span class=${`chip${symbol.length > 2 ? " long" : ""}`} data-kind=${kind}>${symbol === "." ? html`<span aria-hidden="true">•</span><span class="visually-hidden">0</span>` : symbol}</span>`;
}
