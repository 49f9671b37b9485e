/** What is said about when one is told, and who is told after whom. */
import type { Notifying } from "../api/types";
import type { Language } from "../words/language";

const en = {
  whenTitle: "When",
  fromLevel: "Tell me of",
  levels: { watch: "everything", warning: "warnings and severe", severe: "severe only" } satisfies Record<
    Notifying["from_level"],
    string
  >,
  quiet: "Quiet hours",
  quietWhat: "Severe alerts break through.",
  from: "From",
  to: "to",
  digest: "A summary of the day",
  digestAt: "At",
  save: "Save",
  saved: "Saved.",
  orderTitle: (farm: string) => `Who is told after whom, ${farm}`,
  orderWhat: "If nobody answers, the next one is told.",
  severeMinutes: "Severe: after minutes",
  warningMinutes: "Warning: after minutes",
  cap: "At most so many an hour",
  earlier: (name: string) => `${name} earlier`,
  noChannel: "has no channel",
  group: (farm: string) => `Group chats of ${farm}`,
  groupWhat: "Everybody in the chat sees the farm's alerts.",
};

export type WishesWords = typeof en;

const zh: WishesWords = {
  whenTitle: "什么时候",
  fromLevel: "通知我",
  levels: { watch: "全部", warning: "警告和严重", severe: "仅严重" },
  quiet: "免打扰时段",
  quietWhat: "严重告警不受限制。",
  from: "从",
  to: "到",
  digest: "每日汇总",
  digestAt: "时间",
  save: "保存",
  saved: "已保存。",
  orderTitle: (farm) => `升级通知顺序，${farm}`,
  orderWhat: "无人确认时，通知下一位。",
  severeMinutes: "严重：几分钟后",
  warningMinutes: "警告：几分钟后",
  cap: "每小时最多几条",
  earlier: (name) => `${name} 提前`,
  noChannel: "没有通知渠道",
  group: (farm) => `${farm}群聊`,
  groupWhat: "群里所有人都会看到该养殖场的告警。",
};

export const WISHES_WORDS: Record<Language, WishesWords> = { en, zh };
