/** Which part of time a chart shows, and how fingers change it. Pure; times in Unix seconds, places in CSS pixels. */

export interface Span {
  from: number;
  to: number;
}

/** What may be shown at most, and how near one may go. */
export interface Limits extends Span {
  least: number;
}

/** Keep a span within its limits: first its width, then its place. */
export function clamped(span: Span, limits: Limits): Span {
  const width = Math.min(Math.max(span.to - span.from, limits.least), limits.to - limits.from);
  const middle = (span.from + span.to) / 2;
  const from = Math.min(Math.max(middle - width / 2, limits.from), limits.to - width);
  return { from, to: from + width };
}

/** Go nearer (`factor` below 1) or farther, so that what is at the share `at` (0 to 1) of the width stays there. */
export function zoomed(span: Span, factor: number, at = 0.5): Span {
  const width = (span.to - span.from) * factor;
  const held = span.from + (span.to - span.from) * at;
  return { from: held - width * at, to: held + width * (1 - at) };
}

/** Move by a share of the width; above zero: later. */
export function moved(span: Span, share: number): Span {
  const by = (span.to - span.from) * share;
  return { from: span.from + by, to: span.to + by };
}

/** Below this distance two fingers move, they don't zoom: their angle would decide. */
const PINCH_LEAST_PX = 24;

/**
 * What is under two fingers stays under them: `before` and `now` are their places from the left edge of a chart
 * `widthPx` wide that showed `span` when they came down.
 */
export function pinched(span: Span, before: [number, number], now: [number, number], widthPx: number): Span {
  const perPx = (span.to - span.from) / widthPx;
  const near = Math.abs(before[1] - before[0]) < PINCH_LEAST_PX || Math.abs(now[1] - now[0]) < PINCH_LEAST_PX;
  const middle = (pair: [number, number]) => (pair[0] + pair[1]) / 2;
  const scale = near ? perPx : (perPx * Math.abs(before[1] - before[0])) / Math.abs(now[1] - now[0]);
  const held = span.from + middle(before) * perPx;
  const from = held - middle(now) * scale;
  return { from, to: from + widthPx * scale };
}
