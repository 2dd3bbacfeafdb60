// Asks the server, and says what went wrong in words that can be shown.

/** What a problem document holds, as far as pages need it. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} detail
   */
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/**
 * @param {string} path
 * @param {{ method?: string, body?: unknown }} [how]
 * @returns {Promise<any>}
 */
export async function api(path, { method = "GET", body } = {}) {
  const headers = body === undefined ? undefined : { "Content-Type": "application/json" };
  const response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  if (response.ok) return response.status === 204 ? null : response.json();
  const problem = await response.json().catch(() => ({}));
  throw new Refused(response.status, problem.detail ?? problem.title ?? `HTTP ${response.status}`);
}

/**
 * All of a list, page after page.
 * @param {string} path
 * @param {number} [most]
 * @returns {Promise<any[]>}
 */
export async function all(path, most = 1_000) {
  const items = [];
  let next = "";
  do {
    const page = await api(`${path}?limit=100${next && `&after=${next}`}`);
    items.push(...page.items);
    next = page.next == null ? "" : encodeURIComponent(page.next);
  } while (next && items.length < most);
  return items;
}
