// Keeps all files of the console on the device, as one set of one build, for the service worker to give.

import { attempt } from "../client/world.js";

const PREFIX = "touchline-scorer";
const PAGE = "/scorer/";
const WORKER = "/scorer/worker.js";

/**
 * What a file asks for in turn: imports of a module, files of a page and of a style sheet.
 * @param {string} path
 * @param {string} text
 * @returns {string[]} paths, each once
 */
export function partsOf(path, text) {
  const found = path.endsWith(".css")
    ? text.matchAll(/url\("([^"]+)"\)/g)
    : path.endsWith(".js")
      ? text.matchAll(/^(?:import|export)\b[^"';]*?\bfrom "([^"]+)";|^import "([^"]+)";/gm)
      : text.matchAll(/\b(?:href|src)="(\/assets\/[^"]+)"/g);
  const paths = [...found].map(([, one, other]) => new URL(one ?? other, `http://x${path}`).pathname);
  return [...new Set(paths)].filter((part) => part.startsWith("/assets/"));
}

/**
 * Everything the console is made of, by following what each file asks for.
 * @param {(path: string) => Promise<Response>} get
 * @returns {Promise<Map<string, Response>>}
 */
export async function collect(get) {
  /** @type {Map<string, Response>} */ const files = new Map();
  let next = [PAGE];
  while (next.length > 0) {
    const responses = await Promise.all(next.map(get));
    const parts = await Promise.all(responses.map(async (response, at) => {
      if (!response.ok) throw new Error(`${next[at]}: ${response.status}`);
      files.set(next[at], response);
      return /\.(woff2|svg)$/.test(next[at]) ? [] : partsOf(next[at], await response.clone().text());
    }));
    next = [...new Set(parts.flat())].filter((path) => !files.has(path));
  }
  return files;
}

/**
 * Installs the service worker and brings its files up to date.
 * @param {() => void} onNew what is shown is not the newest build
 */
export async function keepShell(onNew) {
  const container = attempt(() => navigator.serviceWorker); // none without TLS
  if (!container) return;
  /** @type {any} */ const { trustedTypes } = globalThis;
  // `require-trusted-types-for 'script'` wants to know who vouches for a worker's address.
  const policy = trustedTypes?.createPolicy("touchline-scorer", { createScriptURL: (/** @type {string} */ url) => url });
  try {
    await container.register(policy?.createScriptURL(WORKER) ?? WORKER, { scope: PAGE });
    // The page is the same for every match. Asked for by a script, nothing comes from the worker.
    const files = await collect((path) => fetch(path === PAGE ? location.pathname : path, { cache: "no-cache" }));
    if (await keep(files)) onNew();
  } catch (error) {
    console.warn("the console could not be kept for use without a network", error);
  }
}

/**
 * @param {Map<string, Response>} files
 * @returns {Promise<boolean>} whether another set was there before
 */
async function keep(files) {
  const build = [...files].map(([path, response]) => `${path} ${response.headers.get("ETag")}`).sort().join("\n");
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(build));
  const name = `${PREFIX} ${[...new Uint8Array(bytes)].slice(0, 8).map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  const others = (await caches.keys()).filter((one) => one.startsWith(PREFIX) && one !== name);
  const set = await caches.open(name);
  if (!(await set.match(PAGE))) {
    for (const [path, response] of files) if (path !== PAGE) await set.put(path, response);
    await set.put(PAGE, /** @type {Response} */ (files.get(PAGE))); // last: now it is whole
  }
  await Promise.all(others.map((one) => caches.delete(one)));
  return others.length > 0;
}
