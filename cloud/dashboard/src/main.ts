import { mount } from "svelte";
import "./app.css";
import Root from "./Root.svelte";
import { App } from "./state/app.svelte";

const target = document.getElementById("app");
if (!target) throw new Error("index.html has no #app");

const app = new App();
app.clock.start();
app.router.start();
void app.session.start();
mount(Root, { target, props: { app } });

// Without a network the page itself must still open. Absent on plain http to another machine; nothing depends on it.
if (import.meta.env.PROD) navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
