import { eventAddress, farmAddress, houseAddress } from "../addresses";
import { NotifyingPeople } from "./notifying";
import type {
  BenchmarkNow,
  CurveNow,
  CurvePoint,
  EventTold,
  FlockRecord,
  OwnCurve,
  Place,
  Placing,
  ReportNow,
} from "../types";

/** A flock by its address. */
export interface FlockName {
  farm: string;
  flock: string;
}

/** Which report; of several flocks there is one kind only, side by side. */
export interface ReportShape {
  kind: "day" | "week" | "flock";
  language: "en" | "zh";
  units: "si" | "jin" | "us";
}
/** The same as a file. */
export interface ReportWish extends ReportShape {
  form: "pdf" | "xlsx" | "csv";
}

/** Flocks, the curves they are held against, and the reports about them. */
export class Flocks extends NotifyingPeople {
  /** The flocks of a house, with all that became of them. */
  flocks(place: Place): Promise<FlockRecord[]> {
    return this.ask("GET", `${houseAddress(place)}/flocks`);
  }

  /** Place a flock, or correct what was told of it: then `version` is the one that was read. */
  placeFlock(place: Place, flock: string, told: Placing, version?: number): Promise<FlockRecord> {
    const address = `${houseAddress(place)}/flocks/${encodeURIComponent(flock)}`;
    return this.ask("PUT", address, told, version === undefined ? undefined : `"${version}"`);
  }

  /** Tell what became of birds of a flock; the same id again changes nothing. */
  tellOfFlock(place: Place, flock: string, event: string, told: EventTold): Promise<FlockRecord> {
    return this.ask("PUT", eventAddress(place, flock, event), told);
  }

  /** Take back what was told. */
  takeBackEvent(place: Place, flock: string, event: string): Promise<FlockRecord> {
    return this.ask("DELETE", eventAddress(place, flock, event));
  }

  /** What flocks of a farm can be held against: its own curves first. */
  curves(farm: string): Promise<CurveNow[]> {
    return this.ask("GET", `${farmAddress(farm)}/curves`);
  }

  /** The curve that a table or a formula makes; nothing is kept. */
  previewCurve(farm: string, told: OwnCurve): Promise<CurvePoint[]> {
    return this.ask("POST", `${farmAddress(farm)}/curves/preview`, told);
  }

  /** Keep a farm's own curve; it takes the place of an earlier one of the name. */
  keepCurve(farm: string, name: string, told: OwnCurve): Promise<CurveNow> {
    return this.ask("PUT", `${farmAddress(farm)}/curves/${encodeURIComponent(name)}`, told);
  }

  forgetCurve(farm: string, name: string): Promise<undefined> {
    return this.ask("DELETE", `${farmAddress(farm)}/curves/${encodeURIComponent(name)}`);
  }

  /** A report to look at: what its files hold. */
  report(flocks: FlockName[], wish: ReportShape): Promise<ReportNow> {
    return this.ask("GET", reportAddress(flocks, "", wish));
  }

  /** A report as a file. */
  reportFile(flocks: FlockName[], { form, ...wish }: ReportWish): Promise<File> {
    // A spreadsheet on Windows takes a CSV without the mark for its own old encoding.
    const mark = form === "csv" ? "&bom=true" : "";
    return this.file(reportAddress(flocks, `.${form}`, wish) + mark);
  }

  /** Send the same, as PDF and XLSX, to one's own mailboxes; each gets it in its language. */
  mailReport(flocks: FlockName[], { kind, units }: Pick<ReportWish, "kind" | "units">): Promise<unknown> {
    const formats = ["pdf", "xlsx"];
    const [first] = flocks;
    if (first && flocks.length === 1) {
      const address = `${farmAddress(first.farm)}/flocks/${encodeURIComponent(first.flock)}`;
      return this.ask("POST", `${address}/report/mail`, { kind, units, formats });
    }
    const named = flocks.map(({ farm, flock }) => `${farm}/${flock}`);
    return this.ask("POST", "/comparison/mail", { flocks: named, units, formats });
  }

  /** Where a flock stands among others; without rows when too little is known. */
  benchmark({ farm, flock }: FlockName): Promise<BenchmarkNow> {
    return this.ask("GET", `${farmAddress(farm)}/flocks/${encodeURIComponent(flock)}/benchmark`);
  }

  /** Let a farm's flocks be counted among others' without a name, or no longer. */
  takePart(farm: string, takingPart: boolean): Promise<unknown> {
    return this.ask("PUT", `${farmAddress(farm)}/benchmarking`, { taking_part: takingPart });
  }
}

/** Where a report is, about one flock or about several side by side; `ending` names the form of its file. */
function reportAddress(flocks: FlockName[], ending: string, { kind, language, units }: ReportShape): string {
  const words = new URLSearchParams({ language, units });
  const [first] = flocks;
  if (first && flocks.length === 1) {
    words.set("kind", kind);
    return `${farmAddress(first.farm)}/flocks/${encodeURIComponent(first.flock)}/report${ending}?${words}`;
  }
  for (const { farm, flock } of flocks) words.append("flock", `${farm}/${flock}`);
  return `/comparison${ending}?${words}`;
}
