/** What is said on the page of limits, loaded with it. */
import type { RuleNow, Thresholds } from "../api/types";
import type { Language } from "../words/language";
import { lookUp } from "../words/names";

const en = {
  title: "Limits",
  lead: "When an alert rings. Change a limit, see what it would have rung for, then save.",
  standard: "Standard",
  standards: { eu: "European Union", china: "China", breeder: "Breeder's advice" } satisfies Record<
    Thresholds["standard"],
    string
  >,
  groups: {
    climate: "Climate",
    weight: "Weight",
    birds: "Birds",
    intake: "Feed and water",
    devices: "Devices",
  } satisfies Record<RuleNow["group"], string>,
  /** Units that are words, of one and of several; others, such as °C, are the same in every language. */
  units: {
    birds: ["bird", "birds"],
    findings: ["finding", "findings"],
    events: ["event", "events"],
    min: ["min", "min"],
    h: ["h", "h"],
  } satisfies Record<string, [string, string]>,
  above: (limit: string) => `above ${limit}`,
  below: (limit: string) => `below ${limit}`,
  offTarget: (target: string | null) =>
    target === null ? "Away from what the age wants:" : `Away from what the age wants (${target}):`,
  off: "does not ring",
  asleep: "not at this age",
  own: "set here",
  unverified: "Ours or at second hand: adjust it to your house.",
  source: (text: string) => `Source: ${text}`,
  change: "Change",
  rings: "It rings",
  steps: { watch: "Watch", warning: "Warning", severe: "Severe" },
  hold: "After so many minutes",
  asShipped: "As shipped",
  tryOut: "What would have rung?",
  trying: "Reckoning…",
  rang: (times: string, days: string) => `In the last ${days} days it would have rung ${times} times.`,
  never: (days: string) => `In the last ${days} days it would not have rung once.`,
  notReplayed: "This limit can't be tried on past days: of what it looks at, no past is kept.",
  save: "Save",
  saved: "Saved.",
  cancel: "Cancel",
  wrong: "Enter numbers within the range, each step further than the one before.",
  meanwhile: "Somebody else changed the limits meanwhile. Load them again.",
  reload: "Load again",
  range: (low: string, high: string) => `${low} to ${high}`,
};

export type LimitWords = typeof en;

const zh: LimitWords = {
  title: "告警限值",
  lead: "什么情况下告警。修改限值，先看过去会响几次，再保存。",
  standard: "标准",
  standards: { eu: "欧盟", china: "中国", breeder: "育种公司建议" },
  groups: { climate: "环境", weight: "体重", birds: "鸡群", intake: "采食饮水", devices: "设备" },
  units: {
    birds: ["只", "只"],
    findings: ["条", "条"],
    events: ["次", "次"],
    min: ["分钟", "分钟"],
    h: ["小时", "小时"],
  },
  above: (limit) => `高于 ${limit}`,
  below: (limit) => `低于 ${limit}`,
  offTarget: (target) => (target === null ? "偏离该日龄适宜温度：" : `偏离该日龄适宜温度（${target}）：`),
  off: "不告警",
  asleep: "该日龄不适用",
  own: "本舍设置",
  unverified: "经验值，请按本舍情况调整。",
  source: (text) => `依据（英文）：${text}`,
  change: "修改",
  rings: "启用告警",
  steps: { watch: "留意", warning: "警告", severe: "严重" },
  hold: "持续多少分钟后",
  asShipped: "恢复默认",
  tryOut: "过去会响几次？",
  trying: "正在计算…",
  rang: (times, days) => `过去 ${days} 天会响 ${times} 次。`,
  never: (days) => `过去 ${days} 天一次也不会响。`,
  notReplayed: "这条规则无法用历史数据试算：它所依据的内容没有保存历史。",
  save: "保存",
  saved: "已保存。",
  cancel: "取消",
  wrong: "请填写范围内的数字，且逐级加重。",
  meanwhile: "限值已被他人修改，请重新读取。",
  reload: "重新读取",
  range: (low, high) => `${low} 至 ${high}`,
};

export const LIMIT_WORDS: Record<Language, LimitWords> = { en, zh };

/** A rule's unit beside a value, or by itself. */
export function unitOf({ unit }: Pick<RuleNow, "unit">, words: LimitWords, value?: number): string {
  const known = lookUp<[string, string]>(words.units, unit);
  return known?.[value === 1 ? 0 : 1] ?? unit;
}
