import { entryAddress, houseAddress } from "../addresses";
import { Looking } from "./looking";
import type {
  CountNow,
  DrawingNow,
  DroppingsCheck,
  EntryTold,
  FindingNow,
  HandWeighed,
  HandWeighing,
  Judgement,
  LogEntryNow,
  LogPage,
  Marks,
  PictureNow,
  Place,
  VerdictNow,
} from "../types";

/** What people tell of a house: verdicts, counts, marks, weighings, droppings, the daily log. */
export class Telling extends Looking {
  /** Say whether a finding was right; said again, it changes nothing. */
  judge(
    place: Place,
    { device, finding }: Pick<FindingNow, "device" | "finding">,
    answer: Judgement,
  ): Promise<VerdictNow> {
    const address = `${houseAddress(place)}/findings/${encodeURIComponent(device)}/${encodeURIComponent(finding)}`;
    return this.ask("POST", `${address}/verdict`, { answer });
  }

  /** Say how many birds are in the picture a camera took at `aboutAt` (RFC 3339). */
  countByHand(
    place: Place,
    { device, camera }: Pick<CountNow, "device" | "camera">,
    birds: number,
    aboutAt: string,
  ): Promise<VerdictNow> {
    const address = `${houseAddress(place)}/cameras/${encodeURIComponent(camera)}/count`;
    return this.ask("POST", address, { birds, about_at: aboutAt, device });
  }

  /** Mark floor, zones and gates in a camera's picture; null takes back what was drawn before. */
  draw(
    place: Place,
    { device, camera, at, size_wh }: Pick<PictureNow, "device" | "camera" | "at" | "size_wh">,
    marks: Marks | null,
  ): Promise<DrawingNow> {
    const address = `${houseAddress(place)}/cameras/${encodeURIComponent(camera)}/marks`;
    return this.ask("POST", address, { marks, picture_at: at, size_wh, device });
  }

  /** Tell what birds weighed by hand; told again, it changes nothing. */
  weighByHand(place: Place, weighing: HandWeighing): Promise<HandWeighed> {
    return this.ask("POST", `${houseAddress(place)}/hand-weighings`, weighing);
  }

  /** Take a weighing by hand back. */
  takeBackWeighing(place: Place, { weighing }: Pick<HandWeighed, "weighing">): Promise<undefined> {
    return this.ask("DELETE", `${houseAddress(place)}/hand-weighings/${encodeURIComponent(weighing)}`);
  }

  /** Have a photo of a dropping looked at; the same id and photo again change nothing. */
  checkDroppings(place: Place, check: string, photo: Blob): Promise<DroppingsCheck> {
    return this.ask("PUT", `${houseAddress(place)}/droppings/${encodeURIComponent(check)}`, photo);
  }

  droppingsChecks(place: Place): Promise<DroppingsCheck[]> {
    return this.ask("GET", `${houseAddress(place)}/droppings`);
  }

  /** The newest days of the daily log. */
  log(place: Place, days: number): Promise<LogPage> {
    return this.ask("GET", `${houseAddress(place)}/log?limit=${days}`);
  }

  /** Write into the daily log; the same id again changes nothing. */
  writeEntry(place: Place, entry: string, told: EntryTold): Promise<LogEntryNow> {
    return this.ask("PUT", entryAddress(place, entry), told);
  }

  /** Add the photo (JPEG) of an entry; the same again changes nothing. */
  addPhoto(place: Place, entry: string, photo: Blob): Promise<LogEntryNow> {
    return this.ask("PUT", `${entryAddress(place, entry)}/photo`, photo);
  }

  /** Take an entry back; it stays readable. */
  takeBack(place: Place, entry: string): Promise<LogEntryNow> {
    return this.ask("DELETE", entryAddress(place, entry));
  }
}
