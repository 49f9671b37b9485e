import { beforeEach, describe, expect, it } from "vitest";
import { Saved } from "../state/saved";
import { OwnWishes } from "../state/wishes.svelte";
import { MemoryStorage } from "../testing/browser";
import { answersShown, quantityRow, quantityText } from "../words/quantities";
import { Format } from "./format";
import type { Units } from "./units";

const format = (units: Units) => new Format("en", "UTC", units);
const METRIC = format({ weights: "metric", fahrenheit: false });
const US = format({ weights: "lb", fahrenheit: true });
const JIN = format({ weights: "jin", fahrenheit: false });

describe("units of a person", () => {
  it("are those of weights", () => {
    const said = [METRIC, US, JIN].map((one) => one.weight(1500));
    expect(said).toEqual([
      { number: "1.50", unit: "kg" },
      { number: "3.31", unit: "lb" },
      { number: "3.00", unit: "斤" },
    ]);
    expect([METRIC, US, JIN].map((one) => one.massCell(453.59237))).toEqual(["454", "1.00", "0.91"]);
    expect(quantityText("weight_grams", 907.18474, US)).toBe("2.00 lb");
    expect(quantityText("weight_grams", 907.18474, METRIC)).toBe("907 g");
  });

  it("are those of temperatures; a difference has no zero to move", () => {
    expect(US.temperature(25)).toEqual({ number: "77.0", unit: "°F" });
    expect(quantityText("floor_temperature_celsius", -40, US)).toBe("−40.0 °F");
    expect(quantityText("surface_above_air_celsius", 10, US)).toBe("18.0 °F");
    expect(quantityText("humidity_percent", 61, US)).toBe("61 %");
    expect(quantityText("temperature_celsius", 25, METRIC)).toBe("25.0 °C");
  });

  it("turn the series of a chart, and leave its gaps", () => {
    const answer = { mean: [20, null], low: [10, null], high: [30, null] } as never;
    const [shown] = answersShown([answer], quantityRow("temperature_celsius", US));
    expect(shown).toEqual({ mean: [68, null], low: [50, null], high: [86, null] });
  });
});

describe("what a phone keeps of them", () => {
  let storage: MemoryStorage;
  beforeEach(() => (storage = new MemoryStorage()));

  it("is found again on the next visit", () => {
    new OwnWishes(new Saved(storage)).change({ units: { weights: "lb", fahrenheit: true } });
    expect(new OwnWishes(new Saved(storage)).now.units).toEqual({ weights: "lb", fahrenheit: true });
  });

  it("is understood where an earlier page kept it", () => {
    storage.setItem("henwise.1.wishes", JSON.stringify({ largeText: true, jin: true, sound: false }));
    expect(new OwnWishes(new Saved(storage)).now).toEqual({
      largeText: true,
      sound: false,
      units: { weights: "jin", fahrenheit: false },
    });
  });
});
