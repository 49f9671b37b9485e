/** How a growth curve is drawn: a line by age, and dashed the one it would replace. */
import type uPlot from "uplot";
import type { CurvePoint } from "../api/types";
import { axis, type Plan } from "../charts/plan";
import type { Format } from "../format/format";

/** Parallel columns over the ages that any of the curves names. */
export interface CurveColumns {
  ageDays: number[];
  grams: (number | null)[];
  before: (number | null)[];
}

/** Put a curve and the one before it on one axis of age; one that goes on far longer is cut at a third more. */
export function curveColumns(points: CurvePoint[], before: CurvePoint[] = []): CurveColumns {
  const last = points.at(-1)?.age_days ?? 0;
  const byAge = (rows: CurvePoint[]) => new Map(rows.map(({ age_days, grams }) => [age_days, grams]));
  const [now, then] = [byAge(points), byAge(before.filter(({ age_days }) => age_days <= last * 1.33))];
  const ageDays = [...new Set([...now.keys(), ...then.keys()])].sort((a, b) => a - b);
  return {
    ageDays,
    grams: ageDays.map((age) => now.get(age) ?? null),
    before: ageDays.map((age) => then.get(age) ?? null),
  };
}

export function curvePlan({ ageDays, grams, before }: CurveColumns, format: Format): Plan {
  const unit = format.axisMass.grams;
  const scaled = (values: (number | null)[]) => values.map((value) => (value === null ? null : value / unit));
  return {
    data: [ageDays, scaled(before), scaled(grams)] as uPlot.AlignedData,
    options: (look) => ({
      scales: { x: { time: false }, y: { range: (_plot, _low, high) => [0, (high || 1) * 1.06] } },
      series: [
        {},
        { stroke: look.soft, width: 1.5, dash: [5, 4], spanGaps: true, points: { show: false } },
        // A table of a few ages shows what it is made of.
        {
          stroke: look.accent,
          width: 2,
          spanGaps: true,
          points: { show: ageDays.length <= 20, size: 5, fill: look.accent },
        },
      ],
      axes: [
        axis(look, {
          size: 28,
          grid: { show: false },
          incrs: [1, 2, 7, 14, 28, 56],
          values: (_plot, ages) => ages.map((age) => format.number(age)),
        }),
        axis(look, {
          size: 40,
          space: 44,
          values: (_plot, values) => values.map((value) => format.number(value, 1)),
        }),
      ],
    }),
  };
}
