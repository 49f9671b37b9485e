import { newId } from "../state/newId";
import type { Client } from "../api/client";
import { ApiError, Refused } from "../api/errors";
import type { EntryTold, Place } from "../api/types";
import type { Shelf, Waiting } from "./shelf";

const AGAIN_MS = 20_000;
/** Refusals that are about the service or the session and not about the entry. */
const NOT_ABOUT_THE_ENTRY = [401, 408, 429];

/**
 * What was written on this phone and is not confirmed yet. An entry goes on the shelf first and to the cloud then; it
 * leaves the shelf when the cloud has confirmed it, or when the person who wrote it has dealt with its refusal.
 */
export class Queue {
  waiting = $state.raw<Waiting[]>([]);
  /** Rises with each entry that was sent: what the cloud lists has changed. */
  sent = $state(0);
  private sending: Promise<void> | null = null;

  constructor(
    private readonly shelf: Shelf,
    private readonly client: Pick<Client, "writeEntry" | "addPhoto">,
    private readonly user: () => string,
    private readonly onSignedOut: () => void = () => undefined,
  ) {}

  /** Read the shelf, send what lies on it, and again whenever a line may be there; returns what ends it. */
  start(): () => void {
    const again = () => void this.send();
    const timer = setInterval(() => this.waiting.some(isDue) && again(), AGAIN_MS);
    addEventListener("online", again);
    again();
    return () => {
      clearInterval(timer);
      removeEventListener("online", again);
    };
  }

  /** Those of one house that this person wrote. */
  of({ farm, house }: Place): Waiting[] {
    return this.waiting.filter(({ place }) => place.farm === farm && place.house === house);
  }

  /** Put entries on the shelf, then send. Raises what the phone says when it can keep nothing. */
  async add(place: Place, told: readonly EntryTold[], photo: Blob | null): Promise<void> {
    for (const [index, one] of told.entries()) {
      await this.shelf.put({
        entry: newId(),
        place: { farm: place.farm, house: place.house },
        told: one,
        photo: index === told.length - 1 ? photo : null,
        user: this.user(),
        refused: null,
      });
    }
    await this.look();
    void this.send();
  }

  async remove(entry: string): Promise<void> {
    await this.shelf.remove(entry);
    await this.look();
  }

  /** Send what waits, oldest first, until one finds no line. Never raises; a second call joins the first. */
  send(): Promise<void> {
    this.sending ??= this.sendAll().finally(() => (this.sending = null));
    return this.sending;
  }

  private async sendAll(): Promise<void> {
    try {
      await this.look();
      // A person may write on while the first ones are on their way.
      for (let next = this.waiting.find(isDue); next; next = this.waiting.find(isDue)) {
        if (!(await this.sendOne(next))) return;
        await this.look();
      }
    } catch {
      // The phone's storage refuses to be read: what is on it stays there for the next time.
    }
  }

  /** Say whether the next one may follow. */
  private async sendOne(one: Waiting): Promise<boolean> {
    try {
      await this.client.writeEntry(one.place, one.entry, one.told);
      if (one.photo) await this.client.addPhoto(one.place, one.entry, one.photo);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!(error instanceof Refused)) return false;
      if (error.signedOut) this.onSignedOut();
      if (error.status >= 500 || NOT_ABOUT_THE_ENTRY.includes(error.status)) return false;
      await this.shelf.put({ ...one, refused: error.detail || error.code });
      return true;
    }
    await this.shelf.remove(one.entry);
    this.sent += 1;
    return true;
  }

  private async look(): Promise<void> {
    this.waiting = (await this.shelf.all()).filter((one) => one.user === this.user());
  }
}

function isDue(one: Waiting): boolean {
  return one.refused === null;
}
