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
  const fresh = await answer.text();
  // Icons, lists and the service's own figures can be navigated to as well; in the page's place they would be all there is.
  if (!answer.headers.get("Content-Type")?.startsWith("text/html") || !fresh.includes('id="app"')) return;
  const cache = await caches.open(CACHE);
  const kept = await cache.match(PAGE);
  if (fresh === (await kept?.text()) && !kept.headers.has("Link")) return;
  // Pages that were never opened must open without a network, too: all files are kept, not only the first page's.
  const listed = await fetch(FILES);
  if (!listed.ok) return;
  const named = await listed.json();
  // The service was updated between the two answers: the next visit finds a page and a list of one version.
  if ([...fresh.matchAll(/"(\/assets\/[^"]+)"/g)].some(([, name]) => !named.includes(name))) return;
  const there = (await cache.keys()).map((request) => new URL(request.url).pathname);
  await cache.addAll(named.filter((name) => !there.includes(name)));
  await cache.put(PAGE, forAnyPath(fresh, answer));
  for (const request of await cache.keys()) {
    const name = new URL(request.url).pathname;
    if (name !== PAGE && !named.includes(name)) await cache.delete(request);
  }
}

/** The page as it is kept: without the questions of the path that it was fetched for, and as plain text. */
function forAnyPath(text, { status, headers }) {
  const plain = new Headers(headers);
  for (const name of ["Link", "Content-Encoding", "Content-Length"]) plain.delete(name);
  return new Response(text, { status, headers: plain });
}

async function asset(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}
