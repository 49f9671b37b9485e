import type { Client } from "../api/client";
import { ApiError } from "../api/errors";
import type { CurvePoint, OwnCurve } from "../api/types";

/** Long enough for the next key to come. */
const REST_MS = 400;

/** The curve that a form makes, as the service reads it; what was typed last counts. */
export class CurvePreview {
  points = $state.raw<CurvePoint[] | null>(null);
  failure = $state.raw<ApiError | null>(null);
  private turn = 0;

  constructor(private readonly client: Pick<Client, "previewCurve">) {}

  /** Show a curve once nothing else is typed; null: none. Returns what puts it off. */
  show(farm: string, told: OwnCurve | null): () => void {
    const turn = (this.turn += 1);
    if (told === null) {
      this.points = this.failure = null;
      return () => undefined;
    }
    const timer = setTimeout(() => void this.ask(turn, farm, told), REST_MS);
    return () => clearTimeout(timer);
  }

  private async ask(turn: number, farm: string, told: OwnCurve): Promise<void> {
    let [points, failure]: [CurvePoint[] | null, ApiError | null] = [null, null];
    try {
      points = await this.client.previewCurve(farm, told);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      failure = error;
    }
    // A slow answer about what has been changed since must not come over a newer one.
    if (turn !== this.turn) return;
    this.points = points;
    this.failure = failure;
  }
}
