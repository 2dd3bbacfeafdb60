// Parses the page from the address: `#/events/1/results`; pure.

/**
 * @param {string} hash
 * @param {readonly string[]} pages the first is the default
 * @returns {{ page: string, id: string | null, section: string | null }}
 */
export function parseRoute(hash, pages) {
  const [page = "", id = null, section = null] = hash.replace(/^#\/?/, "").split("/").filter(Boolean);
  const isValidId = id !== null && /^[\w.-]+$/.test(id);
  return pages.includes(page) ? { page, id: isValidId ? id : null, section: isValidId ? section : null } : { page: pages[0], id: null, section: null };
}
