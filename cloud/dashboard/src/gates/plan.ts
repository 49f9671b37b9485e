/** Birds through the gates as a chart: bars up for out, down for in, and a line for who is outside. */
import type uPlot from "uplot";
import type { GatesAnswer } from "../api/types";
import { quarterDays } from "../charts/climatePlan";
import type { Look } from "../charts/look";
import { axis, type Plan } from "../charts/plan";
import type { Format } from "../format/format";

const DAY_S = 86_400;
const LONG_S = 2 * DAY_S;

/** What all steps add up to; null where no gate said anything. */
export interface GateTotals {
  out: number;
  in: number;
  /** At the end of the last step that was told. */
  outside: number | null;
}

export function totalsOf({ birds_in, birds_out, outside }: GatesAnswer): GateTotals | null {
  if (birds_out.every((birds) => birds === null)) return null;
  const sum = (column: (number | null)[]) => column.reduce<number>((all, birds) => all + (birds ?? 0), 0);
  const last = outside.filter((birds) => birds !== null).at(-1) ?? null;
  return { out: sum(birds_out), in: sum(birds_in), outside: last };
}

/** Steps of which something was told, newest first: begin in ms, out, in, outside. */
export function stepsTold(answer: GatesAnswer): [number, number, number, number | null][] {
  return answer.at_ms
    .flatMap((at, index): [number, number, number, number | null][] => {
      const [out, back] = [answer.birds_out[index] ?? null, answer.birds_in[index] ?? null];
      return out === null || back === null ? [] : [[at, out, back, answer.outside[index] ?? null]];
    })
    .reverse();
}

export function gatesPlan(answer: GatesAnswer, span: [number, number], format: Format): Plan {
  const { step_s, birds_in, birds_out, outside } = answer;
  const begins = answer.at_ms.map((at) => at / 1000);
  const down = birds_in.map((birds) => (birds === null ? null : -birds));
  const long = span[1] - span[0] > LONG_S;
  return {
    // The line stands at the middle of its bar: both are about the same step.
    data: [begins.map((at) => at + step_s / 2), outside, birds_out, down] as uPlot.AlignedData,
    options: (look) => ({
      scales: { x: { time: false, range: span }, y: { range: upright } },
      series: [
        {},
        { stroke: look.ink, width: 2, points: { show: false } },
        { stroke: "transparent", width: 0, points: { show: false } },
        { stroke: "transparent", width: 0, points: { show: false } },
      ],
      axes: [
        axis(look, {
          size: 28,
          grid: { show: false },
          ...(long
            ? { incrs: [DAY_S, 2 * DAY_S, 7 * DAY_S, 14 * DAY_S, 28 * DAY_S], space: 60 }
            : { splits: (_u, _axis, from, to) => quarterDays(from, to, format) }),
          values: (_u, stamps) => stamps.map((at) => (long ? format.day(at * 1000) : format.time(at * 1000))),
        }),
        axis(look, {
          size: 44,
          space: 36,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
          values: (_u, values) => values.map((birds) => format.number(Math.abs(birds))),
        }),
      ],
      hooks: {
        drawClear: [
          (plot) => {
            drawBars(plot, begins, birds_out, step_s, look.accent);
            drawBars(plot, begins, down, step_s, look.good);
          },
        ],
        draw: [(plot) => drawZero(plot, look)],
      },
    }),
  };
}

function upright(_plot: uPlot, low: number, high: number): [number, number] {
  const [from, to] = [Math.min(low || 0, 0), Math.max(high || 0, 0)];
  const least = to - from < 10 ? 10 : 0;
  return [from * 1.08 - least / 4, to * 1.08 + least];
}

function drawBars(
  plot: uPlot,
  begins: number[],
  birds: (number | null)[],
  stepS: number,
  colour: string,
): void {
  const { ctx, bbox } = plot;
  const zero = plot.valToPos(0, "y", true);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = colour;
  ctx.globalAlpha = 0.75;
  begins.forEach((at, index) => {
    const value = birds[index] ?? null;
    if (value === null || value === 0) return;
    const [left, right] = [plot.valToPos(at, "x", true), plot.valToPos(at + stepS, "x", true)];
    const gap = Math.min(devicePixelRatio, (right - left) / 5);
    const y = plot.valToPos(value, "y", true);
    ctx.fillRect(left + gap, Math.min(y, zero), right - left - 2 * gap, Math.abs(zero - y));
  });
  ctx.restore();
}

/** In and out part at a line that is seen. */
function drawZero(plot: uPlot, look: Look): void {
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(0, "y", true));
  ctx.save();
  ctx.strokeStyle = look.soft;
  ctx.lineWidth = devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
