/** Temperature over time, as the columns a chart draws. Pure. */
import type { SeriesAnswer } from "../api/types";

type Column = (number | null)[];
/** null is a gap; undefined only says that another instrument spoke at that time, and is drawn across. */
type SharedColumn = (number | null | undefined)[];

/** One time axis (Unix seconds) and, per instrument, three columns on it. */
export interface ClimateColumns {
  atS: number[];
  lines: { device: string; source: string; mean: SharedColumn; low: SharedColumn; high: SharedColumn }[];
}

/** A pause this many usual steps long is drawn as a gap: nobody knows what the air was like then. */
const GAP_STEPS = 4;
const GAP_MIN_MS = 5 * 60_000;

/** Put several series on one axis, with nulls where an instrument was silent. */
export function climateColumns(answers: SeriesAnswer[]): ClimateColumns {
  const series = answers.map(withGaps);
  const atMs = [...new Set(series.flatMap((one) => one.at_ms))].sort((a, b) => a - b);
  const lines = series.map((one) => {
    const row = new Map(one.at_ms.map((at, index) => [at, index]));
    const spread = (column: Column): SharedColumn => atMs.map((at) => pick(column, row.get(at)));
    return {
      device: one.device,
      source: one.source,
      mean: spread(one.mean),
      low: spread(one.low),
      high: spread(one.high),
    };
  });
  return { atS: atMs.map((at) => at / 1000), lines };
}

/** One row of the table that says what the chart draws: an hour of one instrument. */
export interface ClimateHour {
  startMs: number;
  mean: number;
  low: number;
  high: number;
}

/** Fold a series into hours, newest first; hours without a value are left out. */
export function hoursOf(answer: SeriesAnswer): ClimateHour[] {
  const hours = new Map<number, ClimateHour & { count: number }>();
  answer.at_ms.forEach((at, index) => {
    const mean = answer.mean[index] ?? null;
    if (mean === null) return;
    const startMs = Math.floor(at / 3_600_000) * 3_600_000;
    const hour = hours.get(startMs) ?? { startMs, mean: 0, low: Infinity, high: -Infinity, count: 0 };
    hour.count += 1;
    hour.mean += (mean - hour.mean) / hour.count;
    hour.low = Math.min(hour.low, answer.low[index] ?? mean);
    hour.high = Math.max(hour.high, answer.high[index] ?? mean);
    hours.set(startMs, hour);
  });
  return [...hours.values()].sort((a, b) => b.startMs - a.startMs);
}

/** The instrument's own pauses made visible: a null row in the middle of each. */
function withGaps(answer: SeriesAnswer): SeriesAnswer {
  const limit = Math.max(GAP_MIN_MS, usualStep(answer.at_ms) * GAP_STEPS);
  const at_ms: number[] = [];
  const [mean, low, high]: [Column, Column, Column] = [[], [], []];
  answer.at_ms.forEach((at, index) => {
    const before = answer.at_ms[index - 1];
    if (before !== undefined && at - before > limit) {
      at_ms.push(Math.round((before + at) / 2));
      for (const column of [mean, low, high]) column.push(null);
    }
    at_ms.push(at);
    mean.push(answer.mean[index] ?? null);
    low.push(answer.low[index] ?? null);
    high.push(answer.high[index] ?? null);
  });
  return { ...answer, at_ms, mean, low, high };
}

function usualStep(atMs: number[]): number {
  const steps = atMs.slice(1).map((at, index) => at - (atMs[index] as number));
  steps.sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? 0;
}

function pick(column: Column, index: number | undefined): number | null | undefined {
  return index === undefined ? undefined : (column[index] ?? null);
}
