import { describe, expect, it } from "vitest";
import { healthyHouse, secondsAgo, weightDay } from "../testing/houses";
import {
  birdsSeen,
  climateOf,
  climateRows,
  heatIndexOf,
  isRough,
  percentFromCurve,
  plusMinusGrams,
  sureness,
} from "./glance";

const [COUNT] = healthyHouse().counts;
const [AIR] = healthyHouse().climate;
if (!COUNT || !AIR) throw new Error("the healthy house has a camera and an instrument");

describe("birdsSeen", () => {
  const LATER = { ...COUNT, camera: "camera-2", at: secondsAgo(200), share_birds: 24, factor: 1.2 };

  it("is the house's own count, with how sure it is and whether it is corrected", () => {
    const house_count = {
      at: secondsAgo(9),
      birds: 236,
      low: 228,
      high: 252,
      confidence: 0.5,
      corrected: true,
      cameras: 2,
    };
    expect(birdsSeen(healthyHouse({ counts: [COUNT, LATER], house_count }))).toEqual({
      value: 236,
      low: 228,
      high: 252,
      sources: 2,
      at: secondsAgo(9),
      confidence: 0.5,
      corrected: true,
    });
  });

  it("is the last known one with the oldest stamp when no camera counts any more", () => {
    expect(birdsSeen(healthyHouse({ counts: [COUNT, LATER], house_count: null }))).toMatchObject({
      value: 236,
      sources: 2,
      at: secondsAgo(200),
      confidence: null,
      corrected: true,
    });
  });

  it("is no number that its camera takes back", () => {
    const withheld = { ...COUNT, withheld: "picture_dark" as const };
    expect(birdsSeen(healthyHouse({ counts: [withheld], house_count: null }))).toBeNull();
  });

  it("knows nothing without a camera", () => {
    expect(birdsSeen(healthyHouse({ counts: [], house_count: null }))).toBeNull();
  });

  it.each([
    [0.9, "sure"],
    [0.6, "sure"],
    [0.59, "fairly"],
    [0.34, "unsure"],
  ])("with confidence %f is said to be %s", (confidence, said) => {
    expect(sureness(confidence)).toBe(said);
  });
});

describe("climate", () => {
  const cooler = {
    ...AIR,
    instrument: "thermometer-2",
    values: { temperature_celsius: 21.4 },
    heat_index: null,
  };

  it("is the mean over the instruments that have the quantity", () => {
    const house = healthyHouse({ climate: [AIR, cooler] });
    expect(climateOf(house, "temperature_celsius")).toMatchObject({
      value: 22.4,
      low: 21.4,
      high: 23.4,
      sources: 2,
    });
    expect(climateOf(house, "humidity_percent")).toMatchObject({ value: 61, sources: 1 });
    expect(climateOf(house, "ammonia_ppm")).toBeNull();
  });

  it("takes the worst heat index, never the mean", () => {
    const hotter = { ...AIR, instrument: "thermometer-2", heat_index: 79 };
    expect(heatIndexOf(healthyHouse({ climate: [AIR, hotter] }))?.value).toBe(79);
  });

  it("leaves a scale's load out of the air", () => {
    const scale = { ...AIR, instrument: "scale-1", values: { load_grams: 1420 }, heat_index: null };
    expect(climateRows(healthyHouse({ climate: [AIR, scale] })).map((row) => row.instrument)).toEqual([
      "thermometer-1",
    ]);
  });
});

describe("a day's weight", () => {
  it("stands against the curve in percent", () => {
    expect(percentFromCurve(weightDay({ mean_grams: 970, target_grams: 1000 }))).toBeCloseTo(-3);
    expect(percentFromCurve(weightDay({ target_grams: null }))).toBeNull();
  });

  it("has half its interval's width as its give or take", () => {
    expect(plusMinusGrams(weightDay({ interval_grams: [1400, 1440] }))).toBe(20);
    expect(plusMinusGrams(weightDay({ interval_grams: null }))).toBeNull();
  });

  it.each([
    [[1400, 1440] as [number, number], false],
    [[-1259, 4628] as [number, number], true],
    [null, true],
  ])("with interval %j is rough: %s", (interval_grams, rough) => {
    expect(isRough(weightDay({ interval_grams }))).toBe(rough);
  });
});
