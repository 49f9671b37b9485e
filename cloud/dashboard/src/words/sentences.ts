import { ageMs } from "../judge/ages";
import type { Finding } from "../judge/findings";
import { isRough, percentFromCurve } from "../judge/glance";
import type { AlertNow, FindingNow, PartStatus, RollCallNow, WeightDay } from "../api/types";
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
      // It speaks; what it can't do is keep what it hears.
      if (finding.cause === "storage_refuses")
        return words.keepsNothing(displayName(finding.part, words), advice(finding.cause, words));
      return words.partSilent(
        displayName(finding.part, words),
        finding.at === null ? null : age(finding.at),
        advice(finding.cause, words),
      );
    case "not_back":
      return notBack(finding.call, { words, format, nowMs });
    case "found": {
      const { kind, camera, since } = finding.found;
      const when = format.moment(Date.parse(since), nowMs);
      const more = finding.others > 0 ? words.foundMore(format.number(finding.others)) : "";
      return words.found(kindName(kind, words), displayName(camera, words), when) + more;
    }
    case "no_count":
      return words.noCount(displayName(finding.camera, words), advice(finding.cause, words));
    case "heat_stress":
      return words.heatStress(format.number(finding.heatIndex));
    case "no_data":
      return words.noDataFrom(
        displayName(finding.source, words),
        format.moment(Date.parse(finding.at), nowMs),
      );
    case "alert": {
      const said = finding.alert[words.language];
      return [said.what, said.todo].filter(Boolean).join(words.gap);
    }
    case "all_well":
      return words.allWell;
  }
}

/** Who looks after an alert, or until when it was put off; empty while it waits for somebody. */
export function careOf(alert: AlertNow, { words, format, nowMs }: Voice): string {
  if (alert.snoozed_until) return words.putOffUntil(format.moment(Date.parse(alert.snoozed_until), nowMs));
  return alert.acknowledged_by === null ? "" : words.lookedAfterBy(alert.acknowledged_by);
}

/** Who is still outside, with the flock's size where it is known. */
function notBack(call: RollCallNow, { words, format, nowMs }: Voice): string {
  const closesMs = Date.parse(call.closes_at);
  const say = closesMs > nowMs ? words.notBack : words.notBackClosed;
  const missed = call.drift_birds > 0 ? words.gap + words.drift(format.number(call.drift_birds)) : "";
  return say(format.number(call.outside_birds), flockOf(call, format), format.time(closesMs)) + missed;
}

/** The roll call as its own line says it. */
export function rollCallLine(call: RollCallNow, { words, format, nowMs }: Voice): string {
  const closesMs = Date.parse(call.closes_at);
  const time = format.time(closesMs);
  if (call.outside_birds === 0) return words.allBack(time);
  const say = closesMs > nowMs ? words.rollCall : words.rollCallClosed;
  return say(format.number(call.outside_birds), flockOf(call, format), time);
}

function flockOf(call: RollCallNow, format: Format): string | null {
  return call.flock_birds === null ? null : format.number(call.flock_birds);
}

/** The whole flock's mean, and what it rests on; null on a day that is not corrected. */
export function flockLine(day: WeightDay, { words, format }: Pick<Voice, "words" | "format">): string | null {
  // What the phone kept from before an update has none.
  if (!day.flock) return null;
  const { grams, interval_grams, away_percent, weighed_on } = day.flock;
  const weight = (value: number) => {
    const { number, unit } = format.weight(value);
    return `${number} ${unit}`;
  };
  const percent = (away_percent >= 0 ? "+" : "−") + format.number(Math.abs(away_percent), 1);
  return [
    words.flockWeight(weight(grams), weight(interval_grams[0]), weight(interval_grams[1])),
    againstCurve({ ...day, mean_grams: grams, interval_grams }, { words, format }),
    words.flockCorrected(percent, format.calendarDay(weighed_on)),
  ].join(" · ");
}

/** What was found; its key when a newer service names what we don't know. */
export function kindName(kind: FindingNow["kind"], words: Words): string {
  return lookUp(words.kinds, kind) ?? kind;
}

/** Why it was found, one sentence a reason; those of a newer service are left out. */
export function reasonLines(reasons: FindingNow["reasons"], words: Words): string[] {
  return reasons.flatMap((reason) => lookUp(words.reasons, reason) ?? []);
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
