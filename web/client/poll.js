// A single poll instead of a stream: for networks that buffer streams, and to learn the status
// of a refusal, which EventSource doesn't expose.

/** @import { Message } from "./message-types.js" */
/** @import { NetworkEnvironment } from "./environment.js" */

/**
 * @typedef {{ cursor: string | null, messages: Message[] }} MessageBatch
 *
 * @typedef {object} PollResult `later` includes network failures
 * @property {"batch" | "refused" | "later"} kind
 * @property {MessageBatch} [batch]
 * @property {string} [status]
 * @property {number} [retryAfterMs] from `Retry-After`
 */

const REQUEST_TIMEOUT_MARGIN_MS = 10_000; // on top of the wait that the server was asked for
const RETRYABLE_STATUSES = new Set([408, 425, 429]); // RFC 9110, 8470, 6585: may succeed later

/**
 * @param {NetworkEnvironment} environment
 * @param {string} url
 * @param {{ waitMs?: number, signal?: AbortSignal, credentials?: RequestCredentials }} options
 * @returns {Promise<PollResult>}
 */
export async function pollOnce(environment, url, { waitMs = 0, signal, credentials = "same-origin" } = {}) {
  const request = new AbortController();
  const abort = () => request.abort();
  signal?.addEventListener("abort", abort);
  const timer = environment.setTimeout(abort, waitMs + REQUEST_TIMEOUT_MARGIN_MS);
  try {
    const response = await environment.fetch(url, { signal: request.signal, credentials, cache: "no-store" });
    const { status } = response;
    const isFinal = status === 204 || (status >= 400 && status < 500 && !RETRYABLE_STATUSES.has(status));
    if (isFinal) return { kind: "refused", status: String(status) };
    if (!response.ok) return { kind: "later", retryAfterMs: retryAfterMs(response, environment.now()) };
    const batch = await response.json(); // a captive portal's answer is not JSON
    return Array.isArray(batch?.messages) ? { kind: "batch", batch } : { kind: "later" };
  } catch {
    return { kind: "later" };
  } finally {
    environment.clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/**
 * `Retry-After` in milliseconds: RFC 9110, 10.2.3, seconds or a date.
 * @param {Response} response
 * @param {number} now
 */
export function retryAfterMs(response, now) {
  const headerValue = response.headers?.get("Retry-After") ?? "";
  if (/^\d+$/.test(headerValue)) return Number(headerValue) * 1_000;
  const retryAtMs = Date.parse(headerValue);
  return Number.isNaN(retryAtMs) ? 0 : Math.max(0, retryAtMs - now);
}
