/** Houses as the cloud describes them, for tests: a healthy one, to be bent where a test wants it bent. */
import type {
  AlertNow,
  DrawingNow,
  FindingNow,
  HouseNow,
  OverviewHouse,
  RollCallNow,
  VerdictNow,
  ViewNow,
  WeightDay,
  WellnessNow,
} from "../api/types";

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
    flock: null,
    ...changes,
  };
}

export function alert(changes: Partial<AlertNow> = {}): AlertNow {
  return {
    alert: "a-0123456789abcdef0123",
    rule: "too-warm",
    group: "climate",
    level: "warning",
    state: "open",
    silent: false,
    device: "edge-1",
    source: "thermometer-1",
    opened_at: secondsAgo(600),
    changed_at: secondsAgo(600),
    resolved_at: null,
    value: 31.2,
    limit: 30,
    target: 24,
    unit: "°C",
    en: {
      name: "Too warm for the age",
      what: "Thermometer 1: 31.2 °C. Birds of this age want about 24 °C.",
      means: "Birds pant, drink much and eat little.",
      todo: "Turn the heating down or air more.",
    },
    zh: {
      name: "温度偏高",
      what: "1 号温度计：31.2 °C，这个日龄适宜约 24 °C。",
      means: "鸡会张口喘气、多喝少吃。",
      todo: "调低供暖或加大通风。",
    },
    acknowledged_by: null,
    acknowledged_at: null,
    snoozed_until: null,
    assigned_to: null,
    finding: null,
    picture: null,
    ...changes,
  };
}

export function finding(changes: Partial<FindingNow> = {}): FindingNow {
  return {
    device: "edge-1",
    finding: "f-1",
    camera: "camera-1",
    at: secondsAgo(60),
    since: secondsAgo(3000),
    kind: "still_bird",
    reasons: ["still_while_flock_moves"],
    score: 0.7,
    box: { xyxy: [10, 20, 60, 80], score: 0.7 },
    size_wh: [320, 240],
    picture: "/api/v1/houses/hillside/house-2/findings/edge-1/f-1/1.jpg",
    verdict: null,
    ...changes,
  };
}

export function verdict(changes: Partial<VerdictNow> = {}): VerdictNow {
  return {
    verdict: "v-1",
    answer: "right",
    birds: null,
    about_at: secondsAgo(60),
    at: secondsAgo(20),
    by: "wang",
    state: "pending",
    detail: "",
    ...changes,
  };
}

export function rollCall(changes: Partial<RollCallNow> = {}): RollCallNow {
  return {
    device: "edge-1",
    at: secondsAgo(30),
    outside_birds: 31,
    flock_birds: 480,
    drift_birds: 0,
    closes_at: secondsAgo(-1200),
    alarm: true,
    ...changes,
  };
}

export function view(changes: Partial<ViewNow> = {}): ViewNow {
  const marks = { floor: null, zones: [], gates: [] };
  return { device: "edge-1", camera: "camera-1", marks, drawing: null, last: null, ...changes };
}

export function drawing(changes: Partial<DrawingNow> = {}): DrawingNow {
  return {
    drawing: "d-1",
    marks: { floor: null, zones: [], gates: [] },
    picture_at: secondsAgo(60),
    at: secondsAgo(20),
    by: "wang",
    state: "pending",
    code: "",
    detail: "",
    ...changes,
  };
}

export function wellness(changes: Partial<WellnessNow> = {}): WellnessNow {
  return {
    device: "edge-1",
    camera: "camera-1",
    at: secondsAgo(60),
    activity_lengths_per_min: 2.4,
    spread_ratio: 0.81,
    huddle_ratio: 0.07,
    still_birds: 1,
    ...changes,
  };
}

export function healthyHouse(changes: Partial<HouseNow> = {}): HouseNow {
  return {
    now: secondsAgo(0),
    farm: "hillside",
    house: "house-2",
    time_zone: "Asia/Shanghai",
    flock: {
      flock: "house-2-2026-10-25",
      breed: "ross-308",
      sex: "mixed",
      placed_on: "2026-10-25",
      placed_birds: 480,
      age_days: 28,
    },
    stock: null,
    alerts: [],
    counts: [
      {
        device: "edge-1",
        camera: "camera-1",
        at: secondsAgo(5),
        visible_birds: 212,
        visible_low: 203,
        visible_high: 221,
        confidence: 0.72,
        factor: 1,
        share_birds: 212,
        by_zone: {},
        network: "chicken-v1",
        withheld: "",
        by_hand: null,
      },
    ],
    house_count: {
      at: secondsAgo(5),
      birds: 212,
      low: 203,
      high: 221,
      confidence: 0.72,
      corrected: false,
      cameras: 1,
    },
    roll_calls: [],
    wellness: [],
    findings: { open: 0, rows: [] },
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
    views: [],
    devices: [
      {
        device: "edge-1",
        state: "online",
        at: secondsAgo(30),
        version: "0.1.0",
        outbox_rows: 2,
        dropped_rows: 0,
        parts: [{ slug: "scale-1", state: "ok", problem: "", last_at: secondsAgo(3), faults: 0 }],
        health: {},
        health_at: null,
        commands: [],
      },
    ],
    ...changes,
  };
}

/** The same house in short. */
export function overviewHouse(changes: Partial<OverviewHouse> = {}): OverviewHouse {
  const { now: _now, pictures: _pictures, views: _views, wellness: _wellness, ...short } = healthyHouse();
  return { ...short, name: null, trend: null, ...changes };
}
