/** The daily log, loaded when the house's first numbers are there. */
export { default as LogPage } from "./LogPage.svelte";
export { Queue } from "./queue.svelte";
export { DeviceShelf } from "./shelf";
