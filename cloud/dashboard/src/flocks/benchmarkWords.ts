/** What is said where a flock stands among others, loaded with the page of flocks. */
import type { Language } from "../words/language";

const en = {
  title: "Beside other farms' flocks",
  of: (season: string) => `Same breed, placed in ${season}.`,
  half: "Half lie within",
  middle: "middle",
  flocks: (count: number) => `${count} flocks`,
  later: "not yet",
  few: (flocks: number, organisations: number) =>
    `Nothing can be said yet: only from ${flocks} flocks of ${organisations} organisations on, once their season is over, so that nobody's flock can be told.`,
  out: "This farm takes no part. Those who let their flocks be counted without a name see where theirs stand.",
  ask: "Only an owner can decide that.",
  join: "Take part",
  leave: "Take part no longer",
};

export type BenchmarkWords = typeof en;

const zh: BenchmarkWords = {
  title: "与其他养殖场批次对比",
  of: (season) => `同品种，${season}入雏。`,
  half: "中间一半批次",
  middle: "中位数",
  flocks: (count) => `${count} 个批次`,
  later: "尚无",
  few: (flocks, organisations) =>
    `暂无对比数据：季节结束后，至少 ${organisations} 个组织共 ${flocks} 个批次才会公布，以免看出是谁的批次。`,
  out: "本养殖场未参与对比。允许匿名统计后，可以看到自己的批次处于什么水平。",
  ask: "只有场主可以决定是否参与。",
  join: "参与对比",
  leave: "不再参与",
};

export const BENCHMARK_WORDS: Record<Language, BenchmarkWords> = { en, zh };
