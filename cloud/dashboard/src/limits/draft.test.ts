import { describe, expect, it } from "vitest";
import type { RuleNow } from "../api/types";
import { draftOf, limitsOf, settingsWith } from "./draft";
import { LIMIT_WORDS, unitOf } from "./words";

const rule = {
  rule: "ammonia",
  side: "above",
  low: 0,
  high: 100,
  enabled: true,
  limits: { watch: 15, warning: 20, severe: null },
  hold_min: 30,
} as RuleNow;

describe("limits", () => {
  it("come out as they went in", () => {
    expect(limitsOf(rule, draftOf(rule))).toEqual({
      enabled: true,
      watch: 15,
      warning: 20,
      severe: null,
      hold_min: 30,
    });
  });

  it.each([
    ["no number", { watch: "much" }],
    ["out of range", { severe: "400" }],
    ["a step back", { warning: "10" }],
  ])("are refused: %s", (_why, steps) => {
    const draft = draftOf(rule);
    expect(limitsOf(rule, { ...draft, steps: { ...draft.steps, ...steps } })).toBeNull();
  });

  it("fall where the rule rings below", () => {
    const below = { ...rule, side: "below", low: -20, high: 0 } as RuleNow;
    const steps = { watch: "\u22122.5", warning: "-4,5", severe: "" };
    expect(limitsOf(below, { enabled: true, steps, hold: "20" })).toMatchObject({
      watch: -2.5,
      warning: -4.5,
    });
  });
});

describe("settingsWith", () => {
  it("changes one rule and leaves the others", () => {
    const settings = { standard: "eu" as const, rules: { ammonia: { watch: 1 }, "too-warm": { watch: 3 } } };
    expect(settingsWith(settings, "ammonia", { watch: 9 }).rules).toEqual({
      "too-warm": { watch: 3 },
      ammonia: { watch: 9 },
    });
    expect(settingsWith(settings, "ammonia", null).rules).toEqual({ "too-warm": { watch: 3 } });
  });
});

describe("units", () => {
  it.each([
    ["birds", 1, "bird", "只"],
    ["birds", 12, "birds", "只"],
    ["findings", undefined, "findings", "条"],
    ["min", 30, "min", "分钟"],
    ["°C/h", 4, "°C/h", "°C/h"],
    ["constructor", 4, "constructor", "constructor"],
  ])("%s of %s", (unit, value, english, chinese) => {
    expect(unitOf({ unit }, LIMIT_WORDS.en, value)).toBe(english);
    expect(unitOf({ unit }, LIMIT_WORDS.zh, value)).toBe(chinese);
  });
});
