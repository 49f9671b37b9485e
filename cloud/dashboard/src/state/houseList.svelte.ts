import type { Client } from "../api/client";
import { Refused } from "../api/errors";
import type { HouseName } from "../api/types";
import type { Saved } from "./saved";

const RETRY_MS = 10_000;

/** Which houses there are: the saved list at once, then the cloud's. */
export class HouseList {
  houses = $state.raw<HouseName[] | null>(null);
  away = $state(false);
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly client: Pick<Client, "houses">,
    private readonly saved: Saved,
    private readonly onSignedOut: () => void,
  ) {}

  start(): void {
    this.houses ??= this.saved.get("houses");
    void this.ask();
    // A house appears by itself when its device first speaks.
    this.timer = setInterval(() => void this.ask(), RETRY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async ask(): Promise<void> {
    try {
      this.houses = await this.client.houses();
      this.away = false;
      this.saved.put("houses", this.houses);
    } catch (error) {
      if (error instanceof Refused && error.signedOut) this.onSignedOut();
      else this.away = true;
    }
  }
}
