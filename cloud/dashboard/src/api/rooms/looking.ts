import { ROOT, houseAddress } from "../addresses";
import { Door } from "./door";
import type {
  GatesAnswer,
  HouseName,
  HouseNow,
  Overview,
  PictureNow,
  PictureTaken,
  Place,
  SeriesAnswer,
  WeightHistory,
} from "../types";

/** Which series, over which span, in at most how many points (300); without a source the one that spoke last. */
export interface SeriesQuery {
  quantity: string;
  device?: string;
  source?: string;
  from: Date;
  to: Date;
  points?: number;
}

/** What houses are like, now and over time, and their pictures. */
export class Looking extends Door {
  houses(): Promise<HouseName[]> {
    return this.ask("GET", "/houses");
  }

  /** All houses in short. */
  overview(): Promise<Overview> {
    return this.askedAlready("/overview");
  }

  house(place: Place): Promise<HouseNow> {
    return this.askedAlready(houseAddress(place));
  }

  /** The days of a flock; of the one that lives there unless another is named. */
  weights(place: Place, flock?: string): Promise<WeightHistory> {
    const which = flock === undefined ? "" : `?flock=${encodeURIComponent(flock)}`;
    return this.ask("GET", `${houseAddress(place)}/weights${which}`);
  }

  series(place: Place, query: SeriesQuery): Promise<SeriesAnswer> {
    const words = new URLSearchParams({
      quantity: query.quantity,
      ...(query.device ? { device: query.device } : {}),
      ...(query.source ? { source: query.source } : {}),
      from: query.from.toISOString(),
      to: query.to.toISOString(),
      points: String(query.points ?? 300),
    });
    return this.ask("GET", `${houseAddress(place)}/series?${words}`);
  }

  /** Who went out through the gates of a house and came back. */
  gates(place: Place, from: Date, to: Date): Promise<GatesAnswer> {
    const words = new URLSearchParams({ from: from.toISOString(), to: to.toISOString() });
    return this.ask("GET", `${houseAddress(place)}/gates?${words}`);
  }

  /** The last day's pictures, the newest first. */
  picturesOfDay(place: Place): Promise<PictureTaken[]> {
    return this.ask("GET", `${houseAddress(place)}/pictures?at_most=24`);
  }

  /** One picture with its boxes; `url` is the picture's own. */
  pictureFacts(url: string): Promise<PictureNow> {
    return this.ask("GET", url.replace(ROOT, "").replace(/\.jpg$/, ""));
  }
}
