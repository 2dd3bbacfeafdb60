// Which page the address names: `#/events/1/results`. Pure.

/**
 * @param {string} hash
 * @param {readonly string[]} pages the first is where one arrives
 * @returns {{ page: string, id: string | null, part: string | null }}
 */
export function route(hash, pages) {
  const [page = "", id = null, part = null] = hash.replace(/^#\/?/, "").split("/").filter(Boolean);
  const isThing = id !== null && /^[\w.-]+$/.test(id);
  return pages.includes(page) ? { page, id: isThing ? id : null, part: isThing ? part : null } : { page: pages[0], id: null, part: null };
}
