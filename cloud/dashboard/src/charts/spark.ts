/** A day's line as wide as a thumb: the path of an SVG, with gaps as gaps. Pure. */

const PAD = 2;

/**
 * Return the path of `values` (null: a gap) in a box of `width` x `height`; empty when fewer than two are known.
 * `spanMin` is the least span of the upright axis, so that a calm day does not look like a storm.
 */
export function sparkPath(values: (number | null)[], width: number, height: number, spanMin: number): string {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return "";
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const span = Math.max(high - low, spanMin);
  const middle = (low + high) / 2;
  const x = (index: number) => round((index / (values.length - 1)) * width);
  const y = (value: number) => round(height / 2 - ((value - middle) / span) * (height - 2 * PAD));
  return values
    .map((value, index) => {
      if (value === null) return "";
      const alone = (values[index - 1] ?? null) === null;
      // A value between two gaps is a short dash, or nobody would see it.
      const dash = alone && (values[index + 1] ?? null) === null ? "h1" : "";
      return `${alone ? "M" : "L"}${x(index)} ${y(value)}${dash}`;
    })
    .join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
