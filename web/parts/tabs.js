// Tabs, as the ARIA authoring practices want them: arrows move, one stop for the tab key.

import { html, useEffect, useState } from "../vendor/htm-preact.js";

/** @import { Child, Part } from "../vendor/htm-preact.js" */

/**
 * @param {{ label: string, tabs: { title: string, draw: () => Child }[] }} props
 */
export function Tabs({ label, tabs }) {
  const [chosen, choose] = useState(0);
  if (tabs.length === 0) return null;
  const at = Math.min(chosen, tabs.length - 1);
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + tabs.length) % tabs.length;
    choose(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return html`
    <div class="tabs" role="tablist" aria-label=${label} id="tabs">
      ${tabs.map(({ title }, place) => html`
        <button key=${title} type="button" class="tab" role="tab" id=${`tab-${place}`} aria-controls="panel"
          aria-selected=${String(place === at)} tabindex=${place === at ? 0 : -1}
          onClick=${() => choose(place)} onKeyDown=${onKey}>${title}</button>`)}
    </div>
    <section class="panel" role="tabpanel" id="panel" tabindex="0" aria-labelledby=${`tab-${at}`} key=${tabs[at]?.title}>
      ${tabs[at]?.draw()}
    </section>`;
}

/**
 * A part whose code comes when it is looked at: most readers of a match open nothing but its timeline.
 * @param {{ load: () => Promise<Part<any>>, props: object }} props
 */
export function Later({ load, props }) {
  const [part, setPart] = useState(/** @type {{ draw: Part<any> } | null} */ (null));
  const [trouble, setTrouble] = useState("");
  useEffect(() => {
    load().then((draw) => setPart({ draw }), () => setTrouble("This can't be had at the moment. Try again when there is a network."));
  }, []);
  if (part) return html`<${part.draw} ...${props} />`;
  return html`<p class="empty" role="status">${trouble}</p>`;
}
