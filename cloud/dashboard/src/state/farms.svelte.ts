import type { Client } from "../api/client";
import { ApiError } from "../api/errors";
import type { FarmNow, Right } from "../api/types";
import type { Saved } from "./saved";

/** One's farms and what one may do there: what is shown as a button is what the cloud will let one do. */
export class Farms {
  known = $state.raw<FarmNow[]>([]);

  constructor(
    private readonly client: Pick<Client, "farms">,
    private readonly saved: Saved,
  ) {}

  /** The saved answer at once, then the cloud's; without a line the saved one stands. */
  async load(): Promise<void> {
    this.known = this.saved.get("farms") ?? this.known;
    try {
      this.known = await this.client.farms();
      this.saved.put("farms", this.known);
    } catch (error) {
      // Whoever asks for the farm's numbers tells of it.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  may(right: Right, farm: string): boolean {
    return this.known.some((one) => one.farm === farm && one.rights.includes(right));
  }

  /** True when it may be done on any farm. */
  mayAnywhere(right: Right): boolean {
    return this.known.some((one) => one.rights.includes(right));
  }
}
