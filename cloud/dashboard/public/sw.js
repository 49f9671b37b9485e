/*
 * Keeps the page's own files (never the farm's data) on the phone, so that it opens without a network.
 * The page is asked for first and taken from the phone when nobody answers in time; hashed files never change.
 */
importScripts("/push.js");

const CACHE = "henwise-shell-1";
const PAGE = "/";
const FILES = "/files.json";
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
  const asked = fetch(event.request);
  // The answer that comes too late for this visit is kept for the next.
  event.waitUntil(asked.then((answer) => answer.ok && keepPage(answer.clone())).catch(() => undefined));
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
  if (answer.ok) await keepPage(answer);
}

/** A page that names other files than the kept one is a new version: its files come, then the old one's go. */
async function keepPage(answer) {
  const cache = await caches.open(CACHE);
  const [fresh, kept] = [await answer.clone().text(), await (await cache.match(PAGE))?.text()];
  if (fresh === kept) return;
  // Pages that were never opened must open without a network, too: all files are kept, not only the first page's.
  const listed = await fetch(FILES);
  if (!listed.ok) return;
  const named = await listed.json();
  const there = (await cache.keys()).map((request) => new URL(request.url).pathname);
  await cache.addAll(named.filter((name) => !there.includes(name)));
  await cache.put(PAGE, answer);
  for (const request of await cache.keys()) {
    const name = new URL(request.url).pathname;
    if (name !== PAGE && !named.includes(name)) await cache.delete(request);
  }
}

async function asset(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}
