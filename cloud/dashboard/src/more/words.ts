/** What stands on the page "more": the way to everything else, and how the page is on this phone. */
import type { Language } from "../words/language";

const en = {
  title: "More",
  go: "Go to",
  devices: "Devices",
  devicesWhat: "Cameras, scales, sensors: how they do, add one",
  people: "People",
  peopleWhat: "Who may see and do what",
  notifications: "Notifications",
  notificationsWhat: "Where alerts reach you",
  limits: "Limits",
  limitsWhat: "When an alert rings, in plain words",
  droppings: "Droppings check",
  droppingsWhat: "A photo, and what it may show",
  flock: "Flock",
  flockWhat: "Place, thin, transfer, harvest, close",
  charts: "Charts",
  chartsWhat: "From minutes to the flock's life",
  ofHouse: "House",
  phoneTitle: "On this phone",
  language: "Language",
  largeText: "Large text",
  units: "Weights",
  metric: "g and kg",
  jin: "斤 (500 g)",
  sound: "Sound for severe alerts while the page is open",
  install: "To the home screen",
};

export type MoreWords = typeof en;

const zh: MoreWords = {
  title: "更多",
  go: "前往",
  devices: "设备",
  devicesWhat: "摄像头、电子秤、传感器：状态和绑定",
  people: "人员",
  peopleWhat: "谁能看什么、做什么",
  notifications: "通知",
  notificationsWhat: "告警发到哪里",
  limits: "告警限值",
  limitsWhat: "什么情况下告警",
  droppings: "粪便识别",
  droppingsWhat: "拍一张照片，看看可能是什么",
  flock: "批次",
  flockWhat: "入雏、减群、转群、出栏、结束",
  charts: "曲线图",
  chartsWhat: "从几分钟到整个批次",
  ofHouse: "鸡舍",
  phoneTitle: "本机设置",
  language: "语言",
  largeText: "大字体",
  units: "重量单位",
  metric: "克和千克",
  jin: "斤",
  sound: "页面打开时，严重告警响铃",
  install: "添加到主屏幕",
};

export const MORE_WORDS: Record<Language, MoreWords> = { en, zh };
