// One short answer instead of a stream: for networks that hold streams back, and to learn the status
// of a refusal, which EventSource doesn't tell.

/** @import { Message } from "./wire.js" */
/** @import { Net } from "./world.js" */

/**
 * @typedef {{ cursor: string | null, messages: Message[] }} Batch
 *
 * @typedef {object} Answer `later` also stands for a network that fails
 * @property {"batch" | "refused" | "later"} kind
 * @property {Batch} [batch]
 * @property {string} [why] a refusal's status
 * @property {number} [waitMs] what the server asks us to wait
 */

const PATIENCE_MS = 10_000; // over what the server was asked to wait
const TRY_LATER = new Set([408, 421, 425, 429]); // RFC 9110, 8470, 6585: not the request's fault

/**
 * @param {Net} world
 * @param {string} url
 * @param {{ waitMs?: number, signal?: AbortSignal, credentials?: RequestCredentials }} how
 * @returns {Promise<Answer>}
 */
export async function ask(world, url, { waitMs = 0, signal, credentials = "same-origin" } = {}) {
  const request = new AbortController();
  const stop = () => request.abort();
  signal?.addEventListener("abort", stop);
  const timer = world.setTimeout(stop, waitMs + PATIENCE_MS);
  try {
    const response = await world.fetch(url, { signal: request.signal, credentials, cache: "no-store" });
    const { status } = response;
    const isFinal = status === 204 || (status >= 400 && status < 500 && !TRY_LATER.has(status));
    if (isFinal) return { kind: "refused", why: String(status) };
    if (!response.ok) return { kind: "later", waitMs: retryAfter(response, world.now()) };
    const batch = await response.json(); // what a hotel's network answers instead is no JSON
    return Array.isArray(batch?.messages) ? { kind: "batch", batch } : { kind: "later" };
  } catch {
    return { kind: "later" };
  } finally {
    world.clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/**
 * `Retry-After` in milliseconds: RFC 9110, 10.2.3, seconds or a date.
 * @param {Response} response
 * @param {number} now
 */
export function retryAfter(response, now) {
  const said = response.headers?.get("Retry-After") ?? "";
  if (/^\d+$/.test(said)) return Number(said) * 1_000;
  const at = Date.parse(said);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now);
}
