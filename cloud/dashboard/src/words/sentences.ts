import { ageMs } from "../judge/ages";
import type { Finding } from "../judge/findings";
import { isRough, percentFromCurve } from "../judge/glance";
import type { PartStatus, WeightDay } from "../api/types";
import { calmAge } from "../format/age";
import type { Format } from "../format/format";
import type { Words } from "./en";
import { displayName, lookUp } from "./names";

/** What a finding is said in: its words, its number writing, and the service's clock. */
export interface Voice {
  words: Words;
  format: Format;
  nowMs: number;
}

/** The sentence a neighbour would say about a finding. */
export function sentence(finding: Finding, { words, format, nowMs }: Voice): string {
  const age = (at: string) => calmAge(ageMs(at, nowMs));
  switch (finding.kind) {
    case "asking":
      return words.asking(format.moment(finding.at, nowMs));
    case "no_contact":
      return words.noContact(format.moment(finding.at, nowMs));
    case "nothing_yet":
      return words.nothingYet;
    case "device_offline":
      return words.deviceOffline(displayName(finding.device, words), age(finding.at));
    case "part_silent":
      return words.partSilent(
        displayName(finding.part, words),
        finding.at === null ? null : age(finding.at),
        advice(finding.cause, words),
      );
    case "heat_stress":
      return words.heatStress(format.number(finding.heatIndex));
    case "no_data":
      return words.noDataFrom(
        displayName(finding.source, words),
        format.moment(Date.parse(finding.at), nowMs),
      );
    case "all_well":
      return words.allWell;
  }
}

/** What is wrong with a part and what to do; empty when nothing is, or when a newer device names what we don't know. */
export function advice(cause: PartStatus["cause"], words: Words): string {
  return lookUp(words.causes, cause ?? "") ?? "";
}

/** Where a day's mean stands against the breed's curve. */
export function againstCurve(day: WeightDay, { words, format }: Pick<Voice, "words" | "format">): string {
  if (isRough(day)) return words.tooFew;
  const percent = percentFromCurve(day);
  if (percent === null) return words.noCurve;
  const rounded = Math.round(percent);
  if (rounded === 0) return words.onCurve;
  return rounded > 0 ? words.aboveCurve(format.number(rounded)) : words.belowCurve(format.number(-rounded));
}
