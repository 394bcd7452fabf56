/* Keeps the agent's pages on the phone: the network first, what was seen last when there is none. One shelf for the agent
   who is signed in; it is cleared when he signs out (ui/shell.js), when the session is over, and when another signs in. */
const SHELF = "handover-2-";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([clear((name) => !name.startsWith(SHELF)), self.clients.claim()])));
self.addEventListener("message", (event) => event.waitUntil(keepAll(event.data ?? {})));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  event.respondWith(answer(event.request));
});

const clear = async (isOld) => Promise.all((await caches.keys()).filter(isOld).map((name) => caches.delete(name)));

/* The shelf of this agent, those of others gone; without a name the one that there is. */
async function shelfOf(owner) {
  if (owner) {
    await clear((name) => name !== SHELF + owner);
    return caches.open(SHELF + owner);
  }
  const name = (await caches.keys()).find((known) => known.startsWith(SHELF));
  return name ? caches.open(name) : null;
}

async function answer(request) {
  try {
    const fresh = await fetch(request);
    if (request.mode === "navigate" && fresh.type === "opaqueredirect") await clear(() => true); // to the sign-in
    else if (fresh.ok && !fresh.redirected && fresh.type === "basic") (await shelfOf(fresh.headers.get("X-Agent")))?.put(request, fresh.clone());
    return fresh;
  } catch (error) {
    const kept = await caches.match(request, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

async function keepAll({ owner, keep = [] }) {
  if (!owner) return;
  const shelf = await shelfOf(owner);
  for (const url of keep) {
    if (new URL(url).origin !== self.location.origin || (await shelf.match(url))) continue;
    const fresh = await fetch(url).catch(() => null);
    const reader = fresh?.headers.get("X-Agent") ?? owner;
    if (fresh?.ok && !fresh.redirected && reader === owner) await shelf.put(url, fresh);
  }
}
