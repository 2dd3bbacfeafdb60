// Detects that the server's files differ from those that this page was loaded from.

export class BuildCheck {
  /** @type {Map<string, string> | null} */ #knownTags = null;

  /**
   * @param {string[]} urls of this page's files
   * @param {(url: string) => Promise<string | null>} [fetchTag] a file's `ETag`; null if the server can't be reached
   */
  constructor(urls, fetchTag = requestEtag) {
    this.urls = urls;
    this.fetchTag = fetchTag;
  }

  /** Stores the tags on the first call; afterwards returns whether any has changed. */
  async hasChanged() {
    const tags = new Map();
    for (const url of this.urls) {
      const tag = await this.fetchTag(url);
      if (tag === null) return false; // unreachable is not changed
      tags.set(url, tag);
    }
    const before = this.#knownTags;
    this.#knownTags ??= tags;
    return before !== null && this.urls.some((url) => before.get(url) !== tags.get(url));
  }
}

/** URLs that this page has loaded from its own site, including itself. */
export function loadedUrls() {
  const names = performance.getEntriesByType("resource").map(({ name }) => name);
  const ownUrls = names.filter((name) => name.startsWith(`${location.origin}/assets/`) && /\.(js|css)$/.test(name));
  return [location.origin + location.pathname, ...new Set(ownUrls)];
}

/** @param {string} url */
async function requestEtag(url) {
  try {
    const response = await fetch(url, { method: "HEAD", cache: "no-store" });
    return response.ok ? response.headers.get("ETag") : null;
  } catch {
    return null;
  }
}
