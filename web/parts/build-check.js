// Whether the server has other files by now than those this page was made of.

export class BuildCheck {
  /** @type {Map<string, string> | null} */ #knownTags = null;

  /**
   * @param {string[]} urls of what the page was made of
   * @param {(url: string) => Promise<string | null>} [fetchTag] a file's `ETag`; null where it can't be learned
   */
  constructor(urls, fetchTag = requestEtag) {
    this.urls = urls;
    this.fetchTag = fetchTag;
  }

  /** Remembers what there is, the first time; afterwards says whether any of it is another. */
  async hasChanged() {
    const tags = new Map();
    for (const url of this.urls) {
      const tag = await this.fetchTag(url);
      if (tag === null) return false; // a server that is away says nothing of its build
      tags.set(url, tag);
    }
    const before = this.#knownTags;
    this.#knownTags ??= tags;
    return before !== null && this.urls.some((url) => before.get(url) !== tags.get(url));
  }
}

/** What this page has loaded from its own site, itself among it. */
export function loadedUrls() {
  const names = performance.getEntriesByType("resource").map(({ name }) => name);
  const own = names.filter((name) => name.startsWith(`${location.origin}/assets/`) && /\.(js|css)$/.test(name));
  return [location.origin + location.pathname, ...new Set(own)];
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
