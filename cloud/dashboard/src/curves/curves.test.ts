import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Refused } from "../api/errors";
import type { CurvePoint, OwnCurve } from "../api/types";
import { curveOf, EMPTY_DRAFT } from "./draft";
import { curveColumns } from "./plan";
import { CurvePreview } from "./preview.svelte";
import { decoded } from "./readText";

describe("the form for a curve", () => {
  const gompertz = {
    ...EMPTY_DRAFT,
    way: "formula" as const,
    asymptote: "5000",
    rate: "0,045",
    inflection: "38",
  };

  it("takes a formula as people type it", () => {
    expect(curveOf(gompertz, "ours")).toEqual({
      source: "ours",
      formula: { kind: "gompertz", asymptote_grams: 5000, rate_per_day: 0.045, inflection_days: 38 },
    });
    expect(curveOf({ ...gompertz, kind: "richards", shape: "0.4", inflection: "−3" }, "")).toMatchObject({
      formula: { shape: 0.4, inflection_days: -3 },
    });
  });

  it.each([
    [{ asymptote: "5" }, "asymptote"],
    [{ asymptote: "" }, "asymptote"],
    [{ rate: "4.5" }, "rate"],
    [{ rate: "0" }, "rate"],
    [{ inflection: "soon" }, "inflection"],
    [{ kind: "richards" as const }, "shape"],
  ])("says what can't be right: %o", (change, wrong) => {
    expect(curveOf({ ...gompertz, ...change }, "")).toBe(wrong);
  });

  it("wants three lines of a table", () => {
    const table = { ...EMPTY_DRAFT, csv: "0,42\n7,165\n\n" };
    expect(curveOf(table, "")).toBe("table");
    expect(curveOf({ ...table, csv: "0,42\n7,165\n14,430" }, "ours")).toEqual({
      source: "ours",
      csv: "0,42\n7,165\n14,430",
    });
  });
});

describe("files", () => {
  it("are read in the encodings that spreadsheets write", () => {
    expect(decoded(new TextEncoder().encode("日龄,体重"))).toBe("日龄,体重");
    expect(decoded(new Uint8Array([0xff, 0xfe, 0xe5, 0x65, 0x2c, 0x00]))).toBe("日,");
    expect(decoded(new Uint8Array([0xc8, 0xd5, 0xc1, 0xe4]))).toBe("日龄");
  });
});

describe("columns", () => {
  it("put the new curve over the old one, which is cut where it goes on far longer", () => {
    const points = [0, 28, 42].map((age_days) => ({ age_days, grams: age_days * 50 + 40 }));
    const before = [0, 7, 50, 200].map((age_days) => ({ age_days, grams: age_days * 40 + 40 }));
    expect(curveColumns(points, before)).toEqual({
      ageDays: [0, 7, 28, 42, 50],
      grams: [40, null, 1440, 2140, null],
      before: [40, 320, null, null, 2040],
    });
  });
});

describe("the preview", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const table = (csv: string): OwnCurve => ({ source: "", csv });

  it("shows what was typed last, however slow the answer to what was typed before", async () => {
    const answers: Record<string, (points: CurvePoint[]) => void> = {};
    const preview = new CurvePreview({
      previewCurve: (_farm, told) => new Promise((resolve) => (answers[told.csv ?? ""] = resolve)),
    });
    const point = (grams: number) => [{ age_days: 0, grams }];
    preview.show("hillside", table("first"));
    await vi.advanceTimersByTimeAsync(500);
    preview.show("hillside", table("second"));
    await vi.advanceTimersByTimeAsync(500);
    answers["second"]?.(point(2));
    await vi.advanceTimersByTimeAsync(0);
    answers["first"]?.(point(1));
    await vi.advanceTimersByTimeAsync(0);
    expect(preview.points).toEqual(point(2));
  });

  it("tells a refusal, and forgets it with the text", async () => {
    const preview = new CurvePreview({
      previewCurve: () => Promise.reject(new Refused(422, "bad_curve", "Line 2: 'abc' is not a number.")),
    });
    preview.show("hillside", table("0,1"));
    await vi.advanceTimersByTimeAsync(500);
    expect(preview.failure?.message).toContain("Line 2");
    preview.show("hillside", null);
    expect(preview.failure).toBeNull();
  });

  it("asks for nothing while keys are coming", async () => {
    const previewCurve = vi.fn(() => Promise.resolve([]));
    const preview = new CurvePreview({ previewCurve });
    for (const csv of ["a", "ab", "abc"]) {
      preview.show("hillside", table(csv))();
      await vi.advanceTimersByTimeAsync(100);
    }
    preview.show("hillside", table("abcd"));
    await vi.advanceTimersByTimeAsync(500);
    expect(previewCurve).toHaveBeenCalledTimes(1);
  });
});
