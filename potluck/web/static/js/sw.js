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
    if (url.pathname === "/accounts/logout/" && request.method === "POST") event.waitUntil(tellNoMore());
    return;
  }
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(request, url));
  else if (url.pathname.startsWith("/static/")) event.respondWith(still(request));
});

async function tellNoMore() {
  const told = await self.registration.pushManager?.getSubscription();
  await told?.unsubscribe();
}

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

// Word of something, sealed for this device. Who has that thread before their eyes need not be told.
self.addEventListener("push", (event) => {
  event.waitUntil(event.data ? tell(event.data.json()) : undefined);
});

async function tell({ title, body, url, tag }) {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const path = url.split("#")[0].replace(/\/live$/, "");
  const there = (one) => one.visibilityState === "visible" && new URL(one.url).pathname.replace(/\/live$/, "") === path;
  if (windows.some(there)) return;
  await self.registration.showNotification(title, { body, tag, data: { url }, icon: "/static/icons/app-192.png" });
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data.url));
});

async function show(url) {
  const wanted = new URL(url, self.location.origin).href;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const open = windows.find((one) => one.url === wanted);
  return open ? open.focus() : self.clients.openWindow(wanted);
}
