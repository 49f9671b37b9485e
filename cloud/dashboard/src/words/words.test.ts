import { describe, expect, it } from "vitest";
import type { Cause, Reason } from "../api/types";
import { calmAge, exactAge } from "../format/age";
import { Format } from "../format/format";
import type { Finding } from "../judge/findings";
import { finding, NOW_MS, rollCall, secondsAgo, weightDay } from "../testing/houses";
import { en } from "./en";
import { preferredLanguage } from "./language";
import { breedName, displayName } from "./names";
import { advice, againstCurve, flockLine, reasonLines, rollCallLine, sentence } from "./sentences";
import { zh } from "./zh";

const EN = { words: en, format: new Format("en", "Asia/Shanghai"), nowMs: NOW_MS };
const ZH = { words: zh, format: new Format("zh", "Asia/Shanghai"), nowMs: NOW_MS };

describe("ages", () => {
  it.each([
    [4_000, "just now", "刚刚"],
    [12_000, "10 s ago", "10 秒前"],
    [2 * 60_000 + 59_000, "2 min ago", "2 分钟前"],
    [3 * 3_600_000, "3 h ago", "3 小时前"],
    [47 * 3_600_000, "47 h ago", "47 小时前"],
    [49 * 3_600_000, "2 d ago", "2 天前"],
  ])("%i ms is %s, %s", (ms, english, chinese) => {
    expect(en.ago(calmAge(ms))).toBe(english);
    expect(zh.ago(calmAge(ms))).toBe(chinese);
  });

  it("count seconds where the page shows that it lives", () => {
    expect(en.live(exactAge(12_900))).toBe("live 12 s");
    expect(zh.live(exactAge(12_900))).toBe("实时 12 秒");
  });
});

describe("sentences", () => {
  const cases: [Finding, string, string][] = [
    [{ kind: "all_well", level: "good" }, "All is well.", "一切正常。"],
    [
      { kind: "device_offline", level: "bad", device: "edge-1", at: secondsAgo(720) },
      "Edge device 1 has been offline for 12 min. Check its power and network.",
      "1 号边缘设备已离线 12 分钟，请检查电源和网络。",
    ],
    [
      { kind: "no_data", level: "warn", source: "thermometer-1", at: secondsAgo(3600) },
      "No data from Thermometer 1 since 15:00. Check it and its cable.",
      "1 号温度计从 15:00 起没有数据，请检查设备和接线。",
    ],
    [
      { kind: "no_contact", level: "unknown", at: NOW_MS - 86_400_000 },
      "No connection. This is how it was at 21 Nov 16:00.",
      "网络已断开，以下是 11月21日 16:00 的情况。",
    ],
    [
      { kind: "part_silent", level: "bad", part: "scale-1", cause: "", problem: "x", at: null },
      "Scale 1 has not said anything yet.",
      "1 号电子秤还没有数据。",
    ],
    [
      {
        kind: "part_silent",
        level: "bad",
        part: "scale-1",
        cause: "line_lost",
        problem: "x",
        at: secondsAgo(300),
      },
      "Scale 1 has been silent for 5 min. It is not connected. Check its cable and power.",
      "1 号电子秤已 5 分钟没有数据。设备没有连上，请检查 USB 线（或网线）和电源。",
    ],
    [
      {
        kind: "part_silent",
        level: "bad",
        part: "edge-1",
        cause: "storage_refuses",
        problem: "x",
        at: secondsAgo(300),
      },
      "Edge device 1 keeps nothing. Its memory card takes nothing in: what is measured now is lost. " +
        "Switch the device off and on; if that does not help, replace the card.",
      "1 号边缘设备无法保存数据。存储卡无法写入，现在测到的数据正在丢失。请将设备断电重启；如仍不行，请更换存储卡。",
    ],
    [
      { kind: "not_back", level: "bad", call: rollCall() },
      "31 of 480 not back. The door closes at 16:20. Look for them outside.",
      "480 只中有 31 只未归舍，16:20 关门，请到舍外找鸡。",
    ],
    [
      {
        kind: "not_back",
        level: "bad",
        call: rollCall({ flock_birds: null, closes_at: secondsAgo(1200), drift_birds: 4 }),
      },
      "31 birds were not back when the door closed at 15:40. Look for them outside. The gate missed about 4 crossings.",
      "15:40 关门时，有 31 只未归舍，请到舍外找鸡。出入口约漏记 4 只次。",
    ],
    [
      { kind: "found", level: "bad", found: finding({ kind: "dead_suspect" }), others: 2 },
      "Suspected dead bird, Camera 1, since 15:10. Look at the picture under Findings. 2 more to look at.",
      "疑似死鸡：1 号摄像头，从 15:10 开始，请看下面“发现”里的图片。另有 2 条待查看。",
    ],
    [
      { kind: "no_count", level: "warn", camera: "camera-1", cause: "picture_dark" },
      "Camera 1 does not count. The picture is too dark to count. Switch on the light or the camera's night mode.",
      "1 号摄像头暂停计数：画面太暗，无法计数。请开灯，或打开摄像头的夜视功能。",
    ],
  ];
  it.each(cases)("%o", (finding, english, chinese) => {
    expect(sentence(finding, EN)).toBe(english);
    expect(sentence(finding, ZH)).toBe(chinese);
  });
});

describe("roll calls", () => {
  it.each([
    [rollCall(), "31 of 480 not back, door closes 16:20", "480 只中有 31 只未归舍，16:20 关门"],
    [
      rollCall({ closes_at: secondsAgo(1200), flock_birds: null }),
      "31 birds not back, door closed 15:40",
      "有 31 只未归舍，15:40 已关门",
    ],
    [rollCall({ outside_birds: 0 }), "All birds are back. Door: 16:20", "全部归舍，关门时间 16:20"],
  ])("%o", (call, english, chinese) => {
    expect(rollCallLine(call, EN)).toBe(english);
    expect(rollCallLine(call, ZH)).toBe(chinese);
  });
});

describe("reasons", () => {
  it("are sentences, and those of a newer service are left out", () => {
    const reasons = ["sitting", "sings_at_night", "colder_than_flock"] as Reason[];
    expect(reasonLines(reasons, en)).toEqual([en.reasons.sitting, en.reasons.colder_than_flock]);
  });
});

describe("advice", () => {
  it("is left to the technical detail for a cause that only a newer device knows", () => {
    const newer = "feather_in_the_fan" as Cause;
    expect([advice(newer, en), advice(newer, zh), advice(undefined, zh)]).toEqual(["", "", ""]);
  });
});

describe("the whole flock", () => {
  const flock = {
    grams: 1452,
    interval_grams: [1420, 1485],
    away_percent: 2.14,
    hand_weighings: 1,
    weighed_on: "2026-11-12",
  } as const;
  const day = weightDay({ flock: { ...flock, interval_grams: [1420, 1485] } });

  it("says by how much it is corrected, and by which weighing", () => {
    expect(flockLine(day, { words: en, format: new Format("en", "Asia/Shanghai") })).toBe(
      "Whole flock 1.45 kg (1.42 kg – 1.49 kg) · 1 % under the curve · " +
        "corrected by +2.1 % for heavy birds that stay away from the scale, by your weighing of 12 Nov",
    );
    const zhLine = flockLine(day, { words: zh, format: new Format("zh", "Asia/Shanghai") });
    expect(zhLine).toContain("全群均重 1.45 kg");
    expect(zhLine).toContain("已按 11月12日 的人工称重校正 +2.1%");
  });

  it("is not spoken of without a weighing by hand", () => {
    expect(flockLine(weightDay(), { words: en, format: new Format("en", "Asia/Shanghai") })).toBeNull();
  });
});

describe("against the curve", () => {
  it.each([
    [1420, "3 % under the curve", "低于标准 3%"],
    [1464, "on the curve", "与标准持平"],
    [1537, "5 % above the curve", "高于标准 5%"],
  ])("%i g", (mean_grams, english, chinese) => {
    const day = weightDay({ mean_grams });
    expect(againstCurve(day, EN)).toBe(english);
    expect(againstCurve(day, ZH)).toBe(chinese);
  });

  it("is not judged on a handful of birds", () => {
    expect(againstCurve(weightDay({ interval_grams: null, weighings: 1 }), EN)).toBe(en.tooFew);
  });
});

describe("numbers", () => {
  it("change from grams to kilograms where the rounding does", () => {
    expect(EN.format.weight(999.4)).toEqual({ number: "999", unit: "g" });
    expect(EN.format.weight(999.6)).toEqual({ number: "1.00", unit: "kg" });
  });

  it("offer 斤 in Chinese only", () => {
    expect(zh.secondUnit(ZH.format.jin(1420))).toBe("2.84 斤");
    expect(en.secondUnit(EN.format.jin(1420))).toBe("");
  });

  it("write a true minus, and none before zero", () => {
    expect(EN.format.number(-3.4, 1)).toBe("\u22123.4");
    expect(EN.format.number(-0.04, 1)).toBe("0.0");
  });

  it("keep a calendar day where it is, whatever the zone", () => {
    expect(new Format("en", "America/Los_Angeles").calendarDay("2026-11-22")).toBe("22 Nov");
  });
});

describe("names", () => {
  it.each([
    ["house-2", "House 2", "2 号鸡舍"],
    ["scale", "Scale", "电子秤"],
    ["hillside-east", "Hillside east", "Hillside east"],
    ["constructor", "Constructor", "Constructor"],
  ])("%s", (slug, english, chinese) => {
    expect(displayName(slug, en)).toBe(english);
    expect(displayName(slug, zh)).toBe(chinese);
  });

  it("write breeds as their makers do", () => {
    expect(breedName("cobb-500", en)).toBe("Cobb 500");
    expect(breedName("cobb-500", zh)).toBe("科宝 500");
  });
});

describe("dictionaries", () => {
  // That no key is missing is checked by the compiler; this checks that none was left untranslated.
  const files = import.meta.glob<Record<string, unknown>>("../**/{words,*Words}.ts", { eager: true });
  const ofPages = Object.entries(files).flatMap(([file, said]) =>
    Object.values(said)
      .filter((one): one is Both => typeof one === "object" && one !== null && "zh" in one)
      .map((both): [string, Both] => [file, both]),
  );
  /** The same in every language. */
  const NAMES = new Set([
    ...["PDF", "CSV", "Excel (XLSX)"],
    ...["Telegram", "ntfy", "Webhook"],
    ...["Gompertz", "Logistic", "Richards"],
  ]);

  it("are those of every page", () => expect(ofPages.length).toBeGreaterThan(10));

  it.each<[string, Both]>([["the first page's", { en, zh }], ...ofPages])(
    "have Chinese for every English text: %s",
    (_whose, { en, zh }) => {
      const chinese = new Map(texts(zh));
      const untranslated = texts(en).filter(([key, text]) => chinese.get(key) === text && !NAMES.has(text));
      expect(untranslated).toEqual([]);
    },
  );

  it.each([
    [["zh-TW", "en"], "zh"],
    [["de-DE", "en-GB"], "en"],
    [["de"], "en"],
  ] as const)("are chosen by the browser's list %j: %s", (wanted, language) => {
    expect(preferredLanguage(wanted)).toBe(language);
  });
});

interface Both {
  en: object;
  zh: object;
}

function texts(part: object, path = ""): [string, string][] {
  return Object.entries(part).flatMap(([key, value]): [string, string][] => {
    if (typeof value === "string") return [[path + key, value]];
    return typeof value === "object" ? texts(value as object, `${path}${key}.`) : [];
  });
}
