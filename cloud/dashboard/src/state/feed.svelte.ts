import type { Client } from "../api/client";
import { Refused } from "../api/errors";
import type { HouseNow, HousePatch, Place } from "../api/types";
import type { Contact } from "../judge/findings";
import { Live, type Stream } from "./live";
import { patched } from "./patch";
import { inTurn } from "../parts/inTurn";
import type { Saved } from "./saved";

const TICK_MS = 5_000;
/** Without a stream the house is asked for this often. */
export const POLL_MS = 10_000;
/** A line of mobile radio can die without a word: after this silence the stream is opened anew. */
export const QUIET_MS = 40_000;
/** One lost question is no lost connection; this long without any answer is. */
export const AWAY_MS = 25_000;
const SAVE_MS = 5_000;

/** What the feed needs from outside. */
export interface FeedParts {
  client: Pick<Client, "house">;
  /** null: no stream, the house is only asked for. */
  openStream: ((place: Place, since: string) => Stream) | null;
  saved: Saved;
  /** The session ended while the page was open. */
  onSignedOut: () => void;
}

/**
 * One house, as new as the network lets it be: the saved state at once, then an answer, then the live stream,
 * and polling where the stream does not come through.
 */
export class HouseFeed {
  house = $state.raw<HouseNow | null>(null);
  state = $state<Contact["state"]>("asking");
  /** True when the cloud knows no such house. */
  unknown = $state(false);
  /** Service's clock minus the phone's clock, in ms. */
  offsetMs = $state(0);

  private readonly live: Live | null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private answeredMs = -Infinity;
  private askedMs = -Infinity;
  private savedMs = -Infinity;
  private renewedMs = -Infinity;
  private asking = false;
  private streaming = false;
  /** Gives up a stream that has not been opened yet. */
  private callOff: () => void = () => undefined;
  /** A patch was not used and no answer has come since: what the stream says next doesn't lie on what is here. */
  private missed = false;

  constructor(
    private readonly place: Place,
    private readonly parts: FeedParts,
  ) {
    const open = parts.openStream;
    this.live =
      open &&
      new Live(
        (since) => open(place, since),
        (patch) => this.onPatch(patch),
        () => this.onStreamLost(),
      );
  }

  /** When and how the cloud was last heard; `at` on the service's clock. */
  get contact(): Contact {
    return { state: this.state, at: this.house ? Date.parse(this.house.now) : 0 };
  }

  start(): void {
    const known = this.parts.saved.get(this.key);
    // What an older page kept lacks what this one shows.
    if (known && "alerts" in known.house && !this.house) {
      this.house = known.house;
      this.offsetMs = known.offsetMs;
    }
    // Back from a pocket: what was live an hour ago is an earlier visit's state now.
    if (Date.now() - this.answeredMs > AWAY_MS) this.state = "asking";
    this.timer = setInterval(() => this.tick(), TICK_MS);
    void this.openAfter(this.ask());
  }

  stop(): void {
    clearInterval(this.timer);
    this.callOff();
    this.live?.stop();
  }

  /** Open the stream when the house has been asked for: sooner it would slow down what is looked at first. */
  private async openAfter(answer: Promise<void>): Promise<void> {
    const startedMs = Date.now();
    let wanted = true;
    this.callOff = () => (wanted = false);
    await answer;
    if (!wanted) return;
    // The clock's tick has opened it where the answer was long in coming.
    this.callOff = inTurn(() => this.renewedMs < startedMs && this.renewStream());
  }

  private get key(): `house ${string}` {
    return `house ${this.place.farm}/${this.place.house}`;
  }

  private tick(): void {
    const silentMs = Date.now() - this.answeredMs;
    if (silentMs > QUIET_MS && Date.now() - this.renewedMs > QUIET_MS) this.renewStream();
    const due = Date.now() - this.askedMs >= POLL_MS;
    if (due && (this.state !== "live" || silentMs > QUIET_MS)) void this.ask();
  }

  private renewStream(): void {
    this.streaming = false;
    // A line opened anew begins with all that changed after the last patch that was used.
    this.missed = false;
    this.renewedMs = Date.now();
    this.live?.restart();
  }

  private async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    this.askedMs = Date.now();
    try {
      this.take(await this.parts.client.house(this.place));
      this.missed = false;
      this.state = this.streaming ? "live" : "polling";
    } catch (error) {
      this.onFailure(error);
    } finally {
      this.asking = false;
    }
  }

  private onPatch(patch: HousePatch): boolean {
    this.streaming = true;
    // A patch before the first answer has nothing to lie on; the answer will say the same, if it comes.
    if (!this.house || this.state === "asking") this.missed = true;
    if (!this.house || this.missed) return false;
    this.take(patched(this.house, patch));
    this.state = "live";
    return true;
  }

  private onStreamLost(): void {
    this.streaming = false;
    if (this.state === "live") this.state = "polling";
  }

  private onFailure(error: unknown): void {
    if (error instanceof Refused && error.signedOut) return this.parts.onSignedOut();
    if (error instanceof Refused && error.status === 404) this.forget();
    if (Date.now() - this.answeredMs > AWAY_MS) this.state = "away";
  }

  /** It is gone, or no longer this person's to see: what an earlier visit kept isn't theirs either. */
  private forget(): void {
    this.unknown = true;
    this.house = null;
    this.parts.saved.forgetHouse(this.place);
  }

  private take(house: HouseNow): void {
    this.house = house;
    this.unknown = false;
    this.answeredMs = Date.now();
    this.offsetMs = Date.parse(house.now) - this.answeredMs;
    if (this.answeredMs - this.savedMs < SAVE_MS) return;
    this.savedMs = this.answeredMs;
    const { offsetMs } = this;
    inTurn(() => this.parts.saved.put(this.key, { house, offsetMs }));
  }
}
