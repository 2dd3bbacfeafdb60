// Components that the scorer and the admin pages share.

import { html, useEffect, useRef, useState } from "../vendor/htm-preact.js";

/** @import { Child } from "../vendor/htm-preact.js" */

const CONFIRM_TIMEOUT_MS = 4_000;

/**
 * A button that asks for confirmation: the first press asks, the second acts.
 * @param {{ label: string, question?: string, onConfirm: () => void, className?: string, disabled?: boolean }} props
 */
export function ConfirmButton({ label, question = "Really?", onConfirm, className = "action-button", disabled = false }) {
  const [isArmed, setArmed] = useState(false);
  useEffect(() => {
    if (!isArmed) return undefined;
    const timer = setTimeout(() => setArmed(false), CONFIRM_TIMEOUT_MS);
    return () => clearTimeout(timer);
  }, [isArmed]);
  const press = () => {
    setArmed(!isArmed);
    if (isArmed) onConfirm();
  };
  return html`<button type="button" class="${className} ${isArmed ? "armed" : ""}" disabled=${disabled} onClick=${press}>
    ${isArmed ? `${question} ${label}` : label}
  </button>`;
}

/**
 * A modal dialog: the browser's own, which keeps the focus inside and closes with Escape.
 * @param {{ title: string, onClose: () => void, children?: Child }} props
 */
export function Dialog({ title, onClose, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const element = dialog.current;
    const previousFocus = /** @type {HTMLElement | null} */ (document.activeElement);
    if (element && !element.open) element.showModal();
    return () => {
      element?.close(); // nothing behind an open dialog can take the focus
      if (previousFocus?.isConnected) previousFocus.focus();
    };
  }, []);
  /** @param {Event} event */
  const cancel = (event) => {
    event.preventDefault();
    onClose();
  };
  return html`
    <dialog class="sheet" ref=${dialog} onCancel=${cancel} aria-labelledby="sheet-title">
      <header><h2 id="sheet-title">${title}</h2><button type="button" class="action-button close" onClick=${onClose}>Close</button></header>
      ${children}
    </dialog>`;
}
