// Parts that the console and the admin pages share.

import { html, useEffect, useRef, useState } from "../vendor/htm-preact.js";

/** @import { Child } from "../vendor/htm-preact.js" */

const ARMED_MS = 4_000;

/**
 * A button for what can't be taken back: the first press asks, the second does it.
 * @param {{ label: string, ask?: string, onSure: () => void, name?: string, disabled?: boolean }} props
 */
export function Sure({ label, ask = "Really?", onSure, name = "act", disabled = false }) {
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    if (!armed) return undefined;
    const timer = setTimeout(() => setArmed(false), ARMED_MS);
    return () => clearTimeout(timer);
  }, [armed]);
  const press = () => {
    setArmed(!armed);
    if (armed) onSure();
  };
  return html`<button type="button" class="${name} ${armed ? "armed" : ""}" disabled=${disabled} onClick=${press}>
    ${armed ? `${ask} ${label}` : label}
  </button>`;
}

/**
 * A dialog over the page: the browser's own, which keeps the focus inside and closes with Escape.
 * @param {{ title: string, onClose: () => void, children?: Child }} props
 */
export function Sheet({ title, onClose, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const shown = dialog.current;
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    if (shown && !shown.open) shown.showModal();
    return () => {
      shown?.close(); // while it is open, nothing behind it takes the focus
      if (before?.isConnected) before.focus();
    };
  }, []);
  /** @param {Event} event */
  const cancel = (event) => {
    event.preventDefault();
    onClose();
  };
  return html`
    <dialog class="sheet" ref=${dialog} onCancel=${cancel} aria-labelledby="sheet-title">
      <header><h2 id="sheet-title">${title}</h2><button type="button" class="act close" onClick=${onClose}>Close</button></header>
      ${children}
    </dialog>`;
}
