/** Cards below the first picture, loaded after the page's first numbers. */
export { default as CountCard } from "./CountCard.svelte";
export { default as DevicesCard } from "./DevicesCard.svelte";
export { default as GatesCard } from "./GatesCard.svelte";
export { default as HandWeighings } from "./HandWeighings.svelte";
export { default as TakePicture } from "./TakePicture.svelte";
export { default as WellnessCard } from "./WellnessCard.svelte";
export { default as MarksOver } from "../marks/MarksOver.svelte";
export { default as MarksPanel } from "../marks/MarksPanel.svelte";
export { default as DayPictures } from "./DayPictures.svelte";
