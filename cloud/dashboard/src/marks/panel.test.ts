import { describe, expect, it } from "vitest";
import type { ResultCode } from "../api/types";
import { Format } from "../format/format";
import { drawing, healthyHouse, NOW_MS, secondsAgo, verdict, view } from "../testing/houses";
import { en } from "../words/en";
import { zh } from "../words/zh";
import { begunFrom, fateOf, labelOf, losesHandCounts, moodOf, shownIn, warnings } from "./panel";
import { marksFrom } from "./shapes";
import { MARK_WORDS } from "./words";

const SQUARE: [number, number][] = [
  [0, 0],
  [1, 0],
  [1, 1],
];
const FLOOR = { floor: SQUARE, zones: [], gates: [] };
const ZONE = {
  floor: null,
  zones: [{ slug: "feeder-1", kind: "feeder" as const, polygon: SQUARE }],
  gates: [],
};
const OLD = secondsAgo(600);

describe.each([
  ["en", en],
  ["zh", zh],
] as const)("the panel in %s", (language, words) => {
  const own = MARK_WORDS[language];
  const voice = { words, format: new Format(language, "Asia/Shanghai"), nowMs: NOW_MS };

  it("says how far a drawing got, and why it was refused", () => {
    const fate = (changes: Parameters<typeof drawing>[0], of: Parameters<typeof view>[0] = {}) =>
      fateOf(view({ last: drawing(changes), ...of }), own, voice);
    expect(fateOf(view(), own, voice)).toBe("");
    expect(fate({})).toBe(own.states.pending);
    expect(fate({ state: "done" }, { drawing: "d-1" })).toBe(own.states.done);
    expect(fate({ state: "done", code: "counts_by_hand_lost" }, { drawing: "d-1" })).toContain(
      own.codes.counts_by_hand_lost,
    );
    expect(fate({ state: "refused", code: "camera_moved" })).toBe(
      own.states.refused + words.gap + own.codes.camera_moved,
    );
    expect(fate({ state: "refused", code: "hen_disagrees" as ResultCode })).toBe(own.states.refused);
    expect(fate({ state: "done", marks: null })).toBe(own.takenBack);
  });

  it("says when what was drawn holds no longer, but not while the device's two words are on their way", () => {
    const fate = (at: string) => fateOf(view({ last: drawing({ state: "done", at }) }), own, voice);
    expect(fate(OLD)).toBe(own.noLonger);
    expect(fate(secondsAgo(5))).toBe(own.states.done);
  });

  it("warns of an old picture, a camera in trouble and a device that is away", () => {
    const house = healthyHouse();
    const [device] = house.devices;
    if (!device) throw new Error("the healthy house has a device");
    expect(warnings(house, view(), secondsAgo(30), own, voice)).toEqual([]);
    const part = { slug: "camera-1", state: "ok" as const, cause: "picture_covered" as const };
    const away = healthyHouse({ devices: [{ ...device, state: "offline", parts: [part] }] });
    expect(warnings(away, view(), secondsAgo(3600), own, voice)).toEqual([
      own.oldPicture(words.span({ unit: "hours", count: 1 })),
      own.cameraTrouble(words.causes.picture_covered),
      own.offline,
    ]);
  });

  it("sets the birds beside a zone's name", () => {
    const [count] = healthyHouse().counts;
    if (!count) throw new Error("the healthy house has a camera");
    const [zone] = marksFrom(ZONE);
    if (!zone) throw new Error("there is a zone");
    const shown = (changes: object) =>
      labelOf(zone, own, voice, healthyHouse({ counts: [{ ...count, ...changes }] }), view());
    const name = words.numbered(words.nouns.feeder, "1");
    expect(shown({ by_zone: { "feeder-1": 12 } })).toBe(`${name} · 12`);
    expect(shown({})).toBe(name);
    expect(shown({ by_zone: { "feeder-1": 12 }, withheld: "picture_dark" })).toBe(name);
  });
});

describe("what is shown", () => {
  it("is what waits for the device, then what the device has", () => {
    const pending = view({ marks: FLOOR, last: drawing({ marks: ZONE }) });
    expect(shownIn(pending)).toEqual({ marks: ZONE, waiting: true });
    const refused = view({ marks: FLOOR, last: drawing({ marks: ZONE, state: "refused" }) });
    expect(shownIn(refused)).toEqual({ marks: FLOOR, waiting: false });
    expect(begunFrom(refused)).toEqual(ZONE);
    expect(begunFrom(view({ marks: FLOOR, last: drawing({ marks: null }) }))).toEqual(FLOOR);
    expect(moodOf(refused, "", MARK_WORDS.en)).toBe("bad");
    expect(moodOf(pending, "", MARK_WORDS.en)).toBe("waiting");
  });

  it("says beforehand that another floor costs the counts by hand", () => {
    const [count] = healthyHouse().counts;
    if (!count) throw new Error("the healthy house has a camera");
    const by_hand = verdict({ answer: "count", birds: 30, state: "done" });
    const house = healthyHouse({ counts: [{ ...count, by_hand }] });
    expect(losesHandCounts(house, view(), FLOOR)).toBe(true);
    expect(losesHandCounts(house, view({ marks: FLOOR }), FLOOR)).toBe(false);
    expect(losesHandCounts(house, view(), ZONE)).toBe(false);
    expect(losesHandCounts(healthyHouse(), view(), FLOOR)).toBe(false);
  });
});

describe("the words for marks", () => {
  it("have Chinese for every English text", () => {
    const same = (a: object, b: object): string[] =>
      Object.entries(a).flatMap(([key, value]) => {
        const other = (b as Record<string, unknown>)[key];
        if (typeof value === "object" && value) return same(value as object, other as object);
        return typeof value === "string" && value === other ? [key] : [];
      });
    expect(same(MARK_WORDS.en, MARK_WORDS.zh)).toEqual([]);
  });
});
