/** Weight by age, as the columns a chart draws. Pure. */
import type { WeightDay, WeightHistory } from "../api/types";

/** Parallel columns over whole days of age; null where nothing is known. */
export interface WeightColumns {
  ageDays: number[];
  target: (number | null)[];
  mean: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
  flock: (number | null)[];
  byHand: (number | null)[];
}

/** The days of a flock, with today's newer numbers in place of those the history was asked with. */
export function daysWithToday(history: WeightHistory | null, today: WeightDay | null): WeightDay[] {
  const days = history?.days ?? [];
  if (today === null) return days;
  return [...days.filter((day) => day.day !== today.day), today].sort((a, b) => a.day.localeCompare(b.day));
}

/** From placement to a week past the newest day: what was, and what the next days should bring. */
export function weightColumns(history: WeightHistory | null, days: WeightDay[]): WeightColumns {
  const byAge = new Map(days.flatMap((day) => (day.age_days === null ? [] : [[day.age_days, day] as const])));
  const target = new Map(history?.curve.map((point) => [point.age_days, point.grams]));
  const byHand = new Map(history?.hand_weighings?.map((one) => [one.age_days, one.grams]));
  const newest = Math.max(0, ...byAge.keys());
  const lastAge = Math.max(14, Math.ceil((newest + 4) / 7) * 7);
  const ageDays = Array.from({ length: lastAge + 1 }, (_, age) => age);
  const column = (pick: (day: WeightDay) => number | null | undefined) =>
    ageDays.map((age) => {
      const day = byAge.get(age);
      return day ? (pick(day) ?? null) : null;
    });
  return {
    ageDays,
    target: ageDays.map((age) => target.get(age) ?? null),
    mean: column((day) => day.mean_grams),
    low: column((day) => day.interval_grams?.[0]),
    high: column((day) => day.interval_grams?.[1]),
    flock: column((day) => day.flock?.grams),
    byHand: ageDays.map((age) => byHand.get(age) ?? null),
  };
}
