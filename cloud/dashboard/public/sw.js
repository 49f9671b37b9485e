/*
 * Keeps the page's own files (never the farm's data) on the phone, so that it opens without a network.
 * The page is asked for first and taken from the phone when nobody answers in time; hashed files never change.
 */
importScripts("/push.js");

const CACHE = "henwise-shell-1";
const PAGE = "/";
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepAll());
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && !url.pathname.startsWith("/api/")) event.respondWith(page(event));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(asset(event.request));
});

async function page(event) {
  const asked = fetch(event.request).then(async (answer) => {
    if (answer.ok) await keepPage(answer.clone());
    return answer;
  });
  // The answer that comes too late for this visit is kept for the next.
  event.waitUntil(asked.catch(() => undefined));
  const kept = await caches.match(PAGE);
  if (!kept) return asked;
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, kept));
  return Promise.race([
    asked.then((answer) => (answer.status < 500 ? answer : kept)).catch(() => kept),
    late,
  ]);
}

/** The page that installs this was loaded without it: fetch once more what it is made of. */
async function keepAll() {
  const answer = await fetch(PAGE);
  if (!answer.ok) return;
  const named = (await answer.clone().text()).match(/\/assets\/[^"]+/g) ?? [];
  await keepPage(answer);
  await (await caches.open(CACHE)).addAll(named);
}

/** A page that names other files than the kept one is a new version: the old one's files go. */
async function keepPage(answer) {
  const cache = await caches.open(CACHE);
  const [fresh, kept] = [await answer.clone().text(), await (await cache.match(PAGE))?.text()];
  if (fresh === kept) return;
  for (const request of await cache.keys()) {
    if (!fresh.includes(new URL(request.url).pathname)) await cache.delete(request);
  }
  await cache.put(PAGE, answer);
}

async function asset(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}
