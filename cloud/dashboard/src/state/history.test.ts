import { beforeEach, describe, expect, it } from "vitest";
import type { SeriesQuery } from "../api/client";
import { NoAnswer } from "../api/errors";
import type { Place, SeriesAnswer } from "../api/types";
import { MemoryStorage } from "../testing/browser";
import { healthyHouse, NOW_MS, weightDay, wellness } from "../testing/houses";
import { HouseHistory } from "./history.svelte";
import { Saved } from "./saved";

const PLACE = { farm: "hillside", house: "house-2" };
const WEIGHTS = {
  time_zone: "Asia/Shanghai",
  breed: "ross-308",
  curve_of: null,
  curve_own: false,
  curve_source: null,
  curve: [],
  days: [weightDay()],
  hand_weighings: [],
};

let saved: Saved;
let asked: SeriesQuery[];
let away: boolean;

beforeEach(() => {
  saved = new Saved(new MemoryStorage());
  saved.put("user", "wang");
  asked = [];
  away = false;
});

const client = {
  weights: () => (away ? Promise.reject(new NoAnswer("away")) : Promise.resolve(WEIGHTS)),
  gates: () =>
    away
      ? Promise.reject(new NoAnswer("away"))
      : Promise.resolve({ gates: [], step_s: 1800, at_ms: [], birds_in: [], birds_out: [], outside: [] }),
  series: (_place: Place, query: SeriesQuery): Promise<SeriesAnswer> => {
    asked.push(query);
    const { device = "", source = "", quantity } = query;
    const columns = { late: [], at_ms: [], mean: [], low: [], high: [] };
    return Promise.resolve({
      device,
      source,
      quantity,
      unit: "°C",
      resolution: "raw",
      basis: "raw",
      days_of: null,
      doubtful: [],
      ...columns,
    });
  },
};

describe("HouseHistory", () => {
  it("asks for a day of each thermometer, and not again at each tick", async () => {
    const history = new HouseHistory(PLACE, client, saved);
    await history.refreshWhenDue(healthyHouse(), NOW_MS);
    await history.refreshWhenDue(healthyHouse(), NOW_MS + 1000);
    expect(asked.map((query) => [query.device, query.source])).toEqual([["edge-1", "thermometer-1"]]);
    const { from, to } = asked[0] as SeriesQuery;
    expect(to.getTime() - from.getTime()).toBe(24 * 3_600_000);
  });

  it("asks at once for an instrument that is new, and all again after some minutes", async () => {
    const history = new HouseHistory(PLACE, client, saved);
    const house = healthyHouse();
    await history.refreshWhenDue(house, NOW_MS);
    const more = healthyHouse({
      climate: [...house.climate, ...house.climate.map((row) => ({ ...row, instrument: "b" }))],
    });
    await history.refreshWhenDue(more, NOW_MS + 1000);
    expect(asked.map((query) => query.source)).toEqual(["thermometer-1", "thermometer-1", "b"]);
    await history.refreshWhenDue(more, NOW_MS + 200_000);
    expect(asked).toHaveLength(5);
  });

  it("asks for a day of activity of each camera that tells of it", async () => {
    const history = new HouseHistory(PLACE, client, saved);
    await history.refreshWhenDue(healthyHouse({ wellness: [wellness()] }), NOW_MS);
    expect(asked.map((query) => [query.quantity, query.source])).toContainEqual([
      "activity_lengths_per_min",
      "camera-1",
    ]);
    expect(history.activities).toHaveLength(1);
  });

  it("keeps what it had through a failure, and asks again soon", async () => {
    const history = new HouseHistory(PLACE, client, saved);
    await history.refreshWhenDue(healthyHouse(), NOW_MS);
    away = true;
    await history.refreshWhenDue(healthyHouse(), NOW_MS + 200_000);
    expect(history.weights).toEqual(WEIGHTS);
    await history.refreshWhenDue(healthyHouse(), NOW_MS + 216_000);
    expect(asked).toHaveLength(3);
  });

  it("is there at once on the next visit", async () => {
    await new HouseHistory(PLACE, client, saved).refreshWhenDue(healthyHouse(), NOW_MS);
    const later = new HouseHistory(PLACE, client, saved);
    expect(later.weights).toEqual(WEIGHTS);
    expect(later.temperatures).toHaveLength(1);
  });
});
