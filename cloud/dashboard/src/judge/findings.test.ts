import { describe, expect, it } from "vitest";
import { finding, healthyHouse, NOW_MS, rollCall, secondsAgo, verdict } from "../testing/houses";
import { calmRollCalls, isHeatStress, judge, type Contact } from "./findings";

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

  it("names the device itself by its own name", () => {
    const wrong = { cause: "storage_refuses", problem: "disk is full" } as const;
    const part = { slug: "device", state: "failed" as const, ...wrong, last_at: null, faults: 1 };
    const house = healthyHouse({ devices: [{ ...DEVICE, parts: [part] }] });
    expect(judge(house, NOW_MS, LIVE)).toEqual([
      { kind: "part_silent", level: "bad", part: DEVICE.device, ...wrong, at: null },
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

  it("says first who is not back, however many other things are wrong", () => {
    const at = secondsAgo(720);
    const devices = [{ ...DEVICE, state: "offline" as const, at }];
    const house = healthyHouse({ devices, roll_calls: [rollCall()] });
    expect(kinds(house, NOW_MS, LIVE)).toEqual(["not_back", "device_offline"]);
  });

  it.each([
    [{ alarm: false }, "all_well"],
    [{ outside_birds: 0 }, "all_well"],
    [{ at: secondsAgo(11 * 3600) }, "all_well"],
    [{ at: secondsAgo(9 * 3600), closes_at: secondsAgo(8 * 3600) }, "not_back"],
  ])("takes a roll call with %j for %s", (changes, kind) => {
    expect(kinds(healthyHouse({ roll_calls: [rollCall(changes)] }), NOW_MS, LIVE)).toEqual([kind]);
  });

  it("leaves a roll call that is an alarm to the head sentence", () => {
    const calm = rollCall({ device: "edge-2", alarm: false });
    expect(calmRollCalls(healthyHouse({ roll_calls: [rollCall(), calm] }), NOW_MS)).toEqual([calm]);
  });

  it("tells of the gravest finding nobody has judged, and how many more wait", () => {
    const rows = [
      finding(),
      finding({ finding: "f-2", kind: "dead_suspect" }),
      finding({ finding: "f-3", verdict: verdict() }),
    ];
    expect(judge(healthyHouse({ findings: { open: 2, rows } }), NOW_MS, LIVE)).toEqual([
      { kind: "found", level: "bad", found: rows[1], others: 1 },
    ]);
  });

  it.each([
    ["huddling", 3500, "found"],
    ["huddling", 3700, "all_well"],
    ["still_bird", 3700, "found"],
    ["still_bird", 90_000, "all_well"],
  ] as const)("takes %s found %i s ago for %s", (kind, age, expected) => {
    const rows = [finding({ kind, at: secondsAgo(age) })];
    expect(kinds(healthyHouse({ findings: { open: 1, rows } }), NOW_MS, LIVE)).toEqual([expected]);
  });

  it("says why a camera does not count, and not also that its number is old", () => {
    const counts = healthyHouse().counts.map((row) => ({
      ...row,
      at: secondsAgo(900),
      withheld: "picture_covered" as const,
    }));
    expect(judge(healthyHouse({ counts, house_count: null }), NOW_MS, LIVE)).toEqual([
      { kind: "no_count", level: "warn", camera: "camera-1", cause: "picture_covered" },
    ]);
  });

  it("does not tell twice of a camera that gives nothing at all", () => {
    const counts = healthyHouse().counts.map((row) => ({ ...row, withheld: "picture_missing" as const }));
    const part = { slug: "camera-1", state: "silent" as const, cause: "picture_missing" as const };
    const parts = [{ ...part, problem: "", last_at: null, faults: 0 }];
    const house = healthyHouse({ counts, house_count: null, devices: [{ ...DEVICE, parts }] });
    expect(kinds(house, NOW_MS, LIVE)).toEqual(["part_silent"]);
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
