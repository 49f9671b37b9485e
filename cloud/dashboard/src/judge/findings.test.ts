import { describe, expect, it } from "vitest";
import { healthyHouse, NOW_MS, secondsAgo } from "../testing/houses";
import { isHeatStress, judge, type Contact } from "./findings";

const LIVE: Contact = { state: "live", at: NOW_MS };
const [DEVICE] = healthyHouse().devices;
const [AIR] = healthyHouse().climate;
if (!DEVICE || !AIR) throw new Error("the healthy house has a device and an instrument");

const kinds = (...args: Parameters<typeof judge>) => judge(...args).map((finding) => finding.kind);

describe("judge", () => {
  it("says that all is well when nothing is wrong", () => {
    expect(kinds(healthyHouse(), NOW_MS, LIVE)).toEqual(["all_well"]);
  });

  it("blames the connection, not the house, when nobody answers", () => {
    const hoursLater = NOW_MS + 3 * 3_600_000;
    expect(judge(healthyHouse(), hoursLater, { state: "away", at: NOW_MS })).toEqual([
      { kind: "no_contact", level: "unknown", at: NOW_MS },
    ]);
  });

  it("raises no alarm over an earlier visit's state before the first answer", () => {
    expect(kinds(healthyHouse(), NOW_MS + 3 * 3_600_000, { state: "asking", at: NOW_MS })).toEqual([
      "asking",
    ]);
  });

  it("names a device that said it is offline, and not also the numbers that are missing with it", () => {
    const at = secondsAgo(720);
    const house = healthyHouse({
      devices: [{ ...DEVICE, state: "offline", at }],
      climate: [{ ...AIR, at }],
    });
    expect(judge(house, NOW_MS, LIVE)).toEqual([
      { kind: "device_offline", level: "bad", device: "edge-1", at },
    ]);
  });

  it("takes a device that has not described itself for long as offline", () => {
    const house = healthyHouse({ devices: [{ ...DEVICE, at: secondsAgo(301) }] });
    expect(kinds(house, NOW_MS, LIVE)).toEqual(["device_offline"]);
  });

  it.each(["silent", "failed"] as const)("hands on what is wrong with a %s instrument", (state) => {
    const wrong = { cause: "line_lost", problem: "Check the cable." } as const;
    const part = { slug: "scale-1", state, ...wrong, last_at: null, faults: 3 };
    const house = healthyHouse({ devices: [{ ...DEVICE, parts: [part] }] });
    expect(judge(house, NOW_MS, LIVE)).toEqual([
      { kind: "part_silent", level: "bad", part: "scale-1", ...wrong, at: null },
    ]);
  });

  it("does not take a starting instrument for a silent one", () => {
    const part = { slug: "scale-1", state: "starting" as const, problem: "", last_at: null, faults: 0 };
    expect(kinds(healthyHouse({ devices: [{ ...DEVICE, parts: [part] }] }), NOW_MS, LIVE)).toEqual([
      "all_well",
    ]);
  });

  it.each([
    [300, "all_well"],
    [301, "no_data"],
  ])("judges readings that are %i s old as %s", (age, kind) => {
    const house = healthyHouse({ climate: [{ ...AIR, at: secondsAgo(age) }] });
    expect(kinds(house, NOW_MS, LIVE)).toEqual([kind]);
  });

  it("warns of heat stress only while the readings are fresh", () => {
    const hot = { ...AIR, heat_index: 80.2 };
    expect(kinds(healthyHouse({ climate: [hot] }), NOW_MS, LIVE)).toEqual(["heat_stress"]);
    const stale = { ...hot, at: secondsAgo(900) };
    expect(kinds(healthyHouse({ climate: [stale] }), NOW_MS, LIVE)).toEqual(["no_data"]);
  });

  it("says that nothing has come yet rather than that all is well", () => {
    const empty = healthyHouse({ counts: [], climate: [], pictures: [], weight: null });
    expect(kinds(empty, NOW_MS, LIVE)).toEqual(["nothing_yet"]);
  });
});

describe("isHeatStress", () => {
  it.each([
    [78, 35, false],
    [78.1, 35, true],
    [85, 20, false],
    [85, 21, true],
    [85, null, true],
    [null, 35, false],
  ])("index %s at day %s: %s", (index, age, expected) => {
    expect(isHeatStress(index, age)).toBe(expected);
  });
});
