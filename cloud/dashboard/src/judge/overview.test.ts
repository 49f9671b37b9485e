import { describe, expect, it } from "vitest";
import { alert, finding, NOW_MS, overviewHouse, secondsAgo } from "../testing/houses";
import { byUrgency, fourNumbers, isQuiet, openAlerts } from "./overview";

describe("byUrgency", () => {
  const quiet = overviewHouse({ house: "house-1" });
  const found = overviewHouse({
    house: "house-2",
    findings: { open: 1, rows: [finding({ kind: "still_bird" })] },
  });
  const severe = overviewHouse({ house: "house-3", alerts: [alert({ level: "severe" })] });
  const cared = overviewHouse({
    house: "house-4",
    alerts: [alert({ level: "severe", acknowledged_by: "mei" })],
  });
  const empty = overviewHouse({
    house: "house-5",
    counts: [],
    climate: [],
    weight: null,
    house_count: null,
    devices: [],
  });

  it("put what nobody has seen first and what is well last", () => {
    const rows = byUrgency([quiet, empty, cared, found, severe], NOW_MS);
    expect(rows.map(({ house }) => house.house)).toEqual([
      "house-3",
      "house-2",
      "house-4",
      "house-5",
      "house-1",
    ]);
    expect(rows.map(isQuiet)).toEqual([false, false, false, false, true]);
  });

  it("say how many more things there are", () => {
    const both = overviewHouse({
      alerts: [alert({ level: "severe" }), alert({ alert: "a-2", rule: "ammonia" })],
    });
    expect(byUrgency([both], NOW_MS)[0]?.others).toBe(1);
  });

  it("call a house stale whose newest value is old", () => {
    const [row] = byUrgency([quiet], NOW_MS + 3_600_000);
    expect(row?.stale).toBe(true);
    expect(row?.first.level).not.toBe("good");
  });
});

describe("fourNumbers", () => {
  it("take the book's birds where there is a flock, and ammonia before humidity", () => {
    const [climate] = overviewHouse().climate;
    const values = { ...climate?.values, ammonia_ppm: 12 };
    const measured = overviewHouse({ climate: [{ ...climate!, values }] });
    expect(fourNumbers(measured)).toEqual({
      birds: { value: 212, seen: true },
      grams: 1420,
      celsius: 23.4,
      air: { quantity: "ammonia_ppm", value: 12 },
    });
  });

  it("say nothing where nothing is known", () => {
    const bare = overviewHouse({ counts: [], house_count: null, climate: [], weight: null });
    expect(fourNumbers(bare)).toEqual({ birds: null, grams: null, celsius: null, air: null });
  });
});

describe("openAlerts", () => {
  it("of all houses: waiting before looked after, then the gravest, then the newest", () => {
    const one = overviewHouse({
      house: "house-1",
      alerts: [
        alert({ alert: "a-old", opened_at: secondsAgo(900) }),
        alert({ alert: "a-new", opened_at: secondsAgo(60) }),
      ],
    });
    const other = overviewHouse({
      house: "house-2",
      alerts: [
        alert({ alert: "a-cared", level: "severe", acknowledged_by: "mei" }),
        alert({ alert: "a-severe", level: "severe", opened_at: secondsAgo(1200) }),
      ],
    });
    const names = openAlerts([one, other]).map((placed) => placed.alert.alert);
    expect(names).toEqual(["a-severe", "a-new", "a-old", "a-cared"]);
  });
});
