/** All houses by urgency, and the four numbers of each. Pure. */
import type { OverviewHouse } from "../api/types";
import { urgency } from "./alerts";
import { ageMs, newestAt, READING_STALE_MS } from "./ages";
import { judge, type Finding } from "./findings";
import { birdsSeen, climateOf } from "./glance";

/** A house with what is wrong there, worst first. */
export interface JudgedHouse {
  house: OverviewHouse;
  first: Finding;
  others: number;
  /** Stamp of the newest thing measured; null while nothing was. */
  at: string | null;
  stale: boolean;
}

const UNKNOWN = 5;
const GOOD = 6;

/** Judge every house as known at `knownMs` (the service's clock) and put the most urgent first, else as they came. */
export function byUrgency(houses: OverviewHouse[], knownMs: number): JudgedHouse[] {
  return houses.map((house) => judged(house, knownMs)).sort((a, b) => rank(a.first) - rank(b.first));
}

/** True when there is nothing to do or to find out. */
export function isQuiet({ first }: JudgedHouse): boolean {
  return first.level === "good";
}

function judged(house: OverviewHouse, knownMs: number): JudgedHouse {
  const [first, ...others] = judge(house, knownMs, { state: "live", at: knownMs });
  const at = newestAt(house);
  return {
    house,
    first: first as Finding,
    others: others.length,
    at,
    stale: at === null || ageMs(at, knownMs) > READING_STALE_MS,
  };
}

function rank(finding: Finding): number {
  if (finding.level === "good") return GOOD;
  return finding.level === "unknown" ? UNKNOWN : urgency(finding);
}

/** One of a house's four numbers; null where nothing is known. */
export interface FourNumbers {
  /** By the book where there is a flock, else as the cameras see. */
  birds: { value: number; seen: boolean } | null;
  grams: number | null;
  celsius: number | null;
  /** Ammonia where it is measured, else humidity. */
  air: { quantity: "ammonia_ppm" | "humidity_percent"; value: number } | null;
}

/** How many, how heavy, how warm, what air. */
export function fourNumbers(house: OverviewHouse): FourNumbers {
  const seen = birdsSeen(house);
  const birds = house.stock
    ? { value: house.stock.birds, seen: false }
    : seen && { value: seen.value, seen: true };
  const grams = house.weight?.today?.mean_grams ?? house.weight?.last_grams ?? null;
  const celsius = climateOf(house, "temperature_celsius")?.value ?? null;
  return { birds, grams, celsius, air: airOf(house) };
}

function airOf(house: OverviewHouse): FourNumbers["air"] {
  for (const quantity of ["ammonia_ppm", "humidity_percent"] as const) {
    const found = climateOf(house, quantity);
    // The highest ammonia counts: birds under that sensor do not breathe a mean.
    if (found) return { quantity, value: quantity === "ammonia_ppm" ? found.high : found.value };
  }
  return null;
}

/** An open alert and the house it is about. */
export interface PlacedAlert {
  house: OverviewHouse;
  alert: OverviewHouse["alerts"][number];
}

/** All open alerts of all houses: those nobody looks after first, then the gravest, then the newest. */
export function openAlerts(houses: OverviewHouse[]): PlacedAlert[] {
  const all = houses.flatMap((house) => house.alerts.map((alert) => ({ house, alert })));
  const level = ({ alert }: PlacedAlert) => ["severe", "warning", "watch"].indexOf(alert.level);
  const care = ({ alert }: PlacedAlert) =>
    alert.acknowledged_by === null && alert.snoozed_until === null ? 0 : 1;
  return all.sort(
    (a, b) =>
      care(a) - care(b) ||
      level(a) - level(b) ||
      Date.parse(b.alert.opened_at) - Date.parse(a.alert.opened_at),
  );
}
