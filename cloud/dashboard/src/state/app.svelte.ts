import { createContext } from "svelte";
import { liveAddress } from "../api/addresses";
import { Client } from "../api/client";
import type { Place } from "../api/types";
import { Format } from "../format/format";
import { dayOf } from "../format/zone";
import { en, type Words } from "../words/en";
import { preferredLanguage, type Language } from "../words/language";
import { zh } from "../words/zh";
import { Chime } from "./chime";
import { Clock } from "./clock.svelte";
import { Farms } from "./farms.svelte";
import { HouseFeed } from "./feed.svelte";
import { HouseHistory } from "./history.svelte";
import { OverviewFeed } from "./overview.svelte";
import { Router } from "./route.svelte";
import { Saved } from "./saved";
import { Session } from "./session.svelte";
import { OwnWishes } from "./wishes.svelte";

const WORDS: Record<Language, Words> = { en, zh };

type Log = typeof import("../log");
export interface LogParts {
  LogPage: Log["LogPage"];
  queue: InstanceType<Log["Queue"]>;
}

/** The dashboard's parts, put together once in main.ts and handed down by context. */
export class App {
  readonly client: Client = new Client(
    undefined,
    () => this.language,
    () => this.session.user,
  );
  readonly saved = new Saved(localStorage);
  readonly clock = new Clock();
  readonly router = new Router();
  readonly session: Session = new Session(this.client, this.saved, () => location.replace("/"));
  readonly overview = new OverviewFeed(this.client, this.saved, () => this.session.end());
  readonly farms = new Farms(this.client, this.saved);
  readonly wishes = new OwnWishes(this.saved);
  readonly chime = new Chime(() => this.wishes.now.sound);
  private logParts: Promise<LogParts> | undefined;
  language = $state<Language>(this.saved.get("language") ?? preferredLanguage(navigator.languages));
  readonly words = $derived(WORDS[this.language]);

  switchLanguage(): void {
    this.speak(this.language === "en" ? "zh" : "en");
  }

  speak(language: Language): void {
    this.language = language;
    this.saved.put("language", language);
  }

  /** How numbers and times are written, in a house's time zone or the phone's. */
  format(timeZone?: string): Format {
    return new Format(this.language, timeZone, this.wishes.now.units);
  }

  /** The calendar day on the farms, else on the phone: `2026-11-22`. */
  today(): string {
    const timeZone = this.overview.overview?.houses[0]?.time_zone;
    const nowMs = this.clock.nowMs + this.overview.offsetMs;
    return dayOf(nowMs, timeZone);
  }

  /** A house as it is now. */
  feed(place: Place): HouseFeed {
    return new HouseFeed(place, {
      client: this.client,
      openStream: (of, since) => new EventSource(liveAddress(of, since)),
      saved: this.saved,
      onSignedOut: () => this.session.end(),
    });
  }

  /** The daily log with what waits on this phone; loaded once, and again after a failure. */
  log(): Promise<LogParts> {
    this.logParts ??= import("../log").then(
      ({ LogPage, Queue, DeviceShelf }) => {
        const queue = new Queue(
          new DeviceShelf(),
          this.client,
          () => this.session.user,
          () => this.session.end(),
        );
        queue.start();
        return { LogPage, queue };
      },
      (error: unknown) => {
        this.logParts = undefined;
        throw error;
      },
    );
    return this.logParts;
  }

  history(place: Place): HouseHistory {
    return new HouseHistory(place, this.client, this.saved);
  }
}

export const [useApp, provideApp] = createContext<App>();
