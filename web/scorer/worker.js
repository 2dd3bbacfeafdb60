// The console's service worker: gives its page, scripts, styles and fonts without a network.
//
// Nothing else passes through it. What scripts ask for has no `destination`: neither `/api/` nor a
// stream is ever touched, since a made-up answer would end an `EventSource` for good. What there is in
// the cache, the page puts there (shell.js).

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
 * From the newest whole set, so that parts of two builds never meet; else over the network.
 * @param {Request} request
 * @param {string} path
 */
async function cachedOrFetched(request, path) {
  const names = (await caches.keys()).filter((name) => name.startsWith(CACHE_PREFIX));
  for (const name of names.reverse()) {
    const cache = await caches.open(name);
    if (!(await cache.match(PAGE_PATH))) continue; // it was never finished
    const cachedResponse = await cache.match(path);
    if (cachedResponse) return cachedResponse;
  }
  return fetch(request);
}
