/** Flocks over each other by age: columns and the plan of their chart. */
import type uPlot from "uplot";
import type { WeightHistory } from "../api/types";
import { lineColour } from "../charts/climatePlan";
import { axis, type Plan } from "../charts/plan";
import type { Format } from "../format/format";

/** A flock that was chosen, with its days. */
export interface Compared {
  key: string;
  name: string;
  history: WeightHistory;
}

export interface CompareColumns {
  ageDays: number[];
  /** A column for each flock: the mean of each day of age, in g. */
  means: (number | null)[][];
  /** The standard of the first flock's breed. */
  target: (number | null)[];
}

/** Put flocks on one axis of age, from placement to the oldest day that was weighed. */
export function compareColumns(flocks: Compared[]): CompareColumns {
  const byAge = flocks.map(
    ({ history }) =>
      new Map(
        history.days.flatMap((day) =>
          day.age_days === null ? [] : [[day.age_days, day.flock?.grams ?? day.mean_grams] as const],
        ),
      ),
  );
  const oldest = Math.max(7, ...byAge.flatMap((ages) => [...ages.keys()]));
  const ageDays = Array.from({ length: oldest + 1 }, (_, age) => age);
  const curve = new Map(flocks[0]?.history.curve.map(({ age_days, grams }) => [age_days, grams]));
  return {
    ageDays,
    means: byAge.map((ages) => ageDays.map((age) => ages.get(age) ?? null)),
    target: ageDays.map((age) => curve.get(age) ?? null),
  };
}

/** A line with dots for each flock, across the days on which it was not weighed; the standard dashed. */
export function comparePlan({ ageDays, means, target }: CompareColumns, format: Format): Plan {
  const unit = format.cellMass;
  const scaled = (values: (number | null)[]) =>
    values.map((value) => (value === null ? null : value / unit.grams));
  return {
    data: [ageDays, scaled(target), ...means.map(scaled)] as uPlot.AlignedData,
    options: (look) => ({
      scales: {
        x: { time: false },
        y: { range: (_plot, _low, high) => [0, (high || 1000 / unit.grams) * 1.05] },
      },
      series: [
        {},
        { stroke: look.soft, width: 1.5, dash: [5, 4], points: { show: false } },
        ...means.map((_column, index) => {
          const stroke = lineColour(look, index);
          return { stroke, width: 2, spanGaps: true, points: { show: true, size: 5, fill: stroke } };
        }),
      ],
      axes: [
        axis(look, {
          size: 28,
          grid: { show: false },
          incrs: [1, 2, 7, 14],
          values: (_plot, ages) => ages.map((age) => format.number(age)),
        }),
        axis(look, {
          size: 48,
          space: 40,
          values: (_plot, weights) => weights.map((value) => format.number(value, unit.grams === 1 ? 0 : 1)),
        }),
      ],
    }),
  };
}
