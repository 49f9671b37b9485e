/** What is said about a house's gates, loaded with their chart. */
import type { Language } from "../words/language";

const en = {
  title: "Gates",
  out: "out",
  in: "in",
  outside: "outside",
  chart: "Birds out, in and outside over time",
  said: (count: string, what: string) => `${count} ${what}`,
  span: (from: string, to: string) => `${from} to ${to}`,
  note: "Outside: went out and did not come back since midnight. A missed crossing stays missed until then.",
  daily: "Whole days: out and in of each.",
  none: "The gates counted nothing in this time.",
  when: "From",
  table: "As a table, in birds",
};

export type GateWords = typeof en;

const zh: GateWords = {
  title: "鸡门进出",
  out: "出舍",
  in: "进舍",
  outside: "舍外",
  chart: "各时段出舍、进舍和舍外只数",
  said: (count, what) => `${what} ${count} 只`,
  span: (from, to) => `${from} 至 ${to}`,
  note: "舍外：零点以来出舍后未归的只数。漏计的进出到零点才清零。",
  daily: "按天合计的出舍和进舍。",
  none: "这段时间没有鸡通过鸡门。",
  when: "开始",
  table: "以表格显示（只）",
};

export const GATE_WORDS: Record<Language, GateWords> = { en, zh };
