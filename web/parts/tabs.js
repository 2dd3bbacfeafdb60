// Tabs after the ARIA authoring practices: arrow keys move, one tab stop.

import { html, useEffect, useState } from "../vendor/htm-preact.js";

/** @import { Child, Component } from "../vendor/htm-preact.js" */

/**
 * @param {{ label: string, tabs: { title: string, render: () => Child }[] }} props
 */
export function Tabs({ label, tabs }) {
  const [selected, setSelected] = useState(0);
  if (tabs.length === 0) return null;
  const index = Math.min(selected, tabs.length - 1);
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    const target = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    const next = (target + tabs.length) % tabs.length;
    setSelected(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return html`
    <div class="tabs" role="tablist" aria-label=${label} id="tabs">
      ${tabs.map(({ title }, tabIndex) => html`
        <button key=${title} type="button" class="tab" role="tab" id=${`tab-${tabIndex}`} aria-controls="panel"
          aria-selected=${String(tabIndex === index)} tabindex=${tabIndex === index ? 0 : -1}
          onClick=${() => setSelected(tabIndex)} onKeyDown=${onKey}>${title}</button>`)}
    </div>
    <section class="panel" role="tabpanel" id="panel" tabindex="0" aria-labelledby=${`tab-${index}`} key=${tabs[index]?.title}>
      ${tabs[index]?.render()}
    </section>`;
}

/**
 * A component whose code is loaded when it is first shown, since most visitors see only the timeline.
 * @param {{ load: () => Promise<Component<any>>, props: object }} props
 */
export function LazyComponent({ load, props }) {
  const [component, setComponent] = useState(/** @type {{ Component: Component<any> } | null} */ (null));
  const [errorText, setErrorText] = useState("");
  useEffect(() => {
    load().then((Component) => setComponent({ Component }), () => setErrorText("This can't be loaded at the moment. Try again when you are online."));
  }, []);
  if (component) return html`<${component.Component} ...${props} />`;
  return html`<p class="empty" role="status">${errorText}</p>`;
}
