/** What is marked in a picture, as the editor holds it. Points are shares of the picture's width and height. Pure. */
import type { Marks } from "../api/types";

export type Point = [number, number];
export type Kind = "floor" | "feeder" | "drinker" | "resting" | "other" | "line" | "hole";
export type Problem = "cross" | "flat";

/** One mark; `slug` is empty for the floor. */
export interface Mark {
  kind: Kind;
  slug: string;
  points: Point[];
  /** Of a line: the house's side, looking from its first end to its second. */
  inside: "left" | "right";
  /** Of a hole: where a bird has gone that vanished in it. */
  leads: "in" | "out";
}

/** What can be added, in the order of the buttons. */
export const KINDS: Kind[] = ["floor", "feeder", "drinker", "resting", "line", "hole"];
export const CORNERS_MAX = 100;
const ZONES_MAX = 50;
const GATES_MAX = 20;
/** Smallest area, as a share of the picture; the device refuses less. */
const LEAST_AREA = 1e-5;
const PLAIN = { inside: "left", leads: "in" } as const;

export function isGate(kind: Kind): boolean {
  return kind === "line" || kind === "hole";
}

/** Corners a mark needs: a line has two ends, an area three corners. */
export function cornersNeeded(kind: Kind): number {
  return kind === "line" ? 2 : 3;
}

export function marksFrom(marks: Marks): Mark[] {
  return [
    ...(marks.floor ? [{ kind: "floor" as const, slug: "", points: points(marks.floor), ...PLAIN }] : []),
    ...(marks.zones ?? []).map((zone) => ({
      kind: zone.kind ?? ("other" as const),
      slug: zone.slug,
      points: points(zone.polygon),
      ...PLAIN,
    })),
    ...(marks.gates ?? []).map((gate) => ({
      kind: gate.line ? ("line" as const) : ("hole" as const),
      slug: gate.slug,
      points: points(gate.line ?? gate.hole ?? []),
      inside: gate.inside ?? "left",
      leads: gate.hole_leads ?? "in",
    })),
  ];
}

export function marksTo(marks: Mark[]): Marks {
  const gates = marks.filter((mark) => isGate(mark.kind));
  const zones = marks.filter((mark) => mark.kind !== "floor" && !isGate(mark.kind));
  return {
    floor: marks.find((mark) => mark.kind === "floor")?.points ?? null,
    zones: zones.map((mark) => ({ slug: mark.slug, kind: mark.kind as "feeder", polygon: mark.points })),
    gates: gates.map((mark) => ({
      slug: mark.slug,
      line: mark.kind === "line" ? [mark.points[0] as Point, mark.points[1] as Point] : null,
      inside: mark.inside,
      hole: mark.kind === "hole" ? mark.points : null,
      hole_leads: mark.leads,
    })),
  };
}

/** True when one more of this kind has room. */
export function hasRoom(marks: Mark[], kind: Kind): boolean {
  const same = (test: (kind: Kind) => boolean) => marks.filter((mark) => test(mark.kind)).length;
  if (kind === "floor") return same((one) => one === "floor") === 0;
  if (isGate(kind)) return same(isGate) < GATES_MAX;
  return same((one) => one !== "floor" && !isGate(one)) < ZONES_MAX;
}

/** The first name of its kind that is free: feeder-1, gate-2. */
export function freeSlug(marks: Mark[], kind: Kind): string {
  if (kind === "floor") return "";
  const noun = isGate(kind) ? "gate" : kind === "other" ? "zone" : kind;
  const taken = new Set(marks.map((mark) => mark.slug));
  let number = 1;
  while (taken.has(`${noun}-${number}`)) number++;
  return `${noun}-${number}`;
}

/** Why the device would refuse it; null when it would not. */
export function problemOf({ kind, points }: Pick<Mark, "kind" | "points">): Problem | null {
  const [first, second] = points;
  if (kind === "line") return first && second && distance(first, second) > 0 ? null : "flat";
  if (area(points) < LEAST_AREA) return "flat";
  return crossesItself(points) ? "cross" : null;
}

export function area(corners: Point[]): number {
  const doubled = edges(corners).reduce((sum, [[ax, ay], [bx, by]]) => sum + ax * by - bx * ay, 0);
  return Math.abs(doubled) / 2;
}

/** True when two edges meet other than as neighbours at their corner; the rule of the device. */
export function crossesItself(corners: Point[]): boolean {
  const all = edges(corners);
  const last = all.length - 1;
  return all.some((one, first) =>
    all.some((other, second) => {
      const neighbours = second === first + 1 || (first === 0 && second === last);
      return second > first && !neighbours && meet(one, other);
    }),
  );
}

/** True when `place` lies inside the corners. */
export function isInside(corners: Point[], [x, y]: Point): boolean {
  return edges(corners).reduce(
    (within, [[ax, ay], [bx, by]]) =>
      ay > y !== by > y && x < ax + ((bx - ax) * (y - ay)) / (by - ay) ? !within : within,
    false,
  );
}

export function middle([ax, ay]: Point, [bx, by]: Point): Point {
  return [(ax + bx) / 2, (ay + by) / 2];
}

export function distance([ax, ay]: Point, [bx, by]: Point): number {
  return Math.hypot(bx - ax, by - ay);
}

/** How far `place` is from a line between its ends. */
export function distanceFromLine([[ax, ay], [bx, by]]: [Point, Point], [x, y]: Point): number {
  const squared = (bx - ax) ** 2 + (by - ay) ** 2;
  const along = squared ? ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / squared : 0;
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay));
}

/** A place kept inside the picture, to a tenth of a pixel of the pictures that are sent. */
export function kept([x, y]: Point): Point {
  const share = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1e4) / 1e4;
  return [share(x), share(y)];
}

function points(pairs: readonly (readonly number[])[]): Point[] {
  return pairs.map(([x, y]) => [x ?? 0, y ?? 0]);
}

function edges(corners: Point[]): [Point, Point][] {
  return corners.map((corner, index) => [corner, corners[(index + 1) % corners.length] as Point]);
}

function meet([a, b]: [Point, Point], [c, d]: [Point, Point]): boolean {
  const ends: [Point, Point, Point][] = [
    [a, b, c],
    [a, b, d],
    [c, d, a],
    [c, d, b],
  ];
  const [ofC, ofD, ofA, ofB] = ends.map((end) => side(...end)) as [number, number, number, number];
  if (ofC * ofD < 0 && ofA * ofB < 0) return true;
  return ends.some(([from, to, place]) => side(from, to, place) === 0 && isBetween(from, to, place));
}

function side([ax, ay]: Point, [bx, by]: Point, [x, y]: Point): number {
  return (bx - ax) * (y - ay) - (by - ay) * (x - ax);
}

function isBetween([ax, ay]: Point, [bx, by]: Point, [x, y]: Point): boolean {
  return Math.min(ax, bx) <= x && x <= Math.max(ax, bx) && Math.min(ay, by) <= y && y <= Math.max(ay, by);
}
