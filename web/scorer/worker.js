// The scorer's service worker: serves its page, scripts, styles and fonts without a network.
//
// It handles nothing else. Requests by scripts have no `destination`: neither `/api/` nor a
// stream is ever touched, since a made-up answer would end an `EventSource` for good. The page
// fills the cache (offline-cache.js).

/** @type {any} */ const serviceWorker = self;

const CACHE_PREFIX = "touchline-scorer";
const PAGE_PATH = "/scorer/";
const CACHED_DESTINATIONS = new Set(["script", "style", "font", "image"]);

serviceWorker.addEventListener("install", () => serviceWorker.skipWaiting());
serviceWorker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(serviceWorker.clients.claim()));

serviceWorker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const isPage = request.mode === "navigate" && pathname.startsWith(PAGE_PATH);
  const isAsset = CACHED_DESTINATIONS.has(request.destination) && pathname.startsWith("/assets/");
  if (isPage || isAsset) event.respondWith(cachedOrFetched(request, isPage ? PAGE_PATH : pathname));
});

/**
 * From the newest complete set, so that files of two builds never mix; else from the network.
 * @param {Request} request
 * @param {string} path
 */
async function cachedOrFetched(request, path) {
  const names = (await caches.keys()).filter((name) => name.startsWith(CACHE_PREFIX));
  for (const name of names.reverse()) {
    const cache = await caches.open(name);
    if (!(await cache.match(PAGE_PATH))) continue; // an incomplete set
    const cachedResponse = await cache.match(path);
    if (cachedResponse) return cachedResponse;
  }
  return fetch(request);
}
