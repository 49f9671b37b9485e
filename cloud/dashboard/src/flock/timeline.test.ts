import { describe, expect, it } from "vitest";
import type { DroppingsCheck, FlockEventNow } from "../api/types";
import { timelineOf } from "./timeline";

const event = (name: string, day: string, at: string) => ({ event: name, day, at }) as FlockEventNow;
const check = (name: string, at: string, flock: string | null = "f-1") =>
  ({ check: name, at, flock }) as DroppingsCheck;
const dayOf = (ms: number) => new Date(ms).toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });

describe("the line of what happened", () => {
  it("holds events and droppings checks by day, and those of this flock only", () => {
    const events = [
      event("thinned", "2026-11-20", "2026-11-22T08:00:00Z"),
      event("closed", "2026-11-22", "2026-11-22T09:00:00Z"),
    ];
    const checks = [
      check("late", "2026-11-22T10:00:00Z"),
      // Already the 21st in Shanghai.
      check("night", "2026-11-20T17:00:00Z"),
      check("other", "2026-11-21T08:00:00Z", "f-0"),
      check("nobody", "2026-11-21T08:00:00Z", null),
    ];
    const items = timelineOf({ flock: "f-1", events }, checks, dayOf);
    expect(items.map((item) => [item.day, "event" in item ? item.event.event : item.check.check])).toEqual([
      ["2026-11-20", "thinned"],
      ["2026-11-21", "night"],
      ["2026-11-22", "closed"],
      ["2026-11-22", "late"],
    ]);
  });
});
