// The console's service worker: gives its page, scripts, styles and fonts without a network.
//
// Nothing else passes through it. What scripts ask for has no `destination`: neither `/api/` nor a
// stream is ever touched, since a made-up answer would end an `EventSource` for good. What there is in
// the cache, the page puts there (shell.js).

/** @type {any} */ const worker = self;

const PREFIX = "touchline-scorer";
const PAGE = "/scorer/";
const KINDS = new Set(["script", "style", "font", "image"]);

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const isPage = request.mode === "navigate" && pathname.startsWith(PAGE);
  const isPart = KINDS.has(request.destination) && pathname.startsWith("/assets/");
  if (isPage || isPart) event.respondWith(give(request, isPage ? PAGE : pathname));
});

/**
 * From the newest whole set, so that parts of two builds never meet; else over the network.
 * @param {Request} request
 * @param {string} path
 */
async function give(request, path) {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  for (const name of names.reverse()) {
    const set = await caches.open(name);
    if (!(await set.match(PAGE))) continue; // it was never finished
    const kept = await set.match(path);
    if (kept) return kept;
  }
  return fetch(request);
}
