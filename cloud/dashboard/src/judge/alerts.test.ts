import { describe, expect, it } from "vitest";
import { Format } from "../format/format";
import { alert, finding, healthyHouse, NOW_MS, rollCall, secondsAgo } from "../testing/houses";
import { en } from "../words/en";
import { careOf, sentence } from "../words/sentences";
import { zh } from "../words/zh";
import { judge, type Contact } from "./findings";

const LIVE: Contact = { state: "live", at: NOW_MS };
const EN = { words: en, format: new Format("en", "Asia/Shanghai"), nowMs: NOW_MS };
const ZH = { words: zh, format: new Format("zh", "Asia/Shanghai"), nowMs: NOW_MS };

describe("open alerts", () => {
  it("are what there is to know, with what to do, in both languages", () => {
    const [first, ...others] = judge(healthyHouse({ alerts: [alert()] }), NOW_MS, LIVE);
    expect(others).toEqual([]);
    expect(first && sentence(first, EN)).toBe(
      "Thermometer 1: 31.2 °C. Birds of this age want about 24 °C. Turn the heating down or air more.",
    );
    expect(first && sentence(first, ZH)).toBe(
      "1 号温度计：31.2 °C，这个日龄适宜约 24 °C。调低供暖或加大通风。",
    );
  });

  it("lie with what the page sees for itself: one cause, one sentence", () => {
    const rows = [finding({ kind: "dead_suspect" })];
    const about = [
      alert({ alert: "a-1", rule: "dead-suspect", source: "camera-1" }),
      alert({ alert: "a-2", rule: "not-back", source: "roll-call" }),
    ];
    const house = healthyHouse({ alerts: about, findings: { open: 1, rows }, roll_calls: [rollCall()] });
    const told = judge(house, NOW_MS, LIVE).map(({ kind, alert }) => [kind, alert?.alert]);
    expect(told).toEqual([
      ["not_back", "a-2"],
      ["found", "a-1"],
    ]);
  });

  it("come gravest first, and behind the others once somebody looks after them", () => {
    const alerts = [
      alert({ alert: "a-1", level: "severe", acknowledged_by: "mei", acknowledged_at: secondsAgo(5) }),
      alert({ alert: "a-2", level: "watch" }),
      alert({ alert: "a-3", level: "severe" }),
      alert({ alert: "a-4", level: "warning" }),
      alert({ alert: "a-5", level: "severe", snoozed_until: secondsAgo(-3600) }),
    ];
    const told = judge(healthyHouse({ alerts }), NOW_MS, LIVE).map(({ alert }) => alert?.alert);
    expect(told).toEqual(["a-3", "a-4", "a-2", "a-1", "a-5"]);
  });

  it("say who looks after them, and until when they were put off", () => {
    expect(careOf(alert(), EN)).toBe("");
    expect(careOf(alert({ acknowledged_by: "mei" }), EN)).toBe("mei looks after it.");
    expect(careOf(alert({ acknowledged_by: "mei" }), ZH)).toBe("mei 正在处理。");
    expect(careOf(alert({ snoozed_until: secondsAgo(-3600) }), EN)).toBe("Put off until 17:00.");
    expect(careOf(alert({ snoozed_until: secondsAgo(-3600) }), ZH)).toBe("已推迟到 17:00。");
  });

  it("are the cloud's business no longer when nobody answers", () => {
    const away: Contact = { state: "away", at: NOW_MS };
    expect(judge(healthyHouse({ alerts: [alert()] }), NOW_MS, away).map(({ kind }) => kind)).toEqual([
      "no_contact",
    ]);
  });
});
