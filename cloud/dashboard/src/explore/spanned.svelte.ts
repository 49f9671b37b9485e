import type { Client } from "../api/client";
import { ApiError, Refused } from "../api/errors";
import type { Place, SeriesAnswer } from "../api/types";
import { clamped, type Limits, type Span } from "../charts/span";
import type { Choice } from "./choices";

/** As many rows as a phone has columns of pixels, and what lies to both sides for the next move. */
const POINTS = 600;
const ASIDE_SHARE = 0.5;

/** The series of the span that is looked at; the old ones stay until the new ones are there. */
export class SpannedSeries {
  answers = $state.raw<SeriesAnswer[] | null>(null);
  failure = $state.raw<ApiError | null>(null);
  busy = $state(false);
  /** What the answers are about. */
  quantity = $state("");
  private asked = 0;

  constructor(
    private readonly place: Place,
    private readonly client: Pick<Client, "series">,
  ) {}

  async load(choice: Choice, span: Span, limits: Limits): Promise<void> {
    const turn = (this.asked += 1);
    const width = span.to - span.from;
    const wide = clamped(
      { from: span.from - width * ASIDE_SHARE, to: span.to + width * ASIDE_SHARE },
      { ...limits, least: width },
    );
    const query = {
      quantity: choice.quantity,
      from: new Date(wide.from * 1000),
      to: new Date(wide.to * 1000),
      points: POINTS,
    };
    const sources = choice.sources.length > 0 ? choice.sources : [{}];
    this.busy = true;
    try {
      const answers = await Promise.all(
        sources.map((source) => this.client.series(this.place, { ...query, ...source })),
      );
      if (turn !== this.asked) return;
      this.answers = answers;
      this.quantity = choice.quantity;
      this.failure = null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (turn !== this.asked) return;
      // Nothing measured it yet: an empty chart says so.
      if (error instanceof Refused && error.code === "no_such_series") {
        this.answers = [];
        this.quantity = choice.quantity;
      } else this.failure = error;
    } finally {
      if (turn === this.asked) this.busy = false;
    }
  }
}
