import { ApiError } from "../api/errors";

/** One thing that is asked of the cloud at a time, and what came of the last. */
export class Attempt {
  busy = $state(false);
  failure = $state.raw<ApiError | null>(null);

  /** Do it unless something is under way; a refusal is kept for the page to tell. */
  run = async (act: () => Promise<void>): Promise<void> => {
    if (this.busy) return;
    this.busy = true;
    this.failure = null;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.failure = error;
    } finally {
      this.busy = false;
    }
  };
}
