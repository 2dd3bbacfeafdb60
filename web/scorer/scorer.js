// The scorer page: `/scorer/3`.

import { html, render } from "../vendor/htm-preact.js";
import { requireElementById, setText } from "../client/element.js";
import { Scorebook } from "./scorebook.js";
import { keepScreenOn } from "./wake-lock.js";
import { installOfflineCache } from "./offline-cache.js";
import { ScorerPage } from "./scorer-page.js";

const RENDER_INTERVAL_MS = 250; // often enough that no second seems to be skipped

const id = /^\/scorer\/([1-9]\d*)\/?$/.exec(location.pathname)?.[1];
if (id) openScorer(id);
else setText(requireElementById("scorebook"), "There is no such match.");

/** @param {string} matchId */
function openScorer(matchId) {
  const container = requireElementById("scorebook");
  container.replaceChildren();
  let hasNewBuild = false;
  let isRenderQueued = false;
  const renderPage = () => {
    isRenderQueued = false;
    render(html`<${ScorerPage} scorebook=${scorebook} hasNewBuild=${hasNewBuild} onAnnounce=${announceToScreenReader} />`, container);
  };
  // One rendering for several changes; without a timer, which browsers throttle in the background.
  const scorebook = new Scorebook(matchId, () => {
    if (!isRenderQueued) queueMicrotask(renderPage);
    isRenderQueued = true;
  });
  renderPage();
  setInterval(renderPage, RENDER_INTERVAL_MS);
  keepScreenOn(() => ["live", "paused"].includes(scorebook.game?.status ?? ""));
  installOfflineCache(() => (hasNewBuild = true));
}

/** Sets the live region's text. @param {string} text */
function announceToScreenReader(text) {
  setText(requireElementById("live-region"), "");
  setText(requireElementById("live-region"), text);
}
