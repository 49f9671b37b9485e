/** How the page of charts draws a span. */
import type uPlot from "uplot";
import { lineColour } from "../charts/climatePlan";
import { drawDoubts, type Doubted } from "../charts/doubts";
import type { Look } from "../charts/look";
import { axis, figures, type Plan } from "../charts/plan";
import type { Span } from "../charts/span";
import type { Format } from "../format/format";
import type { Words } from "../words/en";
import type { Band } from "./band";
import type { SpanColumns } from "./columns";

/** What happened at a time, with the number it has in the list below the chart. */
export interface Mark {
  atS: number;
  number: number;
}

export interface ExplorePlan {
  columns: SpanColumns;
  span: Span;
  band: Band | null;
  marks: Mark[];
  doubts: Doubted[];
  reasons: Words["doubts"];
  /** Single readings that belong to different birds are dots, not a line. */
  dots: boolean;
  /** Least height of the upright axis. */
  spanMin: number;
  format: Format;
  timeZone: string;
}

const DAY_S = 86_400;
const NUMBERS_MAX = 24;

/** Build the plan; see ExplorePlan. */
export function explorePlan(wanted: ExplorePlan): Plan {
  const { columns, span, band, format, timeZone } = wanted;
  const single = columns.lines.length === 1;
  const data = columns.lines.flatMap((line) =>
    single ? [line.high, line.low, line.mean, line.late] : [line.mean, line.late],
  );
  return {
    timeZone,
    data: [columns.atS, ...data] as uPlot.AlignedData,
    options: (look) => ({
      padding: [14, 20, 0, 0],
      scales: {
        x: { time: true, auto: false, min: span.from, max: span.to },
        y: { range: (_plot, low, high) => upright(low, high, wanted) },
      },
      series: [{}, ...columns.lines.flatMap((_line, index) => seriesOf(look, wanted, index))],
      ...(single && !wanted.dots ? { bands: [{ series: [1, 2], fill: look.wash }] } : {}),
      axes: [
        axis(look, {
          size: 28,
          space: 64,
          grid: { show: false },
          values: (_plot, stamps, _index, _space, step) => stamps.map((at) => stampText(at, step, format)),
        }),
        axis(look, { size: 44, space: 36, values: figures(format) }),
      ],
      hooks: {
        drawClear: [
          (plot) => band && drawBand(plot, look, band),
          (plot) => drawDoubts(plot, look, wanted.doubts, wanted.reasons),
        ],
        draw: [(plot) => drawMarks(plot, look, wanted.marks)],
      },
    }),
  };
}

function seriesOf(look: Look, { columns, dots }: ExplorePlan, index: number): uPlot.Series[] {
  const stroke = lineColour(look, index);
  const edge: uPlot.Series = { stroke: "transparent", width: 0, points: { show: false } };
  const line: uPlot.Series = dots
    ? { stroke, width: 0, points: { show: true, size: 4, fill: stroke } }
    : { stroke, width: 2, points: { show: false } };
  const late: uPlot.Series = { stroke, width: 2, dash: [2, 4], points: { show: false } };
  return columns.lines.length === 1 ? [edge, edge, line, late] : [line, late];
}

/** Room for what is drawn and, where it is near, for the band: to be inside it is half of the news. */
function upright(low: number, high: number, { spanMin, band }: ExplorePlan): [number, number] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) [low, high] = [0, spanMin];
  const pad = Math.max((high - low) * 0.06, (spanMin - (high - low)) / 2, spanMin * 0.05);
  const reach = high - low + spanMin;
  const edges = band ? [...band.low, ...band.high, ...band.target].filter((value) => value !== null) : [];
  const near = edges.filter((value) => value > low - reach && value < high + reach);
  return [Math.min(low - pad, ...near), Math.max(high + pad, ...near)];
}

function stampText(at: number, stepS: number, format: Format): string {
  if (stepS >= DAY_S) return format.day(at * 1000);
  const time = format.time(at * 1000);
  return time === "00:00" ? format.day(at * 1000) : time;
}

function drawBand(plot: uPlot, look: Look, band: Band): void {
  const { ctx, bbox } = plot;
  const x = (index: number) => plot.valToPos(band.atS[index] ?? 0, "x", true);
  const y = (value: number | null | undefined, open: number) =>
    value === null || value === undefined ? open : plot.valToPos(value, "y", true);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  if ([...band.low, ...band.high].some((value) => value !== null)) {
    ctx.fillStyle = look.goodWash;
    ctx.beginPath();
    band.atS.forEach((_at, index) => ctx.lineTo(x(index), y(band.high[index], bbox.top)));
    for (let index = band.atS.length - 1; index >= 0; index--) {
      ctx.lineTo(x(index), y(band.low[index], bbox.top + bbox.height));
    }
    ctx.fill();
  }
  ctx.strokeStyle = look.soft;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  band.target.forEach((value, index) => {
    if (value === null) return;
    const draw = (band.target[index - 1] ?? null) === null ? ctx.moveTo : ctx.lineTo;
    draw.call(ctx, x(index), plot.valToPos(value, "y", true));
  });
  ctx.stroke();
  ctx.restore();
}

/** A hair-thin line where somebody did something, its number above it. */
function drawMarks(plot: uPlot, look: Look, marks: Mark[]): void {
  const { ctx, bbox } = plot;
  const { min = 0, max = 0 } = plot.scales["x"] ?? {};
  const shown = marks.filter(({ atS }) => atS >= (min ?? 0) && atS <= (max ?? 0));
  const px = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = look.soft;
  ctx.lineWidth = px;
  ctx.font = look.font.replace("12px", `${11 * px}px`);
  ctx.textAlign = "center";
  for (const { atS, number } of shown) {
    const x = Math.round(plot.valToPos(atS, "x", true));
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (shown.length <= NUMBERS_MAX) ctx.fillText(String(number), x, bbox.top - 3 * px);
  }
  ctx.restore();
}
