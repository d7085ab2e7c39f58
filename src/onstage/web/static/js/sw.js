// @ts-check
// The service worker: the interface's own files from the cache, everything else from the network, and a page that
// says so when there is none. The server puts VERSION and SHELL in front of it.
/* global VERSION, SHELL */

const CACHE = `onstage-${VERSION}`;

self.addEventListener("install", (event) => {
  // Without cookies: what is kept for everybody in this browser must not name the one who is signed in now.
  const wanted = SHELL.map((url) => new Request(url, { credentials: "omit" }));
  const keep = caches.open(CACHE).then((cache) => cache.addAll(wanted));
  event.waitUntil(keep.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const tidy = caches.keys().then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))));
  event.waitUntil(tidy.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") {
    const instead = request.method === "GET" ? "/offline" : "/unsent";
    event.respondWith(fetch(request).catch(() => caches.match(instead)));
  } else if (request.method === "GET" && SHELL.includes(new URL(request.url).pathname)) {
    event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
  }
});

self.addEventListener("push", (event) => {
  const { title, body, url, tag } = event.data?.json() ?? {};
  if (title) event.waitUntil(self.registration.showNotification(title, { body, tag, data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data?.url || "/inbox"));
});
