// Keeps all files of the console on the device, as one set of one build, for the service worker to give.

import { tryOrUndefined } from "../client/environment.js";

const CACHE_PREFIX = "touchline-scorer";
const PAGE_PATH = "/scorer/";
const WORKER_PATH = "/scorer/worker.js";

/**
 * What a file asks for in turn: imports of a module, files of a page and of a style sheet.
 * @param {string} path
 * @param {string} text
 * @returns {string[]} paths, each once
 */
export function referencedPaths(path, text) {
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
 * @param {(path: string) => Promise<Response>} fetchFile
 * @returns {Promise<Map<string, Response>>}
 */
export async function fetchAllFiles(fetchFile) {
  /** @type {Map<string, Response>} */ const files = new Map();
  let paths = [PAGE_PATH];
  while (paths.length > 0) {
    const responses = await Promise.all(paths.map(fetchFile));
    const parts = await Promise.all(responses.map(async (response, at) => {
      if (!response.ok) throw new Error(`${paths[at]}: ${response.status}`);
      files.set(paths[at], response);
      return /\.(woff2|svg)$/.test(paths[at]) ? [] : referencedPaths(paths[at], await response.clone().text());
    }));
    paths = [...new Set(parts.flat())].filter((path) => !files.has(path));
  }
  return files;
}

/**
 * Installs the service worker and brings its files up to date.
 * @param {() => void} onNewBuild what is shown is not the newest build
 */
export async function installOfflineCache(onNewBuild) {
  const container = tryOrUndefined(() => navigator.serviceWorker); // none without TLS
  if (!container) return;
  /** @type {any} */ const { trustedTypes } = globalThis;
  // `require-trusted-types-for 'script'` wants to know who vouches for a worker's address.
  const policy = trustedTypes?.createPolicy("touchline-scorer", { createScriptURL: (/** @type {string} */ url) => url });
  try {
    await container.register(policy?.createScriptURL(WORKER_PATH) ?? WORKER_PATH, { scope: PAGE_PATH });
    // The page is the same for every match. Asked for by a script, nothing comes from the worker.
    const files = await fetchAllFiles((path) => fetch(path === PAGE_PATH ? location.pathname : path, { cache: "no-cache" }));
    if (await storeBuild(files)) onNewBuild();
  } catch (error) {
    console.warn("the console could not be kept for use without a network", error);
  }
}

/**
 * @param {Map<string, Response>} files
 * @returns {Promise<boolean>} whether another set was there before
 */
async function storeBuild(files) {
  const build = [...files].map(([path, response]) => `${path} ${response.headers.get("ETag")}`).sort().join("\n");
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(build));
  const name = `${CACHE_PREFIX} ${[...new Uint8Array(bytes)].slice(0, 8).map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  const otherCaches = (await caches.keys()).filter((one) => one.startsWith(CACHE_PREFIX) && one !== name);
  const cache = await caches.open(name);
  if (!(await cache.match(PAGE_PATH))) {
    for (const [path, response] of files) if (path !== PAGE_PATH) await cache.put(path, response);
    await cache.put(PAGE_PATH, /** @type {Response} */ (files.get(PAGE_PATH))); // last: now it is whole
  }
  await Promise.all(otherCaches.map((one) => caches.delete(one)));
  return otherCaches.length > 0;
}
