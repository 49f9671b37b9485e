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
