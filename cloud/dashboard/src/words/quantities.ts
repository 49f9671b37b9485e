import type { Format } from "../format/format";

/** Unit and shown digits by quantity key; the keys end in their unit, as in contract/quantities.py. */
const ROWS: Record<string, { unit: string; decimals: number }> = {
  temperature_celsius: { unit: "°C", decimals: 1 },
  humidity_percent: { unit: "%", decimals: 0 },
  ammonia_ppm: { unit: "ppm", decimals: 0 },
  carbon_dioxide_ppm: { unit: "ppm", decimals: 0 },
  light_lux: { unit: "lx", decimals: 0 },
  air_speed_mps: { unit: "m/s", decimals: 1 },
  surface_temperature_celsius: { unit: "°C", decimals: 1 },
  surface_above_air_celsius: { unit: "°C", decimals: 1 },
  floor_temperature_celsius: { unit: "°C", decimals: 1 },
  cold_floor_ratio: { unit: "", decimals: 2 },
  warm_floor_ratio: { unit: "", decimals: 2 },
  huddle_ratio: { unit: "", decimals: 2 },
};

/** A value with its unit; a quantity that is newer than this page is shown with one digit and its key says the unit. */
export function quantityText(key: string, value: number, format: Format): string {
  const row = ROWS[key] ?? { unit: "", decimals: 1 };
  return `${format.number(value, row.decimals)} ${row.unit}`.trim();
}
