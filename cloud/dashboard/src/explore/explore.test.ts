import { describe, expect, it } from "vitest";
import type { SeriesAnswer, Thresholds } from "../api/types";
import { Format } from "../format/format";
import { dayStartS } from "../format/zone";
import { healthyHouse, wellness } from "../testing/houses";
import { comfortBand, curveBand } from "./band";
import { choicesOf } from "./choices";
import { spanColumns } from "./columns";
import { happenings } from "./events";
import { EXPLORE_WORDS } from "./words";

const DAY_S = 86_400;
const MINUTE_MS = 60_000;

function rule(name: string, watch: number, more: Partial<Thresholds["rules"][number]> = {}) {
  const limits = { watch, warning: null, severe: null };
  return { rule: name, enabled: true, from_target: false, limits, ...more } as Thresholds["rules"][number];
}

function thresholds(...rules: Thresholds["rules"]): Thresholds {
  const targets = [
    [0, 32],
    [10, 22],
  ];
  return { targets, rules } as unknown as Thresholds;
}

function series(mean: (number | null)[], late: [number, number][] = []): SeriesAnswer {
  const at_ms = mean.map((_value, index) => index * MINUTE_MS);
  const shape = { device: "edge-1", source: "t", quantity: "temperature_celsius", unit: "°C" };
  return {
    ...shape,
    resolution: "raw",
    basis: "raw",
    late,
    at_ms,
    mean,
    low: mean,
    high: mean,
  } as SeriesAnswer;
}

describe("comfortBand", () => {
  it("follows the age's target", () => {
    const warm = rule("too-warm", 4, { from_target: true });
    const cold = rule("too-cold", -2, { from_target: true });
    const band = comfortBand("temperature_celsius", thresholds(warm, cold), 0, { from: 0, to: 10 * DAY_S });
    expect([band?.target.at(0), band?.high.at(0), band?.low.at(0)]).toEqual([32, 36, 30]);
    expect(band?.target.at(-1)).toBe(22);
  });

  it("is open on the side that no rule bounds, and nothing where no rule speaks", () => {
    const band = comfortBand("ammonia_ppm", thresholds(rule("ammonia", 15)), null, { from: 0, to: 1 });
    expect([band?.low, band?.high]).toEqual([
      [null, null],
      [15, 15],
    ]);
    expect(comfortBand("light_lux", thresholds(), null, { from: 0, to: 1 })).toBeNull();
  });

  it("says nothing before the flock came", () => {
    const history = { curve: [{ age_days: 0, grams: 42 }] } as Parameters<typeof curveBand>[0];
    const band = curveBand(history, 5 * DAY_S, { from: 0, to: 10 * DAY_S });
    expect([band.target[0], band.target.at(-1)]).toEqual([null, 42]);
  });
});

describe("spanColumns", () => {
  it("set apart what came late, joined to its neighbours", () => {
    const { lines, hasLate } = spanColumns([series([1, 2, 3, 4, 5], [[2 * MINUTE_MS, 3 * MINUTE_MS]])]);
    expect(hasLate).toBe(true);
    expect(lines[0]?.late).toEqual([null, 2, 3, 4, null]);
    expect(lines[0]?.mean).toEqual([1, 2, null, 4, 5]);
  });

  it("draw nothing apart when nothing came late", () => {
    const { lines, hasLate } = spanColumns([series([1, null, 3])]);
    expect([hasLate, lines[0]?.mean]).toEqual([false, [1, null, 3]]);
  });
});

describe("choicesOf", () => {
  it("are what the house measures, climate first, a line for each instrument", () => {
    const choices = choicesOf(healthyHouse({ wellness: [wellness()] }));
    expect(choices.map(({ quantity }) => quantity)).toEqual([
      "temperature_celsius",
      "humidity_percent",
      "weight_grams",
      "visible_birds",
      "activity_lengths_per_min",
      "huddle_ratio",
    ]);
    expect(choices[0]?.sources).toEqual([{ device: "edge-1", source: "thermometer-1" }]);
  });
});

describe("happenings", () => {
  it("stand in the order of time, each on the day it is about", () => {
    const entry = {
      entry: "e",
      kind: "vaccination",
      day: "2026-11-20",
      name: "La Sota",
      note: "",
      kilograms: null,
    };
    const log = {
      days: [{ entries: [{ ...entry, at: "2026-11-21T08:00:00Z", withdrawn: false, replaced_by: null }] }],
    };
    const flock = { placed_on: "2026-11-01", placed_birds: 480, events: [] };
    const found = happenings(
      { log: log as never, flocks: [flock as never], weights: null },
      (day) => dayStartS(day, "Asia/Shanghai"),
      EXPLORE_WORDS.en,
      new Format("en", "Asia/Shanghai"),
    );
    expect(found.map(({ text }) => text)).toEqual(["480 birds placed", "Vaccination, La Sota"]);
    // Written a day later: it stands at noon of its own day.
    expect(found[1]?.atS).toBe(Date.parse("2026-11-20T04:00:00Z") / 1000);
  });
});

describe("dayStartS", () => {
  it.each([
    ["2026-11-22", "Asia/Shanghai", "2026-11-21T16:00:00Z"],
    ["2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00Z"],
    ["2026-03-30", "Europe/Berlin", "2026-03-29T22:00:00Z"],
    ["2026-11-01", "America/New_York", "2026-11-01T04:00:00Z"],
  ])("%s in %s", (day, zone, expected) => {
    expect(dayStartS(day, zone)).toBe(Date.parse(expected) / 1000);
  });
});
