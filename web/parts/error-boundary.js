// Keeps a component that throws from taking the whole page with it.

import { html, useEffect, useErrorBoundary, useRef } from "../vendor/htm-preact.js";
import { PLACEHOLDER } from "./dates.js";

/** @import { Child } from "../vendor/htm-preact.js" */

/**
 * Renders a part of the page; if that throws, shows a fallback until `item` changes.
 * @param {{ item: unknown, render: () => Child, fallback?: Child }} props `item` is the rendered value
 */
export function ErrorBoundary({ item, render, fallback = PLACEHOLDER }) {
  const failed = useRef(/** @type {{ item: unknown } | null} */ (null));
  const [error, retry] = useErrorBoundary((failure) => {
    failed.current = { item };
    console.warn("A part of the page can't be rendered:", failure);
  });
  useEffect(() => {
    if (error && failed.current?.item !== item) retry();
  });
  return error ? fallback : html`<${RenderProp} render=${render} />`;
}

/** A component below the boundary, which catches only errors of its descendants. @param {{ render: () => Child }} props */
function RenderProp({ render }) {
  return render();
}
