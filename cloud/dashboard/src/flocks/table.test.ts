import { describe, expect, it } from "vitest";
import { overviewHouse, weightDay } from "../testing/houses";
import { compareColumns } from "./compare";
import { arranged, csvOf, rowsOf } from "./table";

const names = {
  house: ({ house }: { house: string }) => house,
  farm: (farm: string) => farm,
  breed: (breed: string) => breed,
};

describe("the table", () => {
  const light = { last_at: "2026-11-22T07:00:00Z", last_grams: 1, today: weightDay({ mean_grams: 900 }) };
  const rows = rowsOf(
    [
      overviewHouse({ house: "a" }),
      overviewHouse({ house: "b", farm: "valley", weight: light }),
      overviewHouse({ house: "c", weight: null }),
    ],
    names,
  );
  const order = (...how: Parameters<typeof arranged>) => arranged(...how).map(({ place }) => place.house);

  it("sorts numbers either way, and what is not known last", () => {
    expect(order(rows, "", "weight", true)).toEqual(["a", "b", "c"]);
    expect(order(rows, "", "weight", false)).toEqual(["b", "a", "c"]);
  });

  it("finds by farm, house and breed", () => {
    expect(order(rows, "valley ross", "house", false)).toEqual(["b"]);
    expect(order(rows, "duck", "house", false)).toEqual([]);
  });
});

describe("csvOf", () => {
  it("quotes what must be, and lets no text become a formula", () => {
    expect(
      csvOf(
        ["a", "b"],
        [
          ['x "y", z', null],
          ["=1+1", -2],
        ],
      ),
    ).toBe('\ufeffa,b\r\n"x ""y"", z",\r\n\'=1+1,-2\r\n');
  });
});

describe("compareColumns", () => {
  it("lay flocks over each other by age", () => {
    const history = (days: ReturnType<typeof weightDay>[]) => ({
      key: "k",
      name: "n",
      history: { breed: "ross-308", curve: [{ age_days: 8, grams: 200 }], days } as never,
    });
    const columns = compareColumns([
      history([weightDay({ age_days: 8, mean_grams: 190 })]),
      history([weightDay({ age_days: 7, mean_grams: 150 })]),
    ]);
    expect(columns.ageDays.at(-1)).toBe(8);
    expect([columns.means[0]?.[8], columns.means[1]?.[7], columns.means[1]?.[8]]).toEqual([190, 150, null]);
    expect(columns.target[8]).toBe(200);
  });
});
