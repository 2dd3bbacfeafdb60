// Caches all files of the scorer page on the device, as one set of one build, for the service worker.

import { tryOrUndefined } from "../client/environment.js";

const CACHE_PREFIX = "touchline-scorer";
const PAGE_PATH = "/scorer/";
const WORKER_PATH = "/scorer/worker.js";
/** The module whose dynamic imports are needed too; those of other modules are for other pages. */
const REGISTRY_PATH = "/assets/sports/registry.js";
const STATIC_IMPORTS = /^(?:import|export)\b[^"';]*?\bfrom "([^"]+)";|^import "([^"]+)";/gm;
const DYNAMIC_IMPORTS = /\bimport\("([^"]+)"\)/g;
const STYLE_SHEETS = /\bnew URL\("([^"]+\.css)", import\.meta\.url\)/g;

/**
 * The files that a file refers to: imports and style sheets of a module, links of a page or a style sheet.
 * @param {string} path
 * @param {string} text
 * @returns {string[]} paths without duplicates
 */
export function referencedPaths(path, text) {
  const patterns = path.endsWith(".css")
    ? [/url\("([^"]+)"\)/g]
    : path.endsWith(".js")
      ? [STATIC_IMPORTS, STYLE_SHEETS, ...(path === REGISTRY_PATH ? [DYNAMIC_IMPORTS] : [])]
      : [/\b(?:href|src)="(\/assets\/[^"]+)"/g];
  const paths = patterns.flatMap((pattern) => [...text.matchAll(pattern)]).map(([, one, other]) => new URL(one ?? other, `http://x${path}`).pathname);
  return [...new Set(paths)].filter((part) => part.startsWith("/assets/"));
}

/**
 * Finds all files of the scorer page, by following references.
 * @param {(path: string) => Promise<Response>} fetchFile
 * @returns {Promise<Map<string, Response>>}
 */
export async function fetchAllFiles(fetchFile) {
  /** @type {Map<string, Response>} */ const files = new Map();
  let paths = [PAGE_PATH];
  while (paths.length > 0) {
    const responses = await Promise.all(paths.map(fetchFile));
    const parts = await Promise.all(responses.map(async (response, index) => {
      if (!response.ok) throw new Error(`${paths[index]}: ${response.status}`);
      files.set(paths[index], response);
      return /\.(woff2|svg)$/.test(paths[index]) ? [] : referencedPaths(paths[index], await response.clone().text());
    }));
    paths = [...new Set(parts.flat())].filter((path) => !files.has(path));
  }
  return files;
}

/**
 * Installs the service worker and updates its files.
 * @param {() => void} onNewBuild the open page is not the newest build
 */
export async function installOfflineCache(onNewBuild) {
  const container = tryOrUndefined(() => navigator.serviceWorker); // undefined without TLS
  if (!container) return;
  /** @type {any} */ const { trustedTypes } = globalThis;
  // `require-trusted-types-for 'script'` requires a policy for a worker's URL.
  const policy = trustedTypes?.createPolicy("touchline-scorer", { createScriptURL: (/** @type {string} */ url) => url });
  try {
    await container.register(policy?.createScriptURL(WORKER_PATH) ?? WORKER_PATH, { scope: PAGE_PATH });
    // The page is the same for every match. Requests by a script bypass the worker's cache.
    const files = await fetchAllFiles((path) => fetch(path === PAGE_PATH ? location.pathname : path, { cache: "no-cache" }));
    if (await storeBuild(files)) onNewBuild();
  } catch (error) {
    console.warn("the scorer page could not be cached for offline use", error);
  }
}

/**
 * @param {Map<string, Response>} files
 * @returns {Promise<boolean>} whether it replaces another set
 */
async function storeBuild(files) {
  const build = [...files].map(([path, response]) => `${path} ${response.headers.get("ETag")}`).sort().join("\n");
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(build));
  const name = `${CACHE_PREFIX} ${[...new Uint8Array(bytes)].slice(0, 8).map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  const otherCaches = (await caches.keys()).filter((one) => one.startsWith(CACHE_PREFIX) && one !== name);
  const cache = await caches.open(name);
  if (!(await cache.match(PAGE_PATH))) {
    for (const [path, response] of files) if (path !== PAGE_PATH) await cache.put(path, response);
    await cache.put(PAGE_PATH, /** @type {Response} */ (files.get(PAGE_PATH))); // last, as it marks the set as complete
  }
  await Promise.all(otherCaches.map((one) => caches.delete(one)));
  return otherCaches.length > 0;
}
