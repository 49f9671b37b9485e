/*
 * Alerts on the phone: shows what the cloud pushes, with its picture, and sends what is pressed on it.
 * The message is written by cloud/alerts/delivery/outgoing.py; its links carry their own proof, so no sign-in is needed.
 */
const ICON = "/icon-192.png";
const DONE_MS = 4000;

self.addEventListener("push", (event) => event.waitUntil(show(event.data?.json() ?? {})));
self.addEventListener("notificationclick", (event) =>
  event.waitUntil(pressed(event.notification, event.action)),
);
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(subscribeAnew(event)));

/** The same message again replaces itself and makes no second sound. */
function show(message) {
  const { id, title = "Henwise", body, lang, level, picture, answers = [] } = message;
  return self.registration.showNotification(title, {
    body,
    lang,
    tag: id,
    image: picture,
    icon: ICON,
    badge: ICON,
    data: message,
    requireInteraction: level === "severe",
    actions: answers.map(({ action, title: label }) => ({ action, title: label })),
  });
}

async function pressed(notification, action) {
  const message = notification.data ?? {};
  const answer = message.answers?.find((one) => one.action === action);
  if (!answer) {
    notification.close();
    return open(message.page ?? "/");
  }
  // It is not closed but replaced: closing could be carried out last, and take the replacement with it.
  const told = await fetch(answer.post, { method: "POST", headers: { Accept: "application/json" } }).catch(
    () => null,
  );
  if (!told?.ok) {
    // The alert stays in sight: what was pressed did not arrive.
    return self.registration.showNotification(message.title, {
      body: message.failed,
      lang: message.lang,
      tag: message.id,
      icon: ICON,
      badge: ICON,
      data: { page: message.page },
    });
  }
  await self.registration.showNotification(message.title, {
    body: answer.done,
    lang: message.lang,
    tag: message.id,
    icon: ICON,
    badge: ICON,
    silent: true,
    data: { page: message.page },
  });
  await new Promise((resolve) => setTimeout(resolve, DONE_MS));
  for (const shown of await self.registration.getNotifications({ tag: message.id })) shown.close();
}

async function open(page) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((one) => new URL(one.url).pathname === page) ?? pages[0];
  if (!there) return self.clients.openWindow(page);
  await there.focus();
  if (new URL(there.url).pathname !== page)
    await there.navigate(page).catch(() => self.clients.openWindow(page));
}

/** Browsers change their subscription now and then; the cloud hears of it while the person is signed in. */
async function subscribeAnew(event) {
  const options = event.oldSubscription?.options;
  const fresh =
    event.newSubscription ?? (options && (await self.registration.pushManager.subscribe(options)));
  if (!fresh) return;
  await fetch("/api/v1/me/push", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...fresh.toJSON(), label: "Henwise" }),
  });
}
