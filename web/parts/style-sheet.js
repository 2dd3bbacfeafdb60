// Loads the styles of code that only some pages need.

/** @type {Map<string, Promise<unknown>>} */
const loadedByUrl = new Map();

/**
 * Adds a style sheet after the page's own, once.
 * @param {URL} url
 * @returns {Promise<unknown>} resolves when it is applied
 */
export function loadStyleSheet({ href }) {
  const loaded = loadedByUrl.get(href) ?? appendStyleSheet(href);
  loadedByUrl.set(href, loaded);
  loaded.catch(() => loadedByUrl.delete(href)); // the next call tries again
  return loaded;
}

/** @param {string} href @returns {Promise<unknown>} */
function appendStyleSheet(href) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = href;
  const loaded = new Promise((resolve, reject) => {
    link.onload = resolve;
    link.onerror = () => {
      link.remove();
      reject(new Error(`${href} can't be loaded`));
    };
  });
  document.head.append(link);
  return loaded;
}
