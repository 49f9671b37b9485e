import type { AlignedData, Axis, Options } from "uplot";
import type { Look } from "./look";

/** What a chart is, apart from its size: how it looks with a given look, and what it draws. */
export interface Plan {
  options: (look: Look) => Omit<Options, "width" | "height">;
  data: AlignedData;
  /** The zone in which the axis of time has its midnights; left out where the axis is no time. */
  timeZone?: string;
}

/** An axis as all charts have it: soft figures, hair-thin lines, no ticks. */
export function axis(look: Look, more: Axis): Axis {
  return {
    stroke: look.soft,
    font: look.font,
    labelFont: look.font,
    grid: { stroke: look.line, width: 1 },
    ticks: { show: false },
    gap: 6,
    ...more,
  };
}
