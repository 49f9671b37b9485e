import type { HousePatch } from "../api/types";

const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 60_000;

/** The part of EventSource that is used; tests hand in their own. */
export interface Stream {
  addEventListener(type: "patch", listener: (event: MessageEvent<string>) => void): void;
  addEventListener(type: "error", listener: () => void): void;
  readonly readyState: number;
  close(): void;
}

const CLOSED = 2;

/**
 * A house's live stream that comes back for ever. `onPatch` says whether it could use the patch.
 *
 * The browser itself retries a line that broke; it gives up (CLOSED) when the answer was a refusal, so that case is
 * retried here, later and later.
 */
export class Live {
  private stream: Stream | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private waitMs = FIRST_RETRY_MS;
  /** The last event that was used: a new line begins after it. */
  private heard = "";

  constructor(
    private readonly open: (since: string) => Stream,
    private readonly onPatch: (patch: HousePatch) => boolean,
    private readonly onLost: () => void,
  ) {}

  /** Open, or drop the line there is and open a new one. */
  restart(): void {
    this.stop();
    const stream = this.open(this.heard);
    this.stream = stream;
    stream.addEventListener("patch", (event) => {
      this.waitMs = FIRST_RETRY_MS;
      if (this.onPatch(JSON.parse(event.data) as HousePatch)) this.heard = event.lastEventId;
    });
    stream.addEventListener("error", () => {
      this.onLost();
      if (stream.readyState === CLOSED && stream === this.stream) this.later();
    });
  }

  stop(): void {
    clearTimeout(this.retry);
    this.stream?.close();
    this.stream = null;
  }

  private later(): void {
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.restart(), this.waitMs);
    this.waitMs = Math.min(this.waitMs * 2, LAST_RETRY_MS);
  }
}
