/** What is said on the page of the droppings check, loaded with it. The advice is that of models/runtime/wording.py. */
import type { Language } from "../words/language";

const en = {
  title: "Droppings check",
  lead: "Photograph one dropping from above, sharp, in daylight, in the middle, filling a third of the picture.",
  caution: "A screening hint, not a diagnosis. It knows three diseases only and can be wrong.",
  told: (answer: string) => `Droppings check: ${answer}`,
  notADiagnosis: "a hint, no diagnosis",
  take: "Take a photo",
  looking: "Looking at it…",
  unreadable: "This photo can't be read. Take another one.",
  photo: "Photo of a dropping",
  classes: {
    healthy: "healthy",
    coccidiosis: "coccidiosis",
    salmonella: "salmonellosis",
    newcastle: "Newcastle disease",
    not_droppings: "no droppings",
    not_sure: "not sure",
  } as Record<string, string>,
  advice: {
    healthy: "No sign of the three diseases it knows in this photo.",
    coccidiosis:
      "Such droppings are seen with coccidiosis. Look at the flock, keep suspect birds apart, and ask a vet.",
    salmonella:
      "Such droppings are seen with salmonellosis. Look at the flock, keep suspect birds apart, and ask a vet.",
    newcastle:
      "Such droppings are seen with Newcastle disease. Keep suspect birds apart and call a vet now: it must be reported in most countries.",
    not_droppings: "This does not look like a dropping. Bring one dropping into the middle, from above.",
    not_sure: "Take another photo: sharp, in daylight, from above, with one dropping in the middle.",
  } as Record<string, string>,
  probabilities: "How probable",
  earlier: "Earlier checks",
  noEarlier: "None yet.",
  by: (name: string, when: string) => `${name}, ${when}`,
  percent: (share: string) => `${share} %`,
};

export type DroppingsWords = typeof en;

const zh: DroppingsWords = {
  title: "粪便识别",
  lead: "光线充足时从正上方拍一处粪便，放在画面中央，约占画面三分之一，要清晰。",
  caution: "仅供参考，不能代替兽医诊断。只能识别三种疾病，也可能出错。",
  told: (answer) => `粪便识别：${answer}`,
  notADiagnosis: "仅供参考",
  take: "拍照",
  looking: "正在识别…",
  unreadable: "这张照片无法读取，请重新拍摄。",
  photo: "粪便照片",
  classes: {
    healthy: "正常",
    coccidiosis: "球虫病",
    salmonella: "沙门氏菌病",
    newcastle: "新城疫",
    not_droppings: "不是粪便",
    not_sure: "无法确定",
  },
  advice: {
    healthy: "这张照片中未见所能识别的三种疾病的迹象。",
    coccidiosis: "这类粪便可见于球虫病。请检查鸡群，隔离可疑的鸡，并请兽医诊断。",
    salmonella: "这类粪便可见于沙门氏菌病。请检查鸡群，隔离可疑的鸡，并请兽医诊断。",
    newcastle: "这类粪便可见于新城疫。请隔离可疑的鸡并立即联系兽医；新城疫在多数国家须依法上报。",
    not_droppings: "看起来不是粪便。请从正上方拍摄，让一处粪便位于画面中央。",
    not_sure: "请重新拍摄：光线充足，画面清晰，从正上方拍，让一处粪便位于中央。",
  },
  probabilities: "可能性",
  earlier: "以前的识别",
  noEarlier: "还没有记录。",
  by: (name, when) => `${name}，${when}`,
  percent: (share) => `${share}%`,
};

export const DROPPINGS_WORDS: Record<Language, DroppingsWords> = { en, zh };
