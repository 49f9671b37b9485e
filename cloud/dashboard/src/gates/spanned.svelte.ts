import type { Client } from "../api/client";
import { ApiError } from "../api/errors";
import type { GatesAnswer, Place } from "../api/types";
import type { Span } from "../charts/span";

/** The gates over the span that is looked at; the old ones stay until the new ones are there. */
export class SpannedGates {
  answer = $state.raw<GatesAnswer | null>(null);
  /** The span that the answer is about. */
  span = $state.raw<[number, number]>([0, 1]);
  private asked = 0;

  constructor(
    private readonly place: Place,
    private readonly client: Pick<Client, "gates">,
  ) {}

  async load({ from, to }: Span): Promise<void> {
    const turn = (this.asked += 1);
    try {
      const answer = await this.client.gates(this.place, new Date(from * 1000), new Date(to * 1000));
      if (turn !== this.asked) return;
      this.answer = answer;
      this.span = [from, to];
    } catch (error) {
      // The chart above tells of a service that does not answer.
      if (!(error instanceof ApiError)) throw error;
    }
  }
}
