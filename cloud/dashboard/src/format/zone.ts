/** Calendar days in time zones. Pure. */

const HOUR_MS = 3_600_000;

const days = new Map<string, Intl.DateTimeFormat>();

/** The calendar day at a moment, `2026-11-22`, in a time zone or else the phone's; cheap enough for each tick. */
export function dayOf(ms: number, timeZone?: string): string {
  let formatter = days.get(timeZone ?? "");
  if (!formatter) {
    const zone = timeZone === undefined ? {} : { timeZone };
    // The one locale whose dates are written year-month-day.
    formatter = new Intl.DateTimeFormat("sv-SE", {
      ...zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
    days.set(timeZone ?? "", formatter);
  }
  return formatter.format(ms);
}

/** Unix time in seconds of the midnight that begins `day` (`2026-11-22`) in `timeZone`. */
export function dayStartS(day: string, timeZone: string): number {
  const utcMs = Date.parse(`${day}T00:00:00Z`);
  // The offset at noon there decides; one step of correction is enough for any zone's change of clocks.
  const guess = utcMs - offsetMs(utcMs + 12 * HOUR_MS, timeZone);
  return (utcMs - offsetMs(guess, timeZone)) / 1000;
}

/** The zone's clock minus UTC at a moment, in ms. */
function offsetMs(ms: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(ms);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const there = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return there - Math.floor(ms / 1000) * 1000;
}
