// Creates elements without HTML text, so that text from users can only become a text node.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {(Node | string)[]} children strings become text nodes
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
  if (!existing) throw new Error(`there is no element #${id}`);
  return existing;
}

/**
 * Sets the text only if it differs, so that screen readers and the renderer see no change.
 * @param {HTMLElement} target
 * @param {string} text
 */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
