import { describe, expect, it } from "vitest";
import { Editor } from "./editor.svelte";
import type { Point } from "./shapes";

const NONE = { floor: null, zones: [], gates: [] };
const PLACES: Point[] = [
  [0.1, 0.1],
  [0.9, 0.1],
  [0.9, 0.9],
  [0.1, 0.9],
];

function drawn(...places: Point[]): Editor {
  const editor = new Editor(NONE);
  editor.begin("feeder");
  places.forEach((place) => editor.tap(place));
  return editor;
}

describe("the editor", () => {
  it("draws an area from three taps on, and chooses it", () => {
    const editor = drawn(...PLACES.slice(0, 2));
    expect(editor.canFinish).toBe(false);
    editor.finish();
    expect(editor.marks).toEqual([]);
    editor.tap([0.9, 1.4]);
    editor.finish();
    expect(editor.toSend().zones).toEqual([
      {
        slug: "feeder-1",
        kind: "feeder",
        polygon: [
          [0.1, 0.1],
          [0.9, 0.1],
          [0.9, 1],
        ],
      },
    ]);
    expect([editor.adding, editor.mark?.slug, editor.changed]).toEqual([null, "feeder-1", true]);
  });

  it("is done with a line at its second end, and turns it", () => {
    const editor = new Editor(NONE);
    editor.begin("line");
    editor.tap([0, 0.5]);
    editor.tap([1, 0.5]);
    expect(editor.adding).toBeNull();
    editor.turn();
    expect(editor.toSend().gates?.[0]).toMatchObject({ inside: "right", hole: null });
  });

  it("undoes tap by tap while adding, and change by change afterwards", () => {
    const editor = drawn(...PLACES);
    editor.undo();
    expect(editor.draft).toHaveLength(3);
    editor.finish();
    editor.remember();
    editor.move(0, [0.2, 0.2]);
    editor.move(0, [0.3, 0.3]);
    expect(editor.marks[0]?.points[0]).toEqual([0.3, 0.3]);
    editor.undo();
    expect(editor.marks[0]?.points[0]).toEqual([0.1, 0.1]);
    editor.remove(0);
    expect(editor.marks).toEqual([]);
    editor.undo();
    expect(editor.marks).toHaveLength(1);
    editor.undo();
    expect([editor.marks, editor.canUndo, editor.changed]).toEqual([[], false, false]);
    editor.undo();
    expect(editor.marks).toEqual([]);
  });

  it("puts corners in and takes them out, but never below three", () => {
    const editor = drawn(...PLACES.slice(0, 3));
    editor.finish();
    editor.corner = 0;
    expect(editor.canRemoveCorner).toBe(false);
    editor.insert(0, [0.5, 0]);
    expect([editor.corner, editor.marks[0]?.points[1]]).toEqual([1, [0.5, 0]]);
    editor.removeCorner();
    expect(editor.marks[0]?.points).toEqual(PLACES.slice(0, 3));
  });

  it("names the mark that the device would refuse", () => {
    const [a, b, c, d] = PLACES as [Point, Point, Point, Point];
    const editor = drawn(a, c, b, [d[0], 0.5]);
    editor.finish();
    expect(editor.problem).toMatchObject({ problem: "cross", mark: { slug: "feeder-1" } });
  });

  it("holds what was refused against what the device counts with", () => {
    const refused = { ...NONE, floor: PLACES };
    expect(new Editor(refused, NONE).changed).toBe(true);
    expect(new Editor(refused, NONE).touched).toBe(false);
    expect(new Editor(refused, refused).changed).toBe(false);
  });
});
