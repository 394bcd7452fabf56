/* Keeps the agent's pages on the phone: the network first, what was seen last when there is none. */
const SHELF = "handover-1";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(keepAll(event.data?.keep || [])));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  event.respondWith(answer(event.request));
});

async function answer(request) {
  try {
    const fresh = await fetch(request);
    if (fresh.ok && !fresh.redirected && fresh.type === "basic") (await caches.open(SHELF)).put(request, fresh.clone());
    return fresh;
  } catch (error) {
    const kept = await caches.match(request, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

async function keepAll(urls) {
  const shelf = await caches.open(SHELF);
  for (const url of urls) {
    if (new URL(url).origin !== self.location.origin || (await shelf.match(url))) continue;
    const fresh = await fetch(url).catch(() => null);
    if (fresh?.ok && !fresh.redirected) await shelf.put(url, fresh);
  }
}
