import type { SeriesAnswer } from "../api/types";
import type { Format } from "../format/format";
import { toFahrenheit } from "../format/units";
import type { Words } from "./en";
import { lookUp } from "./names";

/** How a quantity is shown: unit, digits, and the least height of its axis: a calm day is no storm. */
export interface QuantityRow {
  unit: string;
  decimals: number;
  spanMin: number;
}

/** A row in the units of a person, with what makes a value of the service one of theirs. */
export interface ShownRow extends QuantityRow {
  shown: (value: number) => number;
}

/** By quantity key; the keys end in their unit, as in contract/quantities.py. */
const ROWS: Record<string, QuantityRow> = {
  temperature_celsius: { unit: "°C", decimals: 1, spanMin: 6 },
  humidity_percent: { unit: "%", decimals: 0, spanMin: 20 },
  ammonia_ppm: { unit: "ppm", decimals: 0, spanMin: 10 },
  carbon_dioxide_ppm: { unit: "ppm", decimals: 0, spanMin: 1000 },
  light_lux: { unit: "lx", decimals: 0, spanMin: 10 },
  air_speed_mps: { unit: "m/s", decimals: 1, spanMin: 1 },
  surface_temperature_celsius: { unit: "°C", decimals: 1, spanMin: 6 },
  surface_above_air_celsius: { unit: "°C", decimals: 1, spanMin: 4 },
  floor_temperature_celsius: { unit: "°C", decimals: 1, spanMin: 6 },
  cold_floor_ratio: { unit: "", decimals: 2, spanMin: 0.5 },
  warm_floor_ratio: { unit: "", decimals: 2, spanMin: 0.5 },
  huddle_ratio: { unit: "", decimals: 2, spanMin: 0.5 },
  visible_birds: { unit: "", decimals: 0, spanMin: 10 },
  activity_lengths_per_min: { unit: "", decimals: 1, spanMin: 2 },
  weight_grams: { unit: "g", decimals: 0, spanMin: 100 },
};
const UNKNOWN: QuantityRow = { unit: "", decimals: 1, spanMin: 1 };

/** How a quantity is shown; one that is newer than this page with one digit, and its key says the unit. */
export function quantityRow(key: string, { units, cellMass }: Pick<Format, "units" | "cellMass">): ShownRow {
  const row = ROWS[key] ?? UNKNOWN;
  if (units.fahrenheit && row.unit === "°C") {
    // A difference of two temperatures has no zero to move.
    const shown = key === "surface_above_air_celsius" ? (kelvin: number) => kelvin * 1.8 : toFahrenheit;
    return { unit: "°F", decimals: row.decimals, spanMin: row.spanMin * 1.8, shown };
  }
  if (row.unit === "g" && units.weights !== "metric") {
    const { unit, grams, digits } = cellMass;
    return { unit, decimals: digits, spanMin: row.spanMin / grams, shown: (value) => value / grams };
  }
  return { ...row, shown: (value) => value };
}

/** Series in the units of a person. */
export function answersShown(answers: SeriesAnswer[], { shown }: ShownRow): SeriesAnswer[] {
  const column = (values: (number | null)[]) => values.map((value) => (value === null ? null : shown(value)));
  return answers.map((one) => ({
    ...one,
    mean: column(one.mean),
    low: column(one.low),
    high: column(one.high),
  }));
}

/** A value with its unit. */
export function quantityText(key: string, value: number, format: Format): string {
  const row = quantityRow(key, format);
  return `${format.number(row.shown(value), row.decimals)} ${row.unit}`.trim();
}

/** What a quantity is called; its key when a newer service names what we don't know. */
export function quantityName(key: string, words: Words): string {
  return lookUp(words.quantities, key) ?? key;
}
