import { describe, expect, it } from "vitest";
import { clamped, moved, pinched, zoomed } from "./span";
import { sparkPath } from "./spark";

const limits = { from: 0, to: 1000, least: 10 };

describe("a span", () => {
  it("stays within its limits, and keeps its width where it can", () => {
    expect(clamped({ from: -50, to: 50 }, limits)).toEqual({ from: 0, to: 100 });
    expect(clamped({ from: 950, to: 1050 }, limits)).toEqual({ from: 900, to: 1000 });
    expect(clamped({ from: -500, to: 5000 }, limits)).toEqual({ from: 0, to: 1000 });
  });

  it("is never narrower than the least", () => {
    expect(clamped({ from: 500, to: 501 }, limits)).toEqual({ from: 495.5, to: 505.5 });
  });

  it("is zoomed around what is pointed at", () => {
    expect(zoomed({ from: 100, to: 200 }, 0.5, 0)).toEqual({ from: 100, to: 150 });
    expect(zoomed({ from: 100, to: 200 }, 2, 0.5)).toEqual({ from: 50, to: 250 });
  });

  it("is moved by shares of its width", () => {
    expect(moved({ from: 100, to: 200 }, -0.5)).toEqual({ from: 50, to: 150 });
  });
});

describe("two fingers", () => {
  it("keep what is under them under them", () => {
    // 100 s over 100 px: fingers at 25 and 75 s spread to the edges.
    expect(pinched({ from: 0, to: 100 }, [25, 75], [0, 100], 100)).toEqual({ from: 25, to: 75 });
  });

  it("only move where they are close together", () => {
    expect(pinched({ from: 0, to: 100 }, [40, 50], [60, 90], 100)).toEqual({ from: -30, to: 70 });
  });
});

describe("sparkPath", () => {
  it("leaves a gap where nothing is known, and a dash for a value alone", () => {
    const path = sparkPath([1, 2, null, 3, null, 4, 4], 60, 20, 1);
    expect(path.match(/M/g)).toHaveLength(3);
    expect(path).toContain("h1");
  });

  it("does not make a storm of a calm day", () => {
    expect(sparkPath([20, 20.1], 10, 28, 3)).toMatch(/^M0 14\.\d L?.*|^M0 14/);
  });

  it("is empty without a line to draw", () => {
    expect(sparkPath([null, 5, null], 10, 10, 1)).toBe("");
  });
});
