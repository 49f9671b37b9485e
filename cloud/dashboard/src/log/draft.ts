import type { EntryTold, LogEntryNow } from "../api/types";

/** What a person has typed and not saved yet; empty: nothing to say about that. */
export interface Draft {
  mortality: string;
  mortalityCause: string;
  culls: string;
  cullsCause: string;
  feedEaten: string;
  water: string;
  note: string;
  feedDelivered: string;
  feedName: string;
  medication: string;
  dose: string;
  until: string;
  withdrawalDays: string;
  vaccination: string;
  route: string;
  /** Kind -> the entry that is corrected. */
  replaces: Partial<Record<EntryTold["kind"], string>>;
}

export function emptyDraft(): Draft {
  return {
    mortality: "",
    mortalityCause: "",
    culls: "",
    cullsCause: "",
    feedEaten: "",
    water: "",
    note: "",
    feedDelivered: "",
    feedName: "",
    medication: "",
    dose: "",
    until: "",
    withdrawalDays: "",
    vaccination: "",
    route: "",
    replaces: {},
  };
}

/** Fields whose content is no number. */
export type Wrong = "mortality" | "culls" | "feedEaten" | "water" | "feedDelivered" | "withdrawalDays";

export class NotANumber extends Error {
  constructor(readonly field: Wrong) {
    super(field);
  }
}

/** What the draft says of a day, an entry for each thing that was filled in; `pictured`: a photo needs a note to be at.
 * Raises NotANumber. */
export function entriesOf(draft: Draft, day: string, at: string, pictured = false): EntryTold[] {
  const entries: EntryTold[] = [];
  const head = (kind: EntryTold["kind"]) => ({ day, at, note: "", replaces: draft.replaces[kind] ?? null });
  const birds = (field: "mortality" | "culls") => whole(draft[field], field);
  if (draft.mortality.trim())
    entries.push({
      kind: "mortality",
      ...head("mortality"),
      birds: birds("mortality"),
      cause: draft.mortalityCause,
    });
  if (draft.culls.trim())
    entries.push({ kind: "culls", ...head("culls"), birds: birds("culls"), cause: draft.cullsCause });
  if (draft.feedEaten.trim())
    entries.push({
      kind: "feed-eaten",
      ...head("feed-eaten"),
      kilograms: decimal(draft.feedEaten, "feedEaten"),
    });
  if (draft.water.trim())
    entries.push({ kind: "water", ...head("water"), litres: decimal(draft.water, "water") });
  if (draft.feedDelivered.trim())
    entries.push({
      kind: "feed-delivered",
      ...head("feed-delivered"),
      kilograms: decimal(draft.feedDelivered, "feedDelivered"),
      name: draft.feedName.trim(),
    });
  if (draft.medication.trim())
    entries.push({
      kind: "medication",
      ...head("medication"),
      name: draft.medication.trim(),
      dose: draft.dose.trim(),
      until: draft.until || null,
      withdrawal_days: draft.withdrawalDays.trim() ? whole(draft.withdrawalDays, "withdrawalDays") : null,
    });
  if (draft.vaccination.trim())
    entries.push({
      kind: "vaccination",
      ...head("vaccination"),
      name: draft.vaccination.trim(),
      route: draft.route.trim(),
    });
  if (draft.note.trim() || pictured) entries.push({ kind: "note", ...head("note"), note: draft.note.trim() });
  return entries;
}

/** Put what was told back into a draft, to be corrected; `replaces` is the kept entry, none for a refused one. */
export function draftOf(told: EntryTold | LogEntryNow, replaces?: string): Draft {
  const draft = emptyDraft();
  const text = (value: number | null | undefined) => (value == null ? "" : String(value));
  switch (told.kind) {
    case "mortality":
      draft.mortality = text(told.birds);
      draft.mortalityCause = told.cause ?? "";
      break;
    case "culls":
      draft.culls = text(told.birds);
      draft.cullsCause = told.cause ?? "";
      break;
    case "feed-eaten":
      draft.feedEaten = text(told.kilograms);
      break;
    case "water":
      draft.water = text(told.litres);
      break;
    case "feed-delivered":
      draft.feedDelivered = text(told.kilograms);
      draft.feedName = told.name ?? "";
      break;
    case "medication":
      draft.medication = told.name;
      draft.dose = told.dose ?? "";
      draft.until = told.until ?? "";
      draft.withdrawalDays = text(told.withdrawal_days);
      break;
    case "vaccination":
      draft.vaccination = told.name;
      draft.route = told.route ?? "";
      break;
    case "note":
      draft.note = told.note ?? "";
      break;
    default:
      return draft;
  }
  if (replaces !== undefined) draft.replaces = { [told.kind]: replaces };
  return draft;
}

/** Press a stepper: from nothing to 1, or to the 0 that says "I looked and found none". */
export function stepped(text: string, by: 1 | -1): string {
  if (!/^\d+$/.test(text.trim())) return by > 0 ? "1" : "0";
  return String(Math.max(0, Number(text) + by));
}

function whole(text: string, field: Wrong): number {
  if (!/^\d{1,8}$/.test(text.trim())) throw new NotANumber(field);
  return Number(text);
}

function decimal(text: string, field: Wrong): number {
  const written = text.trim().replace(",", ".");
  if (!/^\d{1,8}(\.\d{1,3})?$/.test(written)) throw new NotANumber(field);
  return Number(written);
}
