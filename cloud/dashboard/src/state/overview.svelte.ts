import type { Client } from "../api/client";
import { Refused } from "../api/errors";
import type { Overview } from "../api/types";
import type { Contact } from "../judge/findings";
import { inTurn } from "../parts/inTurn";
import type { Saved } from "./saved";

/** How often all houses are asked for while somebody looks at them. */
export const LOOKED_AT_MS = 10_000;
/** While another page is looked at: enough for the number of alerts beside its tab. */
export const ASIDE_MS = 60_000;
const TICK_MS = 2_000;
/** One lost question is no lost connection; this long without any answer is. */
export const AWAY_MS = 25_000;
/** Writing fifty houses down costs a slow phone a blink. */
const SAVE_MS = 60_000;

/** All houses in short: the saved state at once, then the cloud's answers. */
export class OverviewFeed {
  overview = $state.raw<Overview | null>(null);
  state = $state<Contact["state"]>("asking");
  /** Service's clock minus the phone's clock, in ms. */
  offsetMs = $state(0);

  private timer: ReturnType<typeof setInterval> | undefined;
  private paceMs = ASIDE_MS;
  private answeredMs = -Infinity;
  private askedMs = -Infinity;
  private savedMs = -Infinity;
  private asking = false;

  constructor(
    private readonly client: Pick<Client, "overview">,
    private readonly saved: Saved,
    private readonly onSignedOut: () => void,
  ) {}

  /** When and how the cloud was last heard; `at` on the service's clock. */
  get contact(): Contact {
    return { state: this.state, at: this.overview ? Date.parse(this.overview.now) : 0 };
  }

  start(): void {
    const known = this.saved.get("overview");
    if (known && !this.overview) {
      this.overview = known.overview;
      this.offsetMs = known.offsetMs;
    }
    // Back from a pocket: what was news an hour ago is an earlier visit's state now.
    if (Date.now() - this.answeredMs > Math.max(AWAY_MS, 2 * this.paceMs)) this.state = "asking";
    this.timer = setInterval(() => this.tick(), TICK_MS);
    void this.ask();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Ask often until the answer is called: somebody looks at the houses. */
  lookAt(): () => void {
    this.paceMs = LOOKED_AT_MS;
    if (Date.now() - this.askedMs > LOOKED_AT_MS) void this.ask();
    return () => (this.paceMs = ASIDE_MS);
  }

  /** Ask now: something was changed here. */
  async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    this.askedMs = Date.now();
    try {
      this.take(await this.client.overview());
    } catch (error) {
      if (error instanceof Refused && error.signedOut) this.onSignedOut();
      else if (Date.now() - this.answeredMs > AWAY_MS) this.state = "away";
    } finally {
      this.asking = false;
    }
  }

  private tick(): void {
    const paceMs = this.state === "polling" ? this.paceMs : LOOKED_AT_MS;
    if (Date.now() - this.askedMs >= paceMs) void this.ask();
  }

  private take(overview: Overview): void {
    this.overview = overview;
    this.answeredMs = Date.now();
    this.offsetMs = Date.parse(overview.now) - this.answeredMs;
    this.state = "polling";
    if (this.answeredMs - this.savedMs < SAVE_MS) return;
    this.savedMs = this.answeredMs;
    const { offsetMs } = this;
    const houses = overview.houses.map(({ farm, house, name }) => ({ farm, house, name }));
    inTurn(() => {
      this.saved.put("overview", { overview, offsetMs });
      this.saved.put("houses", houses);
    });
  }
}
