// REST requests: the response, or the problem document of a failure.

import { randomId } from "../client/environment.js";

/**
 * @typedef {{ pointer: string, detail: string }} FieldError
 *
 * RFC 9457; `status` is 0 if no server answered.
 * @typedef {{ status: number, code: string, detail: string, errors?: FieldError[] }} Problem
 *
 * @typedef {object} ApiResponse
 * @property {any} body null if there is none
 * @property {string | null} etag for `If-Match` when the resource is changed
 * @property {Problem | null} problem
 *
 * @typedef {{ id: number, name: string, role: string, email?: string | null }} User
 */

const REQUEST_TIMEOUT_MS = 15_000;

/**
 * @param {string} method
 * @param {string} path
 * @param {any} [body]
 * @param {{ etag?: string | null, idempotencyKey?: string, fetch?: typeof fetch }} [options] `idempotencyKey` to repeat a write; each write has a new one by default
 * @returns {Promise<ApiResponse>}
 */
export async function request(method, path, body, { etag, idempotencyKey, fetch = globalThis.fetch } = {}) {
  /** @type {Record<string, string>} */ const headers = {};
  if (method !== "GET") headers["Idempotency-Key"] = idempotencyKey ?? randomId();
  if (etag) headers["If-Match"] = etag;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    const init = { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) };
    return parseResponse(await fetch(path, init));
  } catch {
    return problemResponse({ status: 0, code: "no-network", detail: "The server can’t be reached." });
  }
}

/** @param {Response} response @returns {Promise<ApiResponse>} */
async function parseResponse(response) {
  const { status, headers } = response;
  const document = await response.json().catch(() => null);
  if (response.ok) return { body: document, etag: headers.get("ETag"), problem: null };
  const code = document?.code ?? "unknown";
  return problemResponse({ ...document, status, code, detail: document?.detail ?? `The server answered ${status}.` });
}

/** @param {Problem} problem @returns {ApiResponse} */
function problemResponse(problem) {
  return { body: null, etag: null, problem };
}

/**
 * All items of a list, page by page.
 * @param {string} path
 * @param {{ maxItems?: number, send?: typeof request }} [options] `maxItems`: stops after the page that reaches it
 * @returns {Promise<{ items: any[], problem: Problem | null }>}
 */
export async function listAll(path, { maxItems = Infinity, send = request } = {}) {
  /** @type {any[]} */ const items = [];
  for (let cursor = ""; ; ) {
    const separator = path.includes("?") ? "&" : "?";
    const { body, problem } = await send("GET", `${path}${separator}limit=500${cursor && `&after=${cursor}`}`);
    if (problem) return { items, problem };
    items.push(...body.items);
    if (!body.next || items.length >= maxItems) return { items, problem: null };
    cursor = encodeURIComponent(body.next);
  }
}

/** The signed-in user; a signed-out visitor is not a problem. @returns {Promise<{ user: User | null, problem: Problem | null }>} */
export async function fetchCurrentUser() {
  const { body, problem } = await request("GET", "/api/auth/me");
  return { user: body, problem: problem?.status === 401 ? null : problem };
}
