/** An age as people say it: one unit, rounded down. */
export interface Age {
  unit: "now" | "seconds" | "minutes" | "hours" | "days";
  count: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Split an age in ms; below a minute in steps of ten seconds, for a page that ticks all over is no calm page. */
export function calmAge(ms: number): Age {
  if (ms < 10 * SECOND) return { unit: "now", count: 0 };
  if (ms < MINUTE) return { unit: "seconds", count: Math.floor(ms / (10 * SECOND)) * 10 };
  return coarseAge(ms);
}

/** Split an age in ms; below a minute to the second, for the one place that shows that the page is alive. */
export function exactAge(ms: number): Age {
  return ms < MINUTE ? { unit: "seconds", count: Math.floor(ms / SECOND) } : coarseAge(ms);
}

function coarseAge(ms: number): Age {
  if (ms < HOUR) return { unit: "minutes", count: Math.floor(ms / MINUTE) };
  if (ms < 2 * DAY) return { unit: "hours", count: Math.floor(ms / HOUR) };
  return { unit: "days", count: Math.floor(ms / DAY) };
}
