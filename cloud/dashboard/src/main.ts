import { mount } from "svelte";
import "./app.css";
import Root from "./Root.svelte";
import { App } from "./state/app.svelte";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");

const app = new App();
app.clock.start();
app.router.start();
app.session.listen();
// Back from the OpenID provider: whoever was here before is not believed.
const arrived = new URLSearchParams(location.search).has("signed-in");
if (arrived) app.router.go("/", { replace: true });
void app.session.start({ arrived });
// In a task of its own: the phone may paint and hear a finger between reading the files and making the page.
setTimeout(() => {
  target.replaceChildren();
  mount(Root, { target, props: { app } });
});

// Without a network the page itself must still open. Absent on plain http to another machine; nothing depends on it.
// It fetches every page's files, so it waits until the first one stands.
function keepForLater() {
  navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
}
if (import.meta.env.PROD) {
  if (document.readyState === "complete") keepForLater();
  else addEventListener("load", keepForLater, { once: true });
}
