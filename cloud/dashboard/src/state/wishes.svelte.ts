import type { Saved, Wishes } from "./saved";

const AT_FIRST: Wishes = { largeText: false, jin: false, sound: true };

/** How the person wants the page on this phone; kept, and in force at once. */
export class OwnWishes {
  private known = $state.raw<Wishes>(AT_FIRST);

  constructor(private readonly saved: Saved) {
    this.known = { ...AT_FIRST, ...saved.get("wishes") };
  }

  get now(): Wishes {
    return this.known;
  }

  change(some: Partial<Wishes>): void {
    this.known = { ...this.known, ...some };
    this.saved.put("wishes", this.known);
  }
}
