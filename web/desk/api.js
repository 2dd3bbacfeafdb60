// One question to the server: what it answers, or the problem document that says why not.

import { uniqueId } from "../client/world.js";

/**
 * @typedef {{ pointer: string, detail: string }} Fault
 *
 * RFC 9457; `status` is 0 where no server answered.
 * @typedef {{ status: number, code: string, detail: string, errors?: Fault[] }} Problem
 *
 * @typedef {object} Answer
 * @property {any} body null where there is none
 * @property {string | null} etag to be named when the thing is changed
 * @property {Problem | null} problem
 *
 * @typedef {{ id: number, name: string, role: string, email?: string | null }} Person
 */

const PATIENCE_MS = 15_000;

/**
 * @param {string} method
 * @param {string} path
 * @param {any} [body]
 * @param {{ etag?: string | null, key?: string, fetch?: typeof fetch }} [how] `key` sends the same write again; a write has one of its own otherwise
 * @returns {Promise<Answer>}
 */
export async function call(method, path, body, { etag, key, fetch = globalThis.fetch } = {}) {
  /** @type {Record<string, string>} */ const headers = {};
  if (method !== "GET") headers["Idempotency-Key"] = key ?? uniqueId();
  if (etag) headers["If-Match"] = etag;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    const init = { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE_MS) };
    return read(await fetch(path, init));
  } catch {
    return failed({ status: 0, code: "no-network", detail: "The server can’t be reached." });
  }
}

/** @param {Response} response @returns {Promise<Answer>} */
async function read(response) {
  const { status, headers } = response;
  const said = await response.json().catch(() => null);
  if (response.ok) return { body: said, etag: headers.get("ETag"), problem: null };
  const code = said?.code ?? "unknown";
  return failed({ ...said, status, code, detail: said?.detail ?? `The server answered ${status}.` });
}

/** @param {Problem} problem @returns {Answer} */
function failed(problem) {
  return { body: null, etag: null, problem };
}

/**
 * All items of a list, page by page.
 * @param {string} path
 * @param {{ most?: number, ask?: typeof call }} [how] `most`: no further page once there are so many
 * @returns {Promise<{ items: any[], problem: Problem | null }>}
 */
export async function all(path, { most = Infinity, ask = call } = {}) {
  /** @type {any[]} */ const items = [];
  for (let after = ""; ; ) {
    const mark = path.includes("?") ? "&" : "?";
    const { body, problem } = await ask("GET", `${path}${mark}limit=500${after && `&after=${after}`}`);
    if (problem) return { items, problem };
    items.push(...body.items);
    if (!body.next || items.length >= most) return { items, problem: null };
    after = encodeURIComponent(body.next);
  }
}

/** Who is signed in; nobody is no problem. @returns {Promise<{ me: Person | null, problem: Problem | null }>} */
export async function whoAmI() {
  const { body, problem } = await call("GET", "/api/auth/me");
  return { me: body, problem: problem?.status === 401 ? null : problem };
}
