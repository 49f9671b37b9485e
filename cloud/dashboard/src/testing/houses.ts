/** Houses as the cloud describes them, for tests: a healthy one, to be bent where a test wants it bent. */
import type { HouseNow, WeightDay } from "../api/types";

export const NOW_MS = Date.parse("2026-11-22T08:00:00.000Z");

/** The RFC 3339 stamp of so many seconds before NOW_MS. */
export function secondsAgo(seconds: number): string {
  return new Date(NOW_MS - seconds * 1000).toISOString();
}

export function weightDay(changes: Partial<WeightDay> = {}): WeightDay {
  return {
    day: "2026-11-22",
    age_days: 28,
    weighings: 38,
    mean_grams: 1420,
    interval_grams: [1400, 1440],
    cv_percent: 9,
    target_grams: 1464,
    ...changes,
  };
}

export function healthyHouse(changes: Partial<HouseNow> = {}): HouseNow {
  return {
    now: secondsAgo(0),
    farm: "hillside",
    house: "house-2",
    time_zone: "Asia/Shanghai",
    flock: { breed: "ross-308", placed_on: "2026-10-25", placed_birds: 480, age_days: 28 },
    counts: [
      {
        device: "edge-1",
        camera: "camera-1",
        at: secondsAgo(5),
        visible_birds: 212,
        visible_low: 203,
        visible_high: 221,
        network: "chicken-v1",
      },
    ],
    weight: { last_at: secondsAgo(90), last_grams: 1433, today: weightDay() },
    climate: [
      {
        device: "edge-1",
        instrument: "thermometer-1",
        at: secondsAgo(8),
        values: { temperature_celsius: 23.4, humidity_percent: 61 },
        heat_index: 70.6,
      },
    ],
    pictures: [],
    devices: [
      {
        device: "edge-1",
        state: "online",
        at: secondsAgo(30),
        version: "0.1.0",
        outbox_rows: 2,
        dropped_rows: 0,
        parts: [{ slug: "scale-1", state: "ok", problem: "", last_at: secondsAgo(3), faults: 0 }],
      },
    ],
    ...changes,
  };
}
