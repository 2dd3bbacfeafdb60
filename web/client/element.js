// Elements without HTML text: what comes from users can only ever become a text node.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className] its class
 * @param {(Node | string)[]} children strings become text
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function createElement(tag, className = "", ...children) {
  const created = document.createElement(tag);
  if (className) created.className = className;
  created.append(...children);
  return created;
}

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function requireElementById(id) {
  const existing = document.getElementById(id);
  if (!existing) throw new Error(`the page has no #${id}`);
  return existing;
}

/**
 * Changes the text only where it differs, so that nothing is read aloud or painted twice.
 * @param {HTMLElement} target
 * @param {string} text
 */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
