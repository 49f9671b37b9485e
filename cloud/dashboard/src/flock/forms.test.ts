import { describe, expect, it } from "vitest";
import { eventOf, flockName, placingOf } from "./forms";

const AT = "2026-11-22T10:00:00.000Z";
const draft = {
  day: "2026-11-22",
  birds: "60",
  kilograms: "96,5",
  toHouse: "house-3",
  note: " market ",
  despiteWithdrawal: false,
};

describe("what became of birds", () => {
  it("is told with weight where there is one", () => {
    expect(eventOf("thinned", draft, AT)).toEqual({
      kind: "thinned",
      day: "2026-11-22",
      at: AT,
      note: "market",
      birds: 60,
      kilograms: 96.5,
      despite_withdrawal: false,
    });
    expect(eventOf("harvested", { ...draft, kilograms: "" }, AT)).toMatchObject({ kilograms: null });
  });

  it("needs a number of birds, but for the end", () => {
    expect(eventOf("transferred", { ...draft, birds: "some" }, AT)).toBeNull();
    expect(eventOf("transferred", draft, AT)).toMatchObject({ to_house: "house-3", birds: 60 });
    expect(eventOf("closed", { ...draft, birds: "" }, AT)).toEqual({
      kind: "closed",
      day: "2026-11-22",
      at: AT,
      note: "market",
    });
  });
});

describe("placing", () => {
  const placing = {
    breed: "Local Yellow",
    sex: "mixed" as const,
    hatchery: "",
    day: "2026-11-01",
    birds: "480",
    dead: "",
  };

  it("takes a breed of one's own as a name", () => {
    expect(placingOf(placing)).toMatchObject({
      breed: "local-yellow",
      placed_birds: 480,
      dead_on_arrival: 0,
    });
    expect(placingOf({ ...placing, birds: "0" })).toBeNull();
    expect(placingOf({ ...placing, breed: "三黄鸡" })).toMatchObject({ breed: "三黄鸡" });
    expect(placingOf({ ...placing, breed: " " })).toBeNull();
    expect(placingOf({ ...placing, breed: "a/b" })).toBeNull();
  });

  it("names a flock by house and day", () => {
    expect(flockName("house-2", "2026-11-01")).toBe("house-2-2026-11-01");
  });
});
