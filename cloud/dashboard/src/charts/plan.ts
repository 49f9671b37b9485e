import type { AlignedData, Axis, Options } from "uplot";
import type { Format } from "../format/format";
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

/** The figures of an upright axis: as many decimals as its steps have, so that 27.5 does not stand as 28. */
export function figures(format: Format): Axis.DynamicValues {
  return (_plot, values, _index, _space, step) => {
    const decimals = String(step).split(".")[1]?.length ?? 0;
    return values.map((value) => format.number(value, decimals));
  };
}
