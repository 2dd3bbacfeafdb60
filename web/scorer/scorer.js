// The scorer's console: `/scorer/3` on a phone at the pitch.

import { html, render } from "../vendor/htm-preact.js";
import { requireElementById, setText } from "../client/element.js";
import { Scorebook } from "./scorebook.js";
import { keepScreenOn } from "./wake-lock.js";
import { installOfflineCache } from "./offline-cache.js";
import { ScorerPage } from "./scorer-page.js";

const RENDER_INTERVAL_MS = 250; // so that a second never seems to be skipped

const id = /^\/scorer\/([1-9]\d*)\/?$/.exec(location.pathname)?.[1];
if (id) openScorer(id);
else setText(requireElementById("console"), "There is no such match.");

/** @param {string} matchId */
function openScorer(matchId) {
  const container = requireElementById("console");
  container.replaceChildren();
  let hasNewBuild = false;
  let isRenderQueued = false;
  const renderPage = () => {
    isRenderQueued = false;
    render(html`<${ScorerPage} scorebook=${scorebook} hasNewBuild=${hasNewBuild} onAnnounce=${announceToScreenReader} />`, container);
  };
  // Several changes at once are drawn once; without a timer, which browsers slow down in the background.
  const scorebook = new Scorebook(matchId, () => {
    if (!isRenderQueued) queueMicrotask(renderPage);
    isRenderQueued = true;
  });
  renderPage();
  setInterval(renderPage, RENDER_INTERVAL_MS);
  keepScreenOn(() => ["live", "paused"].includes(scorebook.game?.status ?? ""));
  installOfflineCache(() => (hasNewBuild = true));
}

/** For those who listen. @param {string} text */
function announceToScreenReader(text) {
  setText(requireElementById("said"), "");
  setText(requireElementById("said"), text);
}
