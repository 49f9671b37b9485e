/** What the page says about a camera's marks. Pure. */
import type { CountNow, DrawingNow, HouseNow, Marks, ViewNow } from "../api/types";
import { ageMs, PICTURE_STALE_MS } from "../judge/ages";
import { isOffline } from "../judge/findings";
import { calmAge } from "../format/age";
import { displayName, lookUp } from "../words/names";
import { advice, type Voice } from "../words/sentences";
import type { Mark } from "./shapes";
import type { MarkWords } from "./words";

/** The device tells what it took and what it has by two roads; meanwhile nothing is contradicted. */
const SETTLING_MS = 60_000;

interface OfCamera {
  device: string;
  camera: string;
}

/** What is shown over the picture: what is on its way to the device, else what the device counts with. */
export function shownIn(view: ViewNow): { marks: Marks; waiting: boolean } {
  const { last } = view;
  if (last?.state === "pending" && last.marks) return { marks: last.marks, waiting: true };
  return { marks: view.marks, waiting: false };
}

/** What an editor begins with: what was drawn last, unless the device has it, for it may need only one corner moved. */
export function begunFrom(view: ViewNow): Marks {
  const { last } = view;
  return last?.marks && last.state !== "done" ? last.marks : view.marks;
}

/** A mark's name in a person's language. */
export function nameOf(mark: Mark, own: MarkWords, { words }: Pick<Voice, "words">): string {
  return mark.kind === "floor" ? own.names.floor : displayName(mark.slug, words);
}

/** Its name, with the birds counted in it now where somebody counts them. */
export function labelOf(mark: Mark, own: MarkWords, voice: Voice, house: HouseNow, view: OfCamera): string {
  const name = nameOf(mark, own, voice);
  const birds = birdsIn(mark, house, view);
  return birds === undefined ? name : `${name} · ${voice.format.number(birds)}`;
}

/** Birds in a zone now; undefined while nobody counts them. */
export function birdsIn(mark: Mark, house: HouseNow, view: OfCamera): number | undefined {
  const row = countOf(house, view);
  return row && row.withheld === "" ? row.by_zone[mark.slug] : undefined;
}

function countOf(house: HouseNow, { device, camera }: OfCamera): CountNow | undefined {
  return house.counts.find((row) => row.device === device && row.camera === camera);
}

/** What became of the last drawing, in a sentence or two; empty when there was none. */
export function fateOf(view: ViewNow, own: MarkWords, { words, nowMs }: Voice): string {
  const { last } = view;
  if (!last) return "";
  const holds = last.marks === null ? view.drawing === null : view.drawing === last.drawing;
  if (last.state === "done" && !holds && ageMs(last.at, nowMs) > SETTLING_MS) return own.noLonger;
  const state = last.state === "done" && last.marks === null ? own.takenBack : own.states[last.state];
  const why = lookUp(own.codes, last.code) ?? "";
  return why ? state + words.gap + why : state;
}

/** How it looks: what has to be done something about, what waits, what is well. */
export function moodOf(view: ViewNow, fate: string, own: MarkWords): "bad" | "waiting" | "well" {
  const state: DrawingNow["state"] | undefined = view.last?.state;
  if (state === "refused" || state === "unanswered" || fate === own.noLonger) return "bad";
  return state === "pending" ? "waiting" : "well";
}

/** What a person should know before they draw: an old picture, a camera in trouble, a device that is away. */
export function warnings(
  house: HouseNow,
  view: ViewNow,
  pictureAt: string,
  own: MarkWords,
  voice: Voice,
): string[] {
  const old = ageMs(pictureAt, voice.nowMs);
  const device = house.devices.find((one) => one.device === view.device);
  const part = device?.parts.find((one) => one.slug === view.camera);
  const trouble = advice(part?.cause, voice.words);
  return [
    ...(old > PICTURE_STALE_MS ? [own.oldPicture(voice.words.span(calmAge(old)))] : []),
    ...(trouble ? [own.cameraTrouble(trouble)] : []),
    ...(device && isOffline(device, voice.nowMs) ? [own.offline] : []),
  ];
}

/** True when counts by hand hold now and would not with another floor. */
export function losesHandCounts(house: HouseNow, view: ViewNow, marks: Marks): boolean {
  const row = countOf(house, view);
  const counted = row !== undefined && (row.factor !== 1 || row.by_hand?.state === "done");
  return counted && JSON.stringify(view.marks.floor ?? null) !== JSON.stringify(marks.floor ?? null);
}
