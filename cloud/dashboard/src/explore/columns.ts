/** Series as the columns the page of charts draws: lines, and beside each what of it arrived late. Pure. */
import type { SeriesAnswer } from "../api/types";
import { climateColumns, type ClimateColumns } from "../charts/climateColumns";

export type Column = (number | null | undefined)[];

/** As ClimateColumns; `late` holds what arrived late, `mean` all else. */
export interface SpanColumns {
  atS: number[];
  lines: (ClimateColumns["lines"][number] & { late: Column })[];
  hasLate: boolean;
}

/** Put several series on one axis and set apart what arrived late. */
export function spanColumns(answers: SeriesAnswer[]): SpanColumns {
  const columns = climateColumns(answers);
  const lines = columns.lines.map((line, index) => {
    const late = lateOf(columns.atS, line.mean, answers[index]?.late ?? []);
    const mean = line.mean.map((value, at) => (isInner(late, at) ? null : value));
    return { ...line, mean, late };
  });
  return { atS: columns.atS, lines, hasLate: lines.some((line) => line.late.some(isNumber)) };
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === "number";
}

/** The late values with one neighbour on each side, so that the dotted line meets the other. */
function lateOf(atS: number[], mean: Column, spans: readonly (readonly number[])[]): Column {
  const isLate = (at: number) => spans.some(([from = 0, to = 0]) => at * 1000 >= from && at * 1000 < to);
  const own = atS.map((at, index) => isNumber(mean[index]) && isLate(at));
  const beside = (index: number, step: 1 | -1): boolean => {
    let at = index + step;
    // Another instrument's stamps lie between: undefined is no value and no gap.
    while (at >= 0 && at < atS.length && mean[at] === undefined) at += step;
    return own[at] ?? false;
  };
  return mean.map((value, index) => {
    if (value === undefined) return undefined;
    return own[index] || beside(index, 1) || beside(index, -1) ? value : null;
  });
}

/** True for a late value between late values: the ordinary line ends before it. */
function isInner(late: Column, index: number): boolean {
  if (!isNumber(late[index])) return false;
  const near = (step: 1 | -1) => {
    let at = index + step;
    while (at >= 0 && at < late.length && late[at] === undefined) at += step;
    return isNumber(late[at]);
  };
  return near(1) && near(-1);
}
