import type { HouseNow, HouseName, LogPage, SeriesAnswer, WeightHistory } from "../api/types";
import type { Language } from "../words/language";

const PREFIX = "henwise.1.";

/** What the phone keeps between visits, by name. */
export interface SavedShapes {
  language: Language;
  user: string;
  houses: HouseName[];
  /** The channel that is this browser's push subscription. */
  pushChannel: number;
  [house: `house ${string}`]: SavedHouse;
  [log: `log ${string}`]: LogPage;
  [history: `history ${string}`]: SavedHistory;
}

export interface SavedHouse {
  house: HouseNow;
  /** Service's clock minus the phone's clock, in ms. */
  offsetMs: number;
}

export interface SavedHistory {
  weights: WeightHistory | null;
  temperatures: SeriesAnswer[] | null;
  activities?: SeriesAnswer[] | null;
}

/** The last known state in localStorage. A full or forbidden storage is no error: the page works without. */
export class Saved {
  constructor(
    private readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">,
  ) {}

  get<Name extends keyof SavedShapes>(name: Name): SavedShapes[Name] | null {
    try {
      const text = this.storage.getItem(PREFIX + name);
      return text === null ? null : (JSON.parse(text) as SavedShapes[Name]);
    } catch {
      return null;
    }
  }

  /** Keep `value`; what is seen of a farm only while somebody is signed in, or a late answer would outlive them. */
  put<Name extends keyof SavedShapes>(name: Name, value: SavedShapes[Name]): void {
    if (name !== "language" && name !== "user" && this.get("user") === null) return;
    try {
      this.storage.setItem(PREFIX + name, JSON.stringify(value));
    } catch {
      // Private windows and full phones refuse; nothing depends on it.
    }
  }

  /** Forget what was seen of the farm; the language stays, it is the phone's. */
  forgetFarm(): void {
    const language = this.get("language");
    const names = Array.from({ length: this.storage.length }, (_, index) => this.storage.key(index));
    for (const name of names) if (name?.startsWith(PREFIX)) this.storage.removeItem(name);
    if (language) this.put("language", language);
  }
}
