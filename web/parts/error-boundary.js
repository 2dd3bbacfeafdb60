// A part of a page that can't take the rest with it.

import { html, useEffect, useErrorBoundary, useRef } from "../vendor/htm-preact.js";
import { UNKNOWN } from "./dates.js";

/** @import { Child } from "../vendor/htm-preact.js" */

/**
 * Draws a part; a placeholder where that throws, until there is something else to draw.
 * @param {{ of: unknown, draw: () => Child, instead?: Child }} props `of` is the thing that is drawn
 */
export function Boundary({ of, draw, instead = UNKNOWN }) {
  const failed = useRef(/** @type {{ of: unknown } | null} */ (null));
  const [fault, retry] = useErrorBoundary((error) => {
    failed.current = { of };
    console.warn("A part of the page can't be drawn:", error);
  });
  useEffect(() => {
    if (fault && failed.current?.of !== of) retry();
  });
  return fault ? instead : html`<${Drawn} draw=${draw} />`;
}

/** What throws must be below its boundary. @param {{ draw: () => Child }} props */
function Drawn({ draw }) {
  return draw();
}
