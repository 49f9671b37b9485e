/** What is wrong in a house, worst first: what the head sentence is made of. Pure: no clock, no words. */
import type {
  AlertNow,
  Cause,
  CountNow,
  DeviceNow,
  FindingNow,
  HouseNow,
  PartStatus,
  RollCallNow,
} from "../api/types";
import { withAlerts } from "./alerts";
import { ageMs, BIRD_NEWS_MS, DEVICE_STALE_MS, GROUP_NEWS_MS, READING_STALE_MS, ROLL_CALL_MS } from "./ages";

/** How a state looks: `bad` act now, `warn` look soon, `unknown` nobody can say, `good` all is well. */
export type Level = "bad" | "warn" | "unknown" | "good";

/** One thing that is so; `alert` is the open alert about it, where the cloud has raised one. */
export type Finding = { alert?: AlertNow } & (
  | { kind: "alert"; level: Level; alert: AlertNow }
  | { kind: "asking"; level: "unknown"; at: number }
  | { kind: "no_contact"; level: "unknown"; at: number }
  | { kind: "nothing_yet"; level: "unknown" }
  | { kind: "device_offline"; level: "bad"; device: string; at: string }
  | { kind: "part_silent"; level: "bad"; part: string; cause: Cause; problem: string; at: string | null }
  | { kind: "not_back"; level: "bad"; call: RollCallNow }
  | { kind: "found"; level: "bad" | "warn"; found: FindingNow; others: number }
  | { kind: "no_count"; level: "warn"; camera: string; cause: Cause }
  | { kind: "heat_stress"; level: "bad"; heatIndex: number }
  | { kind: "no_data"; level: "warn"; source: string; at: string }
  | { kind: "all_well"; level: "good" }
);

/** What of a house is judged: its page's state and its row in the list of houses both have it. */
export type Judged = Pick<
  HouseNow,
  "flock" | "alerts" | "house_count" | "counts" | "roll_calls" | "findings" | "weight" | "climate" | "devices"
> & { pictures?: HouseNow["pictures"] };

/** How the phone and the cloud stand, and when the cloud last answered. */
export interface Contact {
  /** `asking`: an earlier visit's state is shown until the first answer; `away`: nobody answers. */
  state: "asking" | "live" | "polling" | "away";
  /** On the service's clock, in ms. */
  at: number;
}

/** THI above which birds suffer (St-Pierre 2003). */
export const HEAT_STRESS_INDEX = 78;
/** The part by which a device tells of itself. */
const THE_DEVICE = "device";
/** Chicks are kept at 30 °C on purpose: the index says nothing about them before three weeks. */
const FEATHERED_AGE_DAYS = 21;

/** True when `heatIndex` means heat stress for birds of that age (null: not known, then the limit holds). */
export function isHeatStress(heatIndex: number | null, ageDays: number | null): boolean {
  return (
    heatIndex !== null &&
    heatIndex > HEAT_STRESS_INDEX &&
    (ageDays ?? FEATHERED_AGE_DAYS) >= FEATHERED_AGE_DAYS
  );
}

/** Judge a house as known at `nowMs` (the service's clock); at least one finding, the worst first. */
export function judge(house: Judged, nowMs: number, contact: Contact): Finding[] {
  // What the phone can't know must not be blamed on the house.
  if (contact.state === "away") return [{ kind: "no_contact", level: "unknown", at: contact.at }];
  if (contact.state === "asking") return [{ kind: "asking", level: "unknown", at: contact.at }];
  const devices = deviceFindings(house, nowMs);
  const found = [
    ...notBackFindings(house, nowMs),
    ...devices,
    ...heatFindings(house, nowMs),
    ...birdFindings(house, nowMs),
    ...withheldFindings(house, nowMs),
  ];
  // One cause, one sentence: a silent device or part explains why numbers are missing.
  if (devices.length === 0) found.push(...missingFindings(house, nowMs));
  const told = withAlerts(found, house.alerts);
  if (told.length > 0) return told;
  return [isEmpty(house) ? { kind: "nothing_yet", level: "unknown" } : { kind: "all_well", level: "good" }];
}

/** True when the device is gone: it said so, its last will did, or it has said nothing for long. */
export function isOffline(device: DeviceNow, nowMs: number): boolean {
  return device.state === "offline" || ageMs(device.at, nowMs) > DEVICE_STALE_MS;
}

/** True when the part gives nothing any more. */
export function isSilent(part: PartStatus): boolean {
  return part.state === "silent" || part.state === "failed";
}

function deviceFindings(house: Judged, nowMs: number): Finding[] {
  return house.devices.flatMap((device): Finding[] => {
    if (isOffline(device, nowMs)) {
      return [{ kind: "device_offline", level: "bad", device: device.device, at: device.at }];
    }
    return device.parts.filter(isSilent).map((part) => silentFinding(part, device.device));
  });
}

/** What is said of the device itself goes by its own name. */
function silentFinding(part: PartStatus, device: string): Finding {
  return {
    kind: "part_silent",
    level: "bad",
    part: part.slug === THE_DEVICE ? device : part.slug,
    cause: part.cause ?? "",
    problem: part.problem ?? "",
    at: part.last_at ?? null,
  };
}

/** The newest roll call of each device that still matters this evening, without those that are an alarm. */
export function calmRollCalls(house: Judged, nowMs: number): RollCallNow[] {
  return rollCallsOf(house, nowMs).filter((call) => !isAlarm(call));
}

function rollCallsOf(house: Judged, nowMs: number): RollCallNow[] {
  return house.roll_calls.filter((call) => ageMs(call.at, nowMs) <= ROLL_CALL_MS);
}

function isAlarm(call: RollCallNow): boolean {
  return call.alarm && call.outside_birds > 0;
}

function notBackFindings(house: Judged, nowMs: number): Finding[] {
  const calls = rollCallsOf(house, nowMs).filter(isAlarm);
  return calls.map((call) => ({ kind: "not_back", level: "bad", call }));
}

/** One sentence for what was found and nobody has judged: the gravest, then the newest, and how many more wait. */
function birdFindings(house: Judged, nowMs: number): Finding[] {
  const waiting = house.findings.rows.filter((row) => row.verdict === null && isNews(row, nowMs));
  const first = waiting.find((row) => row.kind === "dead_suspect") ?? waiting[0];
  if (!first) return [];
  const level = first.kind === "dead_suspect" ? "bad" : "warn";
  return [{ kind: "found", level, found: first, others: waiting.length - 1 }];
}

function isNews(row: FindingNow, nowMs: number): boolean {
  const group = row.kind === "huddling" || row.kind === "crowding";
  return ageMs(row.at, nowMs) <= (group ? GROUP_NEWS_MS : BIRD_NEWS_MS);
}

/** True when the camera sees, but no count can rest on what it sees. */
export function isWithheld(row: CountNow): boolean {
  return row.withheld !== "";
}

function withheldFindings(house: Judged, nowMs: number): Finding[] {
  const online = house.devices.filter((device) => !isOffline(device, nowMs));
  // A camera that is silent or failed has been told of already.
  const troubled = online.flatMap((device) => device.parts.filter(isSilent).map((part) => part.slug));
  return house.counts
    .filter((row) => isWithheld(row) && !troubled.includes(row.camera))
    .filter((row) => online.some((device) => device.device === row.device))
    .map((row) => ({ kind: "no_count", level: "warn", camera: row.camera, cause: row.withheld }));
}

function heatFindings(house: Judged, nowMs: number): Finding[] {
  const fresh = house.climate.filter((row) => ageMs(row.at, nowMs) <= READING_STALE_MS);
  const worst = Math.max(...fresh.map((row) => row.heat_index ?? -Infinity));
  const stressed = isHeatStress(worst, house.flock?.age_days ?? null);
  return stressed ? [{ kind: "heat_stress", level: "bad", heatIndex: worst }] : [];
}

function missingFindings(house: Judged, nowMs: number): Finding[] {
  const rows = [
    ...house.climate.map((row) => ({ source: row.instrument, at: row.at })),
    ...house.counts.filter((row) => !isWithheld(row)).map((row) => ({ source: row.camera, at: row.at })),
  ];
  return rows
    .filter((row) => ageMs(row.at, nowMs) > READING_STALE_MS)
    .map((row) => ({ kind: "no_data", level: "warn", ...row }));
}

function isEmpty(house: Judged): boolean {
  return (
    house.counts.length + house.climate.length + (house.pictures?.length ?? 0) === 0 && house.weight === null
  );
}
