/** What happened to a flock, as one line of time: what people told, and photos of droppings. Pure. */
import type { DroppingsCheck, FlockEventNow, FlockRecord } from "../api/types";

export type Item =
  { day: string; atMs: number; event: FlockEventNow } | { day: string; atMs: number; check: DroppingsCheck };

/** A flock's events and its droppings checks, oldest first. `dayOf` says which calendar day a time (ms) is there. */
export function timelineOf(
  { flock, events }: Pick<FlockRecord, "flock" | "events">,
  checks: DroppingsCheck[],
  dayOf: (ms: number) => string,
): Item[] {
  const told = events.map((event): Item => ({ day: event.day, atMs: Date.parse(event.at), event }));
  const looked = checks
    .filter((check) => check.flock === flock)
    .map((check): Item => ({ day: dayOf(Date.parse(check.at)), atMs: Date.parse(check.at), check }));
  return [...told, ...looked].sort((a, b) => a.day.localeCompare(b.day) || a.atMs - b.atMs);
}
