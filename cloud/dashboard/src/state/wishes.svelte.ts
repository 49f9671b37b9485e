import { METRIC, type Units } from "../format/units";
import type { Saved, Wishes } from "./saved";

const AT_FIRST: Wishes = { largeText: false, units: METRIC, sound: true };

/** How the person wants the page on this phone; kept, and in force at once. */
export class OwnWishes {
  private known = $state.raw<Wishes>(AT_FIRST);

  constructor(private readonly saved: Saved) {
    // An earlier page knew 斤 or not, and kept it as `jin`.
    const { jin, ...kept } = { ...(saved.get("wishes") as (Partial<Wishes> & { jin?: boolean }) | null) };
    const units: Units = kept.units ?? { ...METRIC, weights: jin ? "jin" : "metric" };
    this.known = { ...AT_FIRST, ...kept, units };
  }

  get now(): Wishes {
    return this.known;
  }

  change(some: Partial<Wishes>): void {
    this.known = { ...this.known, ...some };
    this.saved.put("wishes", this.known);
  }
}
