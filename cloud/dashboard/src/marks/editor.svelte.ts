import type { Marks } from "../api/types";
import {
  CORNERS_MAX,
  cornersNeeded,
  freeSlug,
  kept,
  marksFrom,
  marksTo,
  problemOf,
  type Kind,
  type Mark,
  type Point,
  type Problem,
} from "./shapes";

/** What is being drawn, before it is sent. Each change can be undone. */
export class Editor {
  marks = $state.raw<Mark[]>([]);
  /** Index of the mark whose corners can be moved; null: none. */
  chosen = $state<number | null>(null);
  /** Index of the corner of it that was touched last. */
  corner = $state<number | null>(null);
  /** What is being added, corner by corner; null: nothing. */
  adding = $state<Kind | null>(null);
  draft = $state.raw<Point[]>([]);

  private past = $state.raw<Mark[][]>([]);
  private readonly begun: string;
  private readonly held: string;

  /** Begin with `marks`; `held` is what the device counts with, against which they are new or not. */
  constructor(marks: Marks, held: Marks = marks) {
    this.marks = marksFrom(marks);
    this.begun = JSON.stringify(this.toSend());
    this.held = JSON.stringify(marksTo(marksFrom(held)));
  }

  get mark(): Mark | null {
    return this.chosen === null ? null : (this.marks[this.chosen] ?? null);
  }

  /** True when closing would lose something. */
  get touched(): boolean {
    return this.draft.length > 0 || JSON.stringify(this.toSend()) !== this.begun;
  }

  /** True when the device counts with something else. */
  get changed(): boolean {
    return JSON.stringify(this.toSend()) !== this.held;
  }

  get canUndo(): boolean {
    return this.adding ? this.draft.length > 0 : this.past.length > 0;
  }

  /** The first mark the device would refuse. */
  get problem(): { mark: Mark; problem: Problem } | null {
    for (const mark of this.marks) {
      const problem = problemOf(mark);
      if (problem) return { mark, problem };
    }
    return null;
  }

  toSend(): Marks {
    return marksTo(this.marks);
  }

  choose(index: number | null): void {
    this.chosen = index;
    this.corner = null;
  }

  begin(kind: Kind): void {
    this.adding = kind;
    this.draft = [];
    this.choose(null);
  }

  cancel(): void {
    this.adding = null;
    this.draft = [];
  }

  /** Set a corner of what is being added; a line is done with its second. */
  tap(place: Point): void {
    if (!this.adding || this.draft.length >= CORNERS_MAX) return;
    this.draft = [...this.draft, kept(place)];
    if (this.adding === "line" && this.draft.length === 2) this.finish();
  }

  get canFinish(): boolean {
    return this.adding !== null && this.draft.length >= cornersNeeded(this.adding);
  }

  finish(): void {
    if (!this.adding || !this.canFinish) return;
    const mark: Mark = {
      kind: this.adding,
      slug: freeSlug(this.marks, this.adding),
      points: this.draft,
      inside: "left",
      leads: "in",
    };
    this.remember();
    this.marks = [...this.marks, mark];
    this.cancel();
    this.choose(this.marks.length - 1);
  }

  /** Before a row of `move`s, so that they are undone together. */
  remember(): void {
    this.past = [...this.past, this.marks];
  }

  /** Move a corner of the chosen mark, or of what is being added. */
  move(corner: number, place: Point): void {
    const moved = (points: Point[]) => points.map((point, index) => (index === corner ? kept(place) : point));
    if (this.adding) this.draft = moved(this.draft);
    else this.change((mark) => ({ ...mark, points: moved(mark.points) }));
  }

  /** Put a corner between two of the chosen mark. */
  insert(after: number, place: Point): void {
    if ((this.mark?.points.length ?? CORNERS_MAX) >= CORNERS_MAX) return;
    this.remember();
    this.change((mark) => ({
      ...mark,
      points: [...mark.points.slice(0, after + 1), kept(place), ...mark.points.slice(after + 1)],
    }));
    this.corner = after + 1;
  }

  get canRemoveCorner(): boolean {
    return (
      this.mark !== null && this.corner !== null && this.mark.points.length > cornersNeeded(this.mark.kind)
    );
  }

  removeCorner(): void {
    if (!this.canRemoveCorner) return;
    this.remember();
    this.change((mark) => ({ ...mark, points: mark.points.filter((_, index) => index !== this.corner) }));
    this.corner = null;
  }

  /** The house is on the other side of the line, or the hole leads the other way. */
  turn(): void {
    this.remember();
    this.change((mark) => ({
      ...mark,
      inside: mark.inside === "left" ? "right" : "left",
      leads: mark.leads === "in" ? "out" : "in",
    }));
  }

  remove(index: number): void {
    this.remember();
    this.marks = this.marks.filter((_, at) => at !== index);
    this.choose(null);
  }

  undo(): void {
    if (this.adding) {
      this.draft = this.draft.slice(0, -1);
      return;
    }
    const before = this.past.at(-1);
    if (!before) return;
    this.past = this.past.slice(0, -1);
    this.marks = before;
    if (this.chosen !== null && this.chosen >= before.length) this.choose(null);
    this.corner = null;
  }

  private change(make: (mark: Mark) => Mark): void {
    this.marks = this.marks.map((mark, index) => (index === this.chosen ? make(mark) : mark));
  }
}
