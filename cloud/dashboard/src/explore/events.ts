/** What people did with a flock, in the order of time: what is marked on its charts. Pure. */
import type { FlockRecord, LogPage, WeightHistory } from "../api/types";
import type { Format } from "../format/format";
import type { ExploreWords } from "./words";

export interface Happening {
  atS: number;
  /** What happened, in a few words. */
  text: string;
}

/** Everyday numbers would bury what changed something. */
const SHOWN = ["medication", "vaccination", "feed-delivered", "note"] as const;

/** Gather from the log, the flocks and the weighings by hand. `dayStartS` says when a calendar day begins there. */
export function happenings(
  { log, flocks, weights }: { log: LogPage | null; flocks: FlockRecord[]; weights: WeightHistory | null },
  dayStartS: (day: string) => number,
  words: ExploreWords,
  format: Format,
): Happening[] {
  const birds = (count: number | null) => (count === null ? "" : words.birds(format.number(count)));
  const entries = (log?.days ?? []).flatMap(({ entries }) => entries);
  const written = entries
    .filter((entry) => SHOWN.some((kind) => kind === entry.kind) && !entry.withdrawn && !entry.replaced_by)
    .map((entry) => ({
      atS: timeOn(entry.day, entry.at, dayStartS),
      text: joined(
        words.logKinds[entry.kind],
        entry.name,
        entry.kilograms === null ? "" : `${format.number(entry.kilograms)} kg`,
        entry.note,
      ),
    }));
  const placed = flocks.map((flock) => ({
    atS: dayStartS(flock.placed_on),
    text: words.placed(format.number(flock.placed_birds)),
  }));
  const changed = flocks.flatMap(({ events }) =>
    events.map((event) => ({
      atS: timeOn(event.day, event.at, dayStartS),
      text: joined(words.flockKinds[event.kind], birds(event.birds), event.note),
    })),
  );
  const weighed = (weights?.hand_weighings ?? []).map((one) => {
    const { number, unit } = format.weight(one.grams);
    return {
      atS: timeOn(one.day, one.at, dayStartS),
      text: words.weighedByHand(`${number} ${unit}`, format.number(one.birds)),
    };
  });
  return [...written, ...placed, ...changed, ...weighed].sort((a, b) => a.atS - b.atS);
}

function joined(...parts: string[]): string {
  return parts.filter(Boolean).join(", ");
}

/** When it was written, where that lies in the day it is about; else that day's noon. */
function timeOn(day: string, at: string, dayStartS: (day: string) => number): number {
  const [start, written] = [dayStartS(day), Date.parse(at) / 1000];
  return written >= start && written < start + 86_400 ? written : start + 43_200;
}
