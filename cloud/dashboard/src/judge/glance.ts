/** The four numbers of a house, gathered over its cameras, scales and instruments. Pure. */
import type { ClimateNow, HouseNow, WeightDay } from "../api/types";

/** A value over one or several sources; `at` is the oldest stamp among them, so the age is never flattered. */
export interface Gathered {
  value: number;
  low: number;
  high: number;
  sources: number;
  at: string;
}

/** Birds seen by all cameras together. */
export interface BirdsSeen extends Gathered {
  /** 0 to 1; null when the count is an old one. */
  confidence: number | null;
  /** A count by hand has changed it. */
  corrected: boolean;
}

/** The house's count; when no camera counts any more, the last there was, with its age. */
export function birdsSeen(house: Pick<HouseNow, "house_count" | "counts">): BirdsSeen | null {
  const count = house.house_count;
  if (count !== null) {
    const { birds: value, low, high, cameras: sources, at, confidence, corrected } = count;
    return { value, low, high, sources, at, confidence, corrected };
  }
  // A number that its camera takes back is no last known number.
  const rows = house.counts.filter((row) => row.withheld === "");
  if (rows.length === 0) return null;
  return {
    value: sum(rows.map((row) => row.share_birds)),
    low: sum(rows.map((row) => row.visible_low * row.factor)),
    high: sum(rows.map((row) => row.visible_high * row.factor)),
    sources: rows.length,
    at: oldest(rows),
    confidence: null,
    corrected: rows.some((row) => row.factor !== 1),
  };
}

const SURE = 0.6;
const FAIRLY_SURE = 0.35;

/** A count's confidence (0 to 1) in steps that have words. It is no probability, so no percentage is shown. */
export function sureness(confidence: number): "sure" | "fairly" | "unsure" {
  if (confidence >= SURE) return "sure";
  return confidence >= FAIRLY_SURE ? "fairly" : "unsure";
}

/** One climate quantity: the mean over the instruments that have it, with the least and the greatest. */
export function climateOf(house: Pick<HouseNow, "climate">, quantity: string): Gathered | null {
  return gather(house.climate, (row) => row.values[quantity]);
}

/** The heat index: the worst of the instruments, for the birds under the hottest one don't feel a mean. */
export function heatIndexOf(house: Pick<HouseNow, "climate">): Gathered | null {
  const found = gather(house.climate, (row) => row.heat_index ?? undefined);
  return found && { ...found, value: found.high };
}

/** How far the mean is from the breed's curve, in percent (below zero: under it); null without a curve. */
export function percentFromCurve(day: WeightDay): number | null {
  if (!day.target_grams) return null;
  return (day.mean_grams / day.target_grams - 1) * 100;
}

/** Half the width of the mean's 95 % interval, in g; null below two weighings. */
export function plusMinusGrams(day: WeightDay): number | null {
  return day.interval_grams && (day.interval_grams[1] - day.interval_grams[0]) / 2;
}

/** A mean that may be off by more than this share can't be held against a curve. */
const ROUGH_SHARE = 0.1;

/** True when too few birds were weighed for the day's mean to mean anything yet. */
export function isRough(day: WeightDay): boolean {
  const half = plusMinusGrams(day);
  return half === null || half > day.mean_grams * ROUGH_SHARE;
}

/** Instruments that say something about the air; a scale's raw load is not climate. */
export function climateRows(house: HouseNow): ClimateNow[] {
  return house.climate.filter((row) => Object.keys(row.values).some((key) => !key.endsWith("_grams")));
}

function gather(rows: ClimateNow[], pick: (row: ClimateNow) => number | undefined): Gathered | null {
  const having = rows.filter((row) => pick(row) !== undefined);
  if (having.length === 0) return null;
  const values = having.map((row) => pick(row) as number);
  return {
    value: sum(values) / values.length,
    low: Math.min(...values),
    high: Math.max(...values),
    sources: values.length,
    at: oldest(having),
  };
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function oldest(rows: { at: string }[]): string {
  return rows.map((row) => row.at).reduce((a, b) => (Date.parse(b) < Date.parse(a) ? b : a));
}
