import { describe, expect, it } from "vitest";
import { Format } from "../format/format";
import { draftOf, emptyDraft, entriesOf, NotANumber, stepped } from "./draft";
import { entryLine } from "./lines";
import { LOG_WORDS } from "./words";

const DAY = "2026-11-22";
const AT = "2026-11-22T04:00:00.000Z";
const FULL = {
  ...emptyDraft(),
  mortality: "3",
  mortalityCause: "heat",
  culls: "0",
  feedEaten: "51,5",
  water: "90",
  note: " a drinker drips ",
  feedDelivered: "2000",
  feedName: "starter",
  medication: "Amoxicillin",
  dose: "20 mg/kg",
  until: "2026-11-25",
  withdrawalDays: "5",
  vaccination: "ND",
  route: "spray",
};

describe("a draft", () => {
  it("says nothing about what was left empty", () => {
    expect(entriesOf(emptyDraft(), DAY, AT)).toEqual([]);
  });

  it("makes an entry of each thing that was filled in, a zero too", () => {
    const entries = entriesOf(FULL, DAY, AT);
    expect(entries.map((one) => one.kind)).toEqual([
      "mortality",
      "culls",
      "feed-eaten",
      "water",
      "feed-delivered",
      "medication",
      "vaccination",
      "note",
    ]);
    expect(entries[1]).toEqual({
      kind: "culls",
      day: DAY,
      at: AT,
      note: "",
      replaces: null,
      birds: 0,
      cause: "",
    });
    expect(entries[2]).toMatchObject({ kilograms: 51.5 });
    expect(entries[5]).toMatchObject({ until: "2026-11-25", withdrawal_days: 5 });
  });

  it("comes back from each of its entries as it was, to be corrected", () => {
    for (const entry of entriesOf(FULL, DAY, AT)) {
      const draft = draftOf(entry, "e-1");
      expect(entriesOf(draft, DAY, AT)).toEqual([{ ...entry, replaces: "e-1" }]);
      expect(entriesOf(draftOf(entry), DAY, AT)).toEqual([entry]);
    }
  });

  it("gives a photo a note to stand at", () => {
    expect(entriesOf(emptyDraft(), DAY, AT, true)).toMatchObject([{ kind: "note", note: "" }]);
  });

  it.each(["x", "-1", "1.5", "3 birds", "123456789"])(
    "does not take %s for a number of birds",
    (mortality) => {
      expect(() => entriesOf({ ...emptyDraft(), mortality }, DAY, AT)).toThrow(NotANumber);
    },
  );

  it.each([
    ["", 1, "1"],
    ["", -1, "0"],
    ["3", 1, "4"],
    ["0", -1, "0"],
    ["x", 1, "1"],
  ] as const)("steps from %j by %i to %j", (from, by, to) => {
    expect(stepped(from, by)).toBe(to);
  });
});

it("an entry is one line in both languages", () => {
  const [dead, , eaten, , , treated] = entriesOf(FULL, DAY, AT);
  const line = (entry: typeof dead, language: "en" | "zh") =>
    entry && entryLine(entry, LOG_WORDS[language], new Format(language));
  expect([line(dead, "en"), line(dead, "zh")]).toEqual(["Dead 3 · heat", "死亡 3 · 热应激"]);
  expect([line(eaten, "en"), line(eaten, "zh")]).toEqual(["Feed eaten 51.5 kg", "采食量 51.5 kg"]);
  expect(line(treated, "zh")).toBe("用药 · Amoxicillin · 20 mg/kg · – 11月25日 · 休药期 5 天");
});
