/** What the flock's forms send. Pure. */
import type { EventTold, FlockRecord, Placing } from "../api/types";

/** Breeds that come with a curve, by the names of cloud/flock/tables. */
export const BREEDS = ["ross-308", "cobb-500", "arbor-acres-plus", "hyline-brown"] as const;

export const EVENT_KINDS = [
  "thinned",
  "transferred",
  "harvested",
  "closed",
] as const satisfies EventTold["kind"][];

/** A form for what became of birds, as typed. */
export interface EventDraft {
  day: string;
  birds: string;
  kilograms: string;
  toHouse: string;
  note: string;
  despiteWithdrawal: boolean;
}

/** The event a draft tells; null where it says no number of birds. `at` is RFC 3339. */
export function eventOf(kind: EventTold["kind"], draft: EventDraft, at: string): EventTold | null {
  const told = { day: draft.day, at, note: draft.note.trim() };
  if (kind === "closed") return { kind, ...told };
  const birds = wholeOf(draft.birds);
  if (birds === null || birds < 1) return null;
  if (kind === "transferred") return { kind, ...told, birds, to_house: draft.toHouse };
  const weight = Number(draft.kilograms.replace(",", "."));
  const kilograms = draft.kilograms.trim() && weight > 0 ? weight : null;
  return { kind, ...told, birds, kilograms, despite_withdrawal: draft.despiteWithdrawal };
}

/** A form for placing a flock, as typed. */
export interface PlacingDraft {
  breed: string;
  sex: NonNullable<Placing["sex"]>;
  hatchery: string;
  day: string;
  birds: string;
  dead: string;
}

/** The flock a draft tells; null where it says no number of birds or no breed. */
export function placingOf(draft: PlacingDraft): Placing | null {
  const birds = wholeOf(draft.birds);
  const breed = breedKey(draft.breed);
  if (birds === null || birds < 1 || breed === null) return null;
  return {
    breed,
    sex: draft.sex,
    hatchery: draft.hatchery.trim(),
    placed_on: draft.day,
    placed_birds: birds,
    dead_on_arrival: wholeOf(draft.dead) ?? 0,
    note: "",
  };
}

/** A breed or curve as the service keeps it, "Ross 308" as ross-308; null where it can't be a part of an address. */
export function breedKey(text: string): string | null {
  const key = text.trim().toLowerCase().replace(/\s+/g, "-");
  return key !== "" && !key.includes("/") ? key : null;
}

/** The same flock, to be held against another curve; null: that of its breed. */
export function heldAgainst(flock: FlockRecord, curve: string | null): Placing {
  const { breed, sex, hatchery, placed_on, placed_birds, dead_on_arrival, note } = flock;
  return { breed, sex, hatchery, placed_on, placed_birds, dead_on_arrival, note, curve };
}

/** A flock's name: its house and the day it came. */
export function flockName(house: string, day: string): string {
  return `${house}-${day}`;
}

function wholeOf(text: string): number | null {
  return /^\d+$/.test(text.trim()) ? Number(text) : null;
}
