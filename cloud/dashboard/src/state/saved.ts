import type {
  FarmNow,
  GatesAnswer,
  HouseNow,
  HouseName,
  LogPage,
  Overview,
  Place,
  SeriesAnswer,
  WeightHistory,
} from "../api/types";
import type { Units } from "../format/units";
import type { Language } from "../words/language";

const PREFIX = "henwise.1.";
/** What stays when somebody signs out: it is the phone's, not the farm's. */
const OF_THE_PHONE: (keyof SavedShapes)[] = ["language", "wishes"];

/** What the phone keeps between visits, by name. */
export interface SavedShapes {
  language: Language;
  user: string;
  wishes: Wishes;
  overview: SavedOverview;
  farms: FarmNow[];
  houses: HouseName[];
  /** The house that was looked at last. */
  place: Place;
  /** The channel that is this browser's push subscription. */
  pushChannel: number;
  [house: `house ${string}`]: SavedHouse;
  [log: `log ${string}`]: LogPage;
  [history: `history ${string}`]: SavedHistory;
}

/** How a person wants the page on this phone. */
export interface Wishes {
  largeText: boolean;
  units: Units;
  /** A sound for severe alerts while the page is open. */
  sound: boolean;
}

export interface SavedOverview {
  overview: Overview;
  /** Service's clock minus the phone's clock, in ms. */
  offsetMs: number;
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
  gates?: GatesAnswer | null;
}

/** The last known state in localStorage. A full or forbidden storage is no error: the page works without. */
export class Saved {
  private closed = false;
  /** Whose page this is: another page of the browser may keep another person's by now. */
  private person: string | null = null;

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
    if (this.closed) return;
    if (name === "user") this.person = value as string;
    else if (!OF_THE_PHONE.includes(name) && this.isOthers()) return;
    try {
      this.storage.setItem(PREFIX + name, JSON.stringify(value));
    } catch {
      // Private windows and full phones refuse; nothing depends on it.
    }
  }

  private isOthers(): boolean {
    const user = this.get("user");
    this.person ??= user;
    return user === null || user !== this.person;
  }

  /** Keep nothing more: what the document still hears is the last person's. */
  close(): void {
    this.closed = true;
  }

  /** Forget what was seen of a house. */
  forgetHouse({ farm, house }: Place): void {
    for (const what of ["house", "history", "log"])
      this.storage.removeItem(`${PREFIX}${what} ${farm}/${house}`);
  }

  /** Forget what was seen of the farm. */
  forgetFarm(): void {
    const names = Array.from({ length: this.storage.length }, (_, index) => this.storage.key(index));
    const stays = new Set(OF_THE_PHONE.map((name) => PREFIX + name));
    for (const name of names) if (name?.startsWith(PREFIX) && !stays.has(name)) this.storage.removeItem(name);
  }
}
