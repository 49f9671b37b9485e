import type { EntryTold, LogEntryNow } from "../api/types";
import type { Format } from "../format/format";
import { causeName, type LogWords } from "./words";

/** What an entry says, as one line: "Dead 3 · heat". */
export function entryLine(one: EntryTold | LogEntryNow, words: LogWords, format: Format): string {
  return [amount(one, words, format), ...more(one, words, format), one.note ?? ""]
    .filter((part) => part !== "")
    .join(" · ");
}

function amount(one: EntryTold | LogEntryNow, words: LogWords, format: Format): string {
  const kind = words.kinds[one.kind] ?? one.kind;
  const decimals = (value: number) => format.number(value, Number.isInteger(value) ? 0 : 1);
  switch (one.kind) {
    case "mortality":
    case "culls":
      return `${kind} ${format.number(one.birds ?? 0)}`;
    case "feed-eaten":
    case "feed-delivered":
      return `${kind} ${decimals(one.kilograms ?? 0)} kg`;
    case "water":
      return `${kind} ${decimals(one.litres ?? 0)} l`;
    default:
      return kind;
  }
}

function more(one: EntryTold | LogEntryNow, words: LogWords, format: Format): string[] {
  switch (one.kind) {
    case "mortality":
    case "culls":
      return [causeName(one.cause ?? "", words)];
    case "feed-delivered":
      return [one.name ?? ""];
    case "medication": {
      const days = one.withdrawal_days == null ? "" : words.days(one.withdrawal_days);
      return [one.name, one.dose ?? "", one.until ? `– ${format.calendarDay(one.until)}` : "", days];
    }
    case "vaccination":
      return [one.name, one.route ?? ""];
    default:
      return [];
  }
}
