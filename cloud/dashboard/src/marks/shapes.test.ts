import { describe, expect, it } from "vitest";
import type { Marks } from "../api/types";
import {
  area,
  crossesItself,
  distanceFromLine,
  freeSlug,
  hasRoom,
  isInside,
  kept,
  marksFrom,
  marksTo,
  problemOf,
  type Point,
} from "./shapes";

const SQUARE: Point[] = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];
const BOW: Point[] = [
  [0, 0],
  [1, 1],
  [1, 0],
  [0, 0.6],
];
const ALL: Marks = {
  floor: SQUARE,
  zones: [
    { slug: "feeder-1", kind: "feeder", polygon: SQUARE },
    { slug: "sand", kind: "other", polygon: SQUARE },
  ],
  gates: [
    {
      slug: "gate-1",
      line: [
        [0, 0.5],
        [1, 0.5],
      ],
      inside: "right",
      hole: null,
      hole_leads: "in",
    },
    { slug: "gate-2", line: null, inside: "left", hole: SQUARE, hole_leads: "out" },
  ],
};

describe("marks", () => {
  it("come back from the editor as they went in", () => {
    expect(marksTo(marksFrom(ALL))).toEqual(ALL);
    expect(marksTo(marksFrom({}))).toEqual({ floor: null, zones: [], gates: [] });
  });

  it("get the first name of their kind that is free; a line and a hole share theirs", () => {
    const marks = marksFrom(ALL);
    expect(freeSlug(marks, "feeder")).toBe("feeder-2");
    expect(freeSlug(marks, "drinker")).toBe("drinker-1");
    expect(freeSlug(marks, "line")).toBe("gate-3");
    expect(freeSlug([], "hole")).toBe("gate-1");
    expect(freeSlug(marks, "floor")).toBe("");
  });

  it("have one floor at most", () => {
    expect(hasRoom(marksFrom(ALL), "floor")).toBe(false);
    expect(hasRoom([], "floor")).toBe(true);
    expect(hasRoom(marksFrom(ALL), "resting")).toBe(true);
  });

  it.each([
    [{ kind: "floor", points: SQUARE }, null],
    [{ kind: "floor", points: BOW }, "cross"],
    [{ kind: "feeder", points: SQUARE.slice(0, 2) }, "flat"],
    [{ kind: "line", points: SQUARE.slice(0, 2) }, null],
    [{ kind: "line", points: [SQUARE[0], SQUARE[0]] as Point[] }, "flat"],
    [{ kind: "hole", points: BOW }, "cross"],
  ] as const)("%o would be refused: %s", (mark, problem) => {
    expect(problemOf({ kind: mark.kind, points: [...mark.points] })).toBe(problem);
  });
});

describe("geometry", () => {
  it("knows a border that crosses or touches itself, from wherever one begins", () => {
    expect([SQUARE, SQUARE.slice(0, 3)].map(crossesItself)).toEqual([false, false]);
    const turned = BOW.map((_, by) => [...BOW.slice(by), ...BOW.slice(0, by)]);
    expect(turned.map(crossesItself)).toEqual([true, true, true, true]);
    expect(crossesItself([...SQUARE.slice(0, 3), [0.5, 0], [0, 1]])).toBe(true);
  });

  it("measures", () => {
    expect(area(SQUARE.slice(0, 3))).toBeCloseTo(0.5);
    expect(isInside(SQUARE, [0.5, 0.9])).toBe(true);
    expect(isInside(SQUARE, [1.1, 0.5])).toBe(false);
    expect(distanceFromLine([[0, 0] as Point, [1, 0] as Point], [2, 0])).toBe(1);
    expect(distanceFromLine([[0, 0] as Point, [1, 0] as Point], [0.5, 0.2])).toBeCloseTo(0.2);
  });

  it("keeps places inside the picture", () => {
    expect(kept([-0.2, 1.7])).toEqual([0, 1]);
    expect(kept([0.123456, 0.5])).toEqual([0.1235, 0.5]);
  });
});
