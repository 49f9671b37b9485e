import type uPlot from "uplot";
import type { Format } from "../format/format";
import type { Look } from "./look";
import { axis, figures, type Plan } from "./plan";
import type { WeightColumns } from "./weightColumns";

/** Days of the flock over the breed's curve: a thin line for what should be, dots with bars for what is. */
export function weightPlan(columns: WeightColumns, curveLabel: string, format: Format): Plan {
  const shown = inUnit(columns, format.axisMass.grams);
  const { ageDays, target, mean, low, high, flock, byHand } = shown;
  return {
    data: [ageDays, target, mean, flock, byHand],
    options: (look) => ({
      scales: {
        x: { time: false, range: [0, ageDays.at(-1) ?? 14] },
        y: { range: (_u, _min, max) => [0, max * 1.08] },
      },
      series: [
        {},
        { stroke: look.soft, width: 1.5, dash: [5, 4], points: { show: false } },
        { stroke: look.accent, width: 2, points: { show: true, size: 5, fill: look.accent } },
        { stroke: look.accent, width: 1, points: { show: false } },
        { stroke: look.accent, width: 0, points: { show: false } },
      ],
      axes: [
        axis(look, {
          grid: { show: false },
          size: 28,
          incrs: [7, 14],
          values: (_u, days) => days.map(String),
        }),
        axis(look, {
          size: 40,
          space: 44,
          values: figures(format),
        }),
      ],
      hooks: {
        draw: [
          (plot) => drawIntervals(plot, look, ageDays, low, high),
          (plot) => drawDiamonds(plot, look, ageDays, byHand),
          (plot) => drawLabel(plot, look, shown, curveLabel),
        ],
      },
    }),
  };
}

/** Columns in another unit than grams, so that its axis has round numbers. */
function inUnit(columns: WeightColumns, grams: number): WeightColumns {
  const scaled = (values: (number | null)[]) =>
    values.map((value) => (value === null ? null : value / grams));
  const { ageDays, target, mean, low, high, flock, byHand } = columns;
  return {
    ageDays,
    target: scaled(target),
    mean: scaled(mean),
    low: scaled(low),
    high: scaled(high),
    flock: scaled(flock),
    byHand: scaled(byHand),
  };
}

function drawIntervals(
  plot: uPlot,
  look: Look,
  ageDays: number[],
  low: (number | null)[],
  high: (number | null)[],
): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  // A day with two weighings has an interval taller than the chart.
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = look.accent;
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.beginPath();
  ageDays.forEach((age, index) => {
    const [from, to] = [low[index] ?? null, high[index] ?? null];
    if (from === null || to === null) return;
    const x = plot.valToPos(age, "x", true);
    ctx.moveTo(x, plot.valToPos(from, "y", true));
    ctx.lineTo(x, plot.valToPos(to, "y", true));
  });
  ctx.stroke();
  ctx.restore();
}

/** What was weighed by hand: hollow diamonds, larger than the dots of the scale. */
function drawDiamonds(plot: uPlot, look: Look, ageDays: number[], byHand: (number | null)[]): void {
  const { ctx } = plot;
  const half = 5 * devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = look.accent;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ageDays.forEach((age, index) => {
    const grams = byHand[index] ?? null;
    if (grams === null) return;
    const [x, y] = [plot.valToPos(age, "x", true), plot.valToPos(grams, "y", true)];
    ctx.beginPath();
    ctx.moveTo(x, y - half);
    ctx.lineTo(x + half, y);
    ctx.lineTo(x, y + half);
    ctx.lineTo(x - half, y);
    ctx.closePath();
    ctx.stroke();
  });
  ctx.restore();
}

/** The curve's name stands beside the curve: nobody has to decode a legend. */
function drawLabel(plot: uPlot, look: Look, { ageDays, target }: WeightColumns, label: string): void {
  const index = Math.floor(ageDays.length * 0.72);
  const [age, grams] = [ageDays[index], target[index] ?? null];
  if (age === undefined || grams === null) return;
  const { ctx } = plot;
  ctx.save();
  ctx.fillStyle = look.soft;
  ctx.font = look.font.replace("12px", `${12 * devicePixelRatio}px`);
  ctx.textAlign = "right";
  const [x, y] = [plot.valToPos(age, "x", true), plot.valToPos(grams, "y", true)];
  ctx.fillText(label, x - 14 * devicePixelRatio, y - 8 * devicePixelRatio);
  ctx.restore();
}
