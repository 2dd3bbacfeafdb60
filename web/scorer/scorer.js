// The scorer's console: `/scorer/3` on a phone at the pitch.

import { html, render } from "../vendor/htm-preact.js";
import { byId, setText } from "../client/element.js";
import { Console } from "./console.js";
import { keepAwake } from "./awake.js";
import { keepShell } from "./shell.js";
import { View } from "./view.js";

const REDRAW_MS = 250; // so that a second never seems to be skipped

const id = /^\/scorer\/([1-9]\d*)\/?$/.exec(location.pathname)?.[1];
if (id) start(id);
else setText(byId("console"), "There is no such match.");

/** @param {string} match */
function start(match) {
  const place = byId("console");
  place.replaceChildren();
  let isNew = false;
  let isDue = false;
  const draw = () => {
    isDue = false;
    render(html`<${View} console=${console} isNew=${isNew} onSaid=${say} />`, place);
  };
  // Several changes at once are drawn once; without a timer, which browsers slow down in the background.
  const console = new Console(match, () => {
    if (!isDue) queueMicrotask(draw);
    isDue = true;
  });
  draw();
  setInterval(draw, REDRAW_MS);
  keepAwake(() => ["live", "paused"].includes(console.game?.status ?? ""));
  keepShell(() => (isNew = true));
}

/** For those who listen. @param {string} text */
function say(text) {
  setText(byId("said"), "");
  setText(byId("said"), text);
}
