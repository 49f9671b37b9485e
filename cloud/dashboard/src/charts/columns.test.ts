import { describe, expect, it } from "vitest";
import type { SeriesAnswer, WeightHistory } from "../api/types";
import { Format } from "../format/format";
import { weightDay } from "../testing/houses";
import { climateColumns, hoursOf } from "./climateColumns";
import { quarterDays } from "./climatePlan";
import { daysWithToday, weightColumns } from "./weightColumns";

const MINUTE = 60_000;

function series(at_ms: number[], mean: (number | null)[], source = "thermometer-1"): SeriesAnswer {
  const shape = {
    device: "edge-1",
    source,
    quantity: "temperature_celsius",
    unit: "°C",
    resolution: "raw" as const,
    basis: "raw" as const,
    late: [],
    days_of: null,
    doubtful: [],
  };
  return { ...shape, at_ms, mean, low: mean, high: mean };
}

describe("weightColumns", () => {
  const curve = Array.from({ length: 57 }, (_, age_days) => ({ age_days, grams: 40 + age_days * 50 }));
  const history: WeightHistory = {
    breed: "ross-308",
    time_zone: "Asia/Shanghai",
    curve_of: "ross-308",
    curve_own: false,
    curve_source: null,
    curve,
    days: [weightDay({ age_days: 3 })],
    hand_weighings: [],
  };

  it("put each day at its age and leave the others empty", () => {
    const columns = weightColumns(history, history.days);
    expect(columns.mean.filter((grams) => grams !== null)).toEqual([1420]);
    expect(columns.mean[3]).toBe(1420);
    expect([columns.low[3], columns.high[3]]).toEqual([1400, 1440]);
    expect(columns.target[14]).toBe(740);
  });

  it("set the whole flock and what was weighed by hand beside them", () => {
    const flock = {
      grams: 1450,
      interval_grams: [1400, 1500] as [number, number],
      away_percent: 2,
      hand_weighings: 1,
      weighed_on: "2026-11-20",
    };
    const weighed = { weighing: "w-1", day: "2026-11-20", age_days: 26, grams: 1390, birds: 100 };
    const by_hand = { ...weighed, cv_percent: null, at: "2026-11-20T08:00:00.000Z", by: "mei", scale: null };
    const told = { ...history, hand_weighings: [{ ...by_hand, corrects: true }] };
    const columns = weightColumns(told, [weightDay({ flock })]);
    expect([columns.flock[28], columns.flock[27], columns.byHand[26]]).toEqual([1450, null, 1390]);
  });

  it("reach some days past the newest, in whole weeks", () => {
    expect(weightColumns(history, [weightDay({ age_days: 28 })]).ageDays.at(-1)).toBe(35);
    expect(weightColumns(null, []).ageDays.at(-1)).toBe(14);
  });

  it("take today's live numbers in place of those of the history", () => {
    const yesterday = weightDay({ day: "2026-11-21", age_days: 27 });
    const asked = { ...history, days: [yesterday, weightDay({ weighings: 3 })] };
    const days = daysWithToday(asked, weightDay({ weighings: 9 }));
    expect(days.map((day) => [day.day, day.weighings])).toEqual([
      ["2026-11-21", 38],
      ["2026-11-22", 9],
    ]);
  });
});

describe("climateColumns", () => {
  it("show a silence as a gap", () => {
    const at = [0, 1, 2, 60, 61].map((minute) => minute * MINUTE);
    const columns = climateColumns([series(at, [20, 21, 22, 23, 24])]);
    expect(columns.lines[0]?.mean).toEqual([20, 21, 22, null, 23, 24]);
    expect(columns.atS[3]).toBe((31 * MINUTE) / 1000);
  });

  it("do not tear an instrument that speaks rarely but steadily", () => {
    const at = [0, 20, 40, 60].map((minute) => minute * MINUTE);
    expect(climateColumns([series(at, [20, 21, 22, 23])]).lines[0]?.mean).toEqual([20, 21, 22, 23]);
  });

  it("put two instruments on one axis without making gaps of each other's stamps", () => {
    const columns = climateColumns([
      series([0, 2 * MINUTE], [20, 21]),
      series([MINUTE, 3 * MINUTE], [30, null], "b"),
    ]);
    expect(columns.lines.map((line) => line.mean)).toEqual([
      [20, undefined, 21, undefined],
      [undefined, 30, undefined, null],
    ]);
  });

  it("fold into hours for the table, newest first", () => {
    const at = [0, 30 * MINUTE, 60 * MINUTE].map((ms) => ms);
    expect(hoursOf(series(at, [20, 24, null]))).toEqual([
      expect.objectContaining({ startMs: 0, mean: 22, low: 20, high: 24 }),
    ]);
    expect(hoursOf(series(at, [20, 24, 19])).map((hour) => hour.startMs)).toEqual([60 * MINUTE, 0]);
  });
});

describe("quarterDays", () => {
  it.each([
    ["Asia/Shanghai", 4],
    ["Asia/Kolkata", 4],
  ])("are four a day in %s, at the house's own hours", (zone, count) => {
    const format = new Format("en", zone);
    const from = Date.parse("2026-11-22T08:01:00Z") / 1000;
    const marks = quarterDays(from, from + 86_400, format);
    expect(marks).toHaveLength(count);
    expect(marks.map((at) => format.time(at * 1000)).sort()).toEqual(["00:00", "06:00", "12:00", "18:00"]);
  });
});
