// Whether the server has other files by now than those this page was made of.

export class Build {
  /** @type {Map<string, string> | null} */ #tags = null;

  /**
   * @param {string[]} addresses of what the page was made of
   * @param {(address: string) => Promise<string | null>} [tagOf] a file's `ETag`; null where it can't be learned
   */
  constructor(addresses, tagOf = askTag) {
    this.addresses = addresses;
    this.tagOf = tagOf;
  }

  /** Remembers what there is, the first time; afterwards says whether any of it is another. */
  async changed() {
    const tags = new Map();
    for (const address of this.addresses) {
      const tag = await this.tagOf(address);
      if (tag === null) return false; // a server that is away says nothing of its build
      tags.set(address, tag);
    }
    const before = this.#tags;
    this.#tags ??= tags;
    return before !== null && this.addresses.some((address) => before.get(address) !== tags.get(address));
  }
}

/** What this page has loaded from its own site, itself among it. */
export function loaded() {
  const names = performance.getEntriesByType("resource").map(({ name }) => name);
  const own = names.filter((name) => name.startsWith(`${location.origin}/assets/`) && /\.(js|css)$/.test(name));
  return [location.origin + location.pathname, ...new Set(own)];
}

/** @param {string} address */
async function askTag(address) {
  try {
    const response = await fetch(address, { method: "HEAD", cache: "no-store" });
    return response.ok ? response.headers.get("ETag") : null;
  } catch {
    return null;
  }
}
