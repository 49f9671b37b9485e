/** Where a quantity should be, over time: the band of the thresholds, the breed's curve. Pure. */
import type { Thresholds, WeightHistory } from "../api/types";
import type { Span } from "../charts/span";

const DAY_S = 86_400;

/** Parallel columns: between `low` and `high` all is well (null: no limit on that side); `target` is a line. */
export interface Band {
  atS: number[];
  low: (number | null)[];
  high: (number | null)[];
  target: (number | null)[];
}

/** Which rules bound a quantity, by the names of cloud/alerts/rules/rules.toml. */
const RULES: Record<string, { above?: string; below?: string }> = {
  temperature_celsius: { above: "too-warm", below: "too-cold" },
  humidity_percent: { above: "too-humid", below: "too-dry" },
  ammonia_ppm: { above: "ammonia" },
  carbon_dioxide_ppm: { above: "carbon-dioxide" },
};

/** The band of a quantity by the house's thresholds; null where no rule says anything. */
export function comfortBand(
  quantity: string,
  thresholds: Thresholds,
  placedS: number | null,
  span: Span,
): Band | null {
  const { above, below } = RULES[quantity] ?? {};
  const [high, low] = [limitOf(thresholds, above), limitOf(thresholds, below)];
  if (high === null && low === null) return null;
  const fromTarget = thresholds.rules.some(
    (rule) => (rule.rule === above || rule.rule === below) && rule.from_target,
  );
  if (!fromTarget) {
    const pair = <T>(value: T): [T, T] => [value, value];
    return { atS: [span.from, span.to], low: pair(low), high: pair(high), target: pair(null) };
  }
  if (placedS === null || thresholds.targets.length === 0) return null;
  const atS = stepsOf(span);
  const target = atS.map((at) => between(thresholds.targets, (at - placedS) / DAY_S));
  const shifted = (by: number | null) =>
    target.map((value) => (value === null || by === null ? null : value + by));
  return { atS, low: shifted(low), high: shifted(high), target };
}

/** The same band in the units of a person. */
export function bandShown(band: Band, shown: (value: number) => number): Band {
  const column = (values: (number | null)[]) => values.map((value) => (value === null ? null : shown(value)));
  return { atS: band.atS, low: column(band.low), high: column(band.high), target: column(band.target) };
}

/** The breed's curve over time, as a target line. */
export function curveBand(history: WeightHistory, placedS: number, span: Span): Band {
  const points = history.curve.map(({ age_days, grams }): [number, number] => [age_days, grams]);
  const atS = stepsOf(span);
  const none = atS.map(() => null);
  return { atS, low: none, high: none, target: atS.map((at) => between(points, (at - placedS) / DAY_S)) };
}

/** The first step that is reached; below it all is well. */
function limitOf(thresholds: Thresholds, name: string | undefined): number | null {
  const rule = thresholds.rules.find((one) => one.rule === name);
  if (!rule?.enabled) return null;
  return rule.limits.watch ?? rule.limits.warning ?? rule.limits.severe;
}

/** Both ends, and every half day between: a curve by age bends at midnights. */
function stepsOf({ from, to }: Span): number[] {
  const step = Math.max(DAY_S / 2, (to - from) / 200);
  const found = [from];
  for (let at = Math.ceil(from / step) * step; at < to; at += step) if (at > from) found.push(at);
  return [...found, to];
}

/** On a straight line between two rows; the ends hold beyond them, but before placement nothing does. */
function between(rows: readonly (readonly number[])[], x: number): number | null {
  const pairs = rows as readonly [number, number][];
  const [first, last] = [pairs[0], pairs.at(-1)];
  if (!first || !last || x < 0) return null;
  if (x <= first[0]) return first[1];
  if (x >= last[0]) return last[1];
  const index = pairs.findIndex(([at]) => at > x);
  const [[x0, y0], [x1, y1]] = [pairs[index - 1] ?? first, pairs[index] ?? last];
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}
