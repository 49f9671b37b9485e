/** Many houses as the rows of one table: what is in them, filtered and sorted. Pure. */
import type { OverviewHouse } from "../api/types";
import { climateOf, percentFromCurve } from "../judge/glance";
import { fourNumbers } from "../judge/overview";

export const COLUMNS = [
  "house",
  "farm",
  "breed",
  "age",
  "birds",
  "losses",
  "weight",
  "curve",
  "celsius",
  "alerts",
] as const;
export type Column = (typeof COLUMNS)[number];

/** One house; text where it names, a number where it counts, null where nothing is known. */
export interface Row {
  place: OverviewHouse;
  cells: Record<Column, string | number | null>;
}

export interface Names {
  house: (house: OverviewHouse) => string;
  farm: (farm: string) => string;
  breed: (breed: string) => string;
}

export function rowsOf(houses: OverviewHouse[], names: Names): Row[] {
  return houses.map((house) => {
    const { birds, grams } = fourNumbers(house);
    const today = house.weight?.today ?? null;
    return {
      place: house,
      cells: {
        house: names.house(house),
        farm: names.farm(house.farm),
        breed: house.flock ? names.breed(house.flock.breed) : null,
        age: house.flock?.age_days ?? null,
        birds: birds && !birds.seen ? birds.value : null,
        losses: house.stock?.losses_percent ?? null,
        weight: grams,
        curve: today && percentFromCurve(today),
        celsius: climateOf(house, "temperature_celsius")?.value ?? null,
        alerts: house.alerts.length,
      },
    };
  });
}

/** Rows in which every word of `search` stands, sorted by a column; what is not known comes last either way. */
export function arranged(rows: Row[], search: string, by: Column, falling: boolean): Row[] {
  const wanted = search.toLowerCase().split(/\s+/).filter(Boolean);
  const said = ({ cells }: Row) => [cells.house, cells.farm, cells.breed ?? ""].join(" ").toLowerCase();
  const fitting = rows.filter((row) => wanted.every((word) => said(row).includes(word)));
  return fitting.sort((a, b) => {
    const [one, other] = [a.cells[by], b.cells[by]];
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    const order =
      typeof one === "number" && typeof other === "number"
        ? one - other
        : String(one).localeCompare(String(other));
    return falling ? -order : order;
  });
}

/** The table as a spreadsheet reads it (RFC 4180, with the mark that tells Excel it is UTF-8). */
export function csvOf(heads: string[], rows: (string | number | null)[][]): string {
  const cell = (value: string | number | null) => {
    const text = value === null ? "" : String(value);
    // A text that begins like a formula must not become one.
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return "\ufeff" + [heads, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}
