// What was read stays readable without a network: the last pages of home, the archive and posts, for this reader.
const PAGES = "potluck-pages-1";
const STILL = "potluck-still-1";
const MOST_PAGES = 60;
const OFFLINE = "/offline";
const READABLE = /^\/(home|archive|kept|posts\/\d+)$/;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(STILL).then((cache) => cache.add(OFFLINE)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const ours = new Set([PAGES, STILL]);
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => !ours.has(name)).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/accounts/")) {
    // Whoever signs in or out next on this device starts with nothing of the one before.
    event.waitUntil(caches.delete(PAGES));
    return;
  }
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(request, url));
  else if (url.pathname.startsWith("/static/")) event.respondWith(still(request));
});

async function page(request, url) {
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected && READABLE.test(url.pathname)) await keep(request, answer.clone());
    return answer;
  } catch {
    const kept = await caches.match(request, { cacheName: PAGES, ignoreVary: true });
    return kept || (await caches.match(OFFLINE)) || Response.error();
  }
}

async function keep(request, answer) {
  const cache = await caches.open(PAGES);
  await cache.put(request, answer);
  const kept = await cache.keys();
  await Promise.all(kept.slice(0, Math.max(0, kept.length - MOST_PAGES)).map((old) => cache.delete(old)));
}

// Their names change when they do, so what is there is right.
async function still(request) {
  const cache = await caches.open(STILL);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}
