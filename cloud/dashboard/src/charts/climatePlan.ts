import type uPlot from "uplot";
import type { Format } from "../format/format";
import type { Words } from "../words/en";
import type { ClimateColumns } from "./climateColumns";
import { drawDoubts, type Doubted } from "./doubts";
import type { Look } from "./look";
import { axis, type Plan } from "./plan";

const HALF_HOUR_S = 1800;
/** A calm day must not look like a storm: the axis spans at least this much. */
const SPAN_MIN_CELSIUS = 6;

/** What the upright axis of a day's chart shows. */
export interface DayScale {
  range: (plot: uPlot, min: number, max: number) => [number, number];
  /** Steps of the axis that may be chosen. */
  steps: number[];
  text: (value: number, format: Format) => string;
}

export const CELSIUS: DayScale = {
  range: celsiusRange,
  steps: [1, 2, 5, 10],
  text: (value, format) => `${format.number(value)}°`,
};

/** Body lengths per minute: from zero, for a quiet night is news as well. */
export const ACTIVITY: DayScale = {
  range: (_plot, _min, max) => [0, Number.isFinite(max) ? Math.max(2, max * 1.1) : 2],
  steps: [0.5, 1, 2, 5, 10, 20, 50, 100],
  text: (value, format) => format.number(value, value % 1 === 0 ? 0 : 1),
};

/** The last day of a quantity: a line per source, and for a single one the span of each bucket behind it. */
export function dayPlan(
  columns: ClimateColumns,
  spanS: [number, number],
  format: Format,
  scale: DayScale = CELSIUS,
  doubts?: { rows: Doubted[]; reasons: Words["doubts"] },
): Plan {
  const single = columns.lines.length === 1;
  const data = columns.lines.flatMap((line) => (single ? [line.high, line.low, line.mean] : [line.mean]));
  return {
    data: [columns.atS, ...data] as uPlot.AlignedData,
    options: (look) => ({
      scales: { x: { time: false, range: spanS }, y: { range: scale.range } },
      series: [{}, ...seriesOf(look, columns.lines.length)],
      ...(single ? { bands: [{ series: [1, 2], fill: look.wash }] } : {}),
      ...(doubts
        ? { hooks: { drawClear: [(plot: uPlot) => drawDoubts(plot, look, doubts.rows, doubts.reasons)] } }
        : {}),
      axes: [
        axis(look, {
          size: 28,
          grid: { show: false },
          splits: (_u, _axis, from, to) => quarterDays(from, to, format),
          values: (_u, stamps) => stamps.map((at) => format.time(at * 1000)),
        }),
        axis(look, {
          size: 40,
          space: 36,
          incrs: scale.steps,
          values: (_u, values) => values.map((v) => scale.text(v, format)),
        }),
      ],
    }),
  };
}

/** Midnight, six, noon and eighteen o'clock in the house's own time. */
export function quarterDays(fromS: number, toS: number, format: Format): number[] {
  const found: number[] = [];
  for (let at = Math.ceil(fromS / HALF_HOUR_S) * HALF_HOUR_S; at <= toS; at += HALF_HOUR_S) {
    if (/^(00|06|12|18):00$/.test(format.time(at * 1000))) found.push(at);
  }
  return found;
}

function seriesOf(look: Look, lines: number): uPlot.Series[] {
  const edge = { stroke: "transparent", width: 0, points: { show: false } };
  if (lines === 1) return [edge, edge, lineOf(look.accent)];
  return Array.from({ length: lines }, (_, index) => lineOf(lineColour(look, index)));
}

/** The colour of the n-th instrument's line, on the canvas and beside its name. */
export function lineColour(look: Pick<Look, "accent" | "others">, index: number): string {
  return index === 0 ? look.accent : (look.others[index - 1] ?? look.accent);
}

function lineOf(stroke: string): uPlot.Series {
  return { stroke, width: 2, points: { show: false } };
}

function celsiusRange(_plot: uPlot, min: number, max: number): [number, number] {
  if (!Number.isFinite(min) || !Number.isFinite(max)) return [15, 35];
  const pad = Math.max(0.5, (SPAN_MIN_CELSIUS - (max - min)) / 2);
  return [min - pad, max + pad];
}
