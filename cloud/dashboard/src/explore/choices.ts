/** What of a house can be drawn over time, by what it measures now. Pure. */
import type { HouseNow } from "../api/types";

export interface Choice {
  quantity: string;
  /** Who measures it; empty: whoever spoke last. */
  sources: { device: string; source: string }[];
}

/** More lines than this can't be told apart on a phone. */
const LINES_MAX = 4;
const ORDER = [
  "temperature_celsius",
  "humidity_percent",
  "ammonia_ppm",
  "carbon_dioxide_ppm",
  "weight_grams",
  "visible_birds",
  "activity_lengths_per_min",
];

/** The quantities of a house, the usual ones first. */
export function choicesOf(house: HouseNow): Choice[] {
  const found = new Map<string, Choice["sources"]>();
  const note = (quantity: string, device: string, source: string) =>
    found.set(quantity, [...(found.get(quantity) ?? []), { device, source }].slice(0, LINES_MAX));
  for (const row of house.climate) {
    for (const quantity of Object.keys(row.values)) {
      if (!quantity.endsWith("_grams")) note(quantity, row.device, row.instrument);
    }
  }
  for (const { device, camera } of house.counts) note("visible_birds", device, camera);
  for (const { device, camera } of house.wellness) {
    for (const quantity of ["activity_lengths_per_min", "huddle_ratio"]) note(quantity, device, camera);
  }
  if (house.weight) found.set("weight_grams", []);
  const place = ({ quantity }: Choice) => (ORDER.includes(quantity) ? ORDER.indexOf(quantity) : ORDER.length);
  return [...found]
    .map(([quantity, sources]) => ({ quantity, sources }))
    .sort((a, b) => place(a) - place(b) || a.quantity.localeCompare(b.quantity));
}
