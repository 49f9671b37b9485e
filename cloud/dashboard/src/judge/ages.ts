import type { HouseNow } from "../api/types";

/** A reading older than this no longer says how the house is now. */
export const READING_STALE_MS = 5 * 60_000;
/** How the flock moved is told every few minutes. */
export const WELLNESS_STALE_MS = 20 * 60_000;
/** After this long a roll call is another evening's. */
export const ROLL_CALL_MS = 10 * 3_600_000;
/** What birds do together passes; a bird that lies still is news until somebody has looked. */
export const GROUP_NEWS_MS = 3_600_000;
/** A finding nobody has judged for so long stays in its card, but not at the head of the page. */
export const BIRD_NEWS_MS = 24 * 3_600_000;
/** Birds choose when to step on the scale; a night without a weighing is normal. */
export const WEIGHING_STALE_MS = 24 * 3_600_000;
/** Pictures are taken more rarely than readings. */
export const PICTURE_STALE_MS = 15 * 60_000;
/** A device describes itself each minute. */
export const DEVICE_STALE_MS = 5 * 60_000;

/** Age in ms of something stamped `at` (RFC 3339), never below zero: clocks differ a little. */
export function ageMs(at: string, nowMs: number): number {
  return Math.max(0, nowMs - Date.parse(at));
}

/** What carries the stamps of a house. */
type Measured = Pick<HouseNow, "counts" | "climate" | "weight"> & { pictures?: HouseNow["pictures"] };

/** The stamp of the newest thing measured in a house, or null while nothing was. */
export function newestAt(house: Measured): string | null {
  const stamps = [
    ...house.counts.map((row) => row.at),
    ...house.climate.map((row) => row.at),
    ...(house.pictures ?? []).map((row) => row.at),
    ...(house.weight ? [house.weight.last_at] : []),
  ];
  return stamps.reduce<string | null>(
    (newest, at) => (newest === null || Date.parse(at) > Date.parse(newest) ? at : newest),
    null,
  );
}
