import { describe, expect, it } from "vitest";
import type { SeriesAnswer } from "../api/types";
import { Format } from "../format/format";
import { en } from "../words/en";
import { zh } from "../words/zh";
import { doubtAt, doubtNote, doubtsOf } from "./doubts";

const NOON_MS = Date.UTC(2026, 10, 22, 4);
const MINUTE_MS = 60_000;

function answer(source: string, ...spans: [number, number, "stuck" | "jump"][]): SeriesAnswer {
  const doubtful = spans.map(([from, to, why]) => ({
    from_ms: NOON_MS + from * MINUTE_MS,
    to_ms: NOON_MS + to * MINUTE_MS,
    why,
  }));
  return { device: "edge-1", source, doubtful } as unknown as SeriesAnswer;
}

const format = new Format("en", "Asia/Shanghai");
const note = (answers: SeriesAnswer[]) => doubtNote(doubtsOf(answers), en, format, NOON_MS);

describe("doubtful stretches", () => {
  it("are said in words, with the instrument where there are several", () => {
    const stuck = answer("thermometer-1", [0, 90, "stuck"]);
    expect(note([stuck])).toBe("Tinted, not to be believed: sensor stuck, 12:00 to 13:30.");
    expect(note([stuck, answer("thermometer-2", [5, 5, "jump"])])).toBe(
      "Tinted, not to be believed: Thermometer 1: sensor stuck, 12:00 to 13:30; Thermometer 2: value jumped, 12:05.",
    );
    expect(doubtNote(doubtsOf([stuck]), zh, new Format("zh", "Asia/Shanghai"), NOON_MS)).toBe(
      "着色时段的数据不可信：12:00 至 13:30 传感器卡住。",
    );
    expect(note([answer("thermometer-1")])).toBe("");
  });

  it("that are many are counted", () => {
    const jumps = [0, 10, 20, 30, 40].map((at): [number, number, "jump"] => [at, at, "jump"]);
    expect(note([answer("thermometer-1", ...jumps)])).toContain("12:40; + 2 more");
  });

  it("hold for their own instrument and for what they touch only", () => {
    const doubts = doubtsOf([answer("thermometer-1", [0, 90, "stuck"])]);
    const of = (source: string) => ({ device: "edge-1", source });
    const atS = (minutes: number) => (NOON_MS + minutes * MINUTE_MS) / 1000;
    expect(doubtAt(doubts, of("thermometer-1"), atS(90))).toBe("stuck");
    expect(doubtAt(doubts, of("thermometer-1"), atS(91))).toBeNull();
    expect(doubtAt(doubts, of("thermometer-1"), atS(-10), atS(1))).toBe("stuck");
    expect(doubtAt(doubts, of("thermometer-2"), atS(30))).toBeNull();
  });

  it("are none in what a phone saved before there were any", () => {
    expect(doubtsOf([{ device: "edge-1", source: "thermometer-1" } as unknown as SeriesAnswer])).toEqual([]);
  });
});
