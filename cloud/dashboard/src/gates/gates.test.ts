import { describe, expect, it } from "vitest";
import type { GatesAnswer } from "../api/types";
import { stepsTold, totalsOf } from "./plan";

const ANSWER: GatesAnswer = {
  gates: ["edge-1/south"],
  step_s: 1800,
  at_ms: [0, 1_800_000, 3_600_000],
  birds_in: [0, null, 5],
  birds_out: [30, null, 2],
  outside: [30, null, 27],
};

describe("birds through the gates", () => {
  it("add up, and the newest step says who is outside", () => {
    expect(totalsOf(ANSWER)).toEqual({ out: 32, in: 5, outside: 27 });
    expect(totalsOf({ ...ANSWER, outside: [null, null, null] })?.outside).toBeNull();
  });

  it("are none where no gate said anything, which is not zero", () => {
    const silent = [null, null, null];
    expect(totalsOf({ ...ANSWER, birds_in: silent, birds_out: silent, outside: silent })).toBeNull();
    expect(stepsTold(ANSWER)).toEqual([
      [3_600_000, 2, 5, 27],
      [0, 30, 0, 30],
    ]);
  });
});
