/** What is said on the page of people, loaded with it. */
import type { FarmNow, Post, Role } from "../api/types";
import { DOOR_WORDS } from "../pages/doorWords";
import type { Words } from "../words/en";
import type { Language } from "../words/language";
import { displayName } from "../words/names";

const en = {
  title: "People",
  lead: "Who may see what. An invitation is a link that works once.",
  you: "you",
  everywhere: "all farms",
  on: (role: string, farm: string) => `${role}, ${farm}`,
  invite: "Invite somebody",
  role: "As",
  rights: {
    owner: "Everything, people too.",
    farmer: "The daily work: log, alerts, flocks, limits, devices.",
    agronomist: "Sees the farms and takes reports away.",
    technician: "Devices, and answering alerts.",
    viewer: "Looks only.",
  } satisfies Record<Role, string>,
  farm: "Where",
  make: "Make the link",
  linkIs: "Send this link. It works once, for seven days, and is not shown again.",
  copy: "Copy",
  copied: "Copied.",
  share: "Send",
  open: "Open invitations",
  until: (when: string) => `until ${when}`,
  withdraw: "Withdraw",
  change: "Change",
  instead: "This takes the place of all they are now.",
  remove: "Remove",
  reallyRemove: "Yes, remove",
  tokens: (names: string) => `API tokens they made: ${names}`,
  tokensGo: (names: string) =>
    `These API tokens stop working then: ${names}. Machines that use them need new ones.`,
  farms: "Farms",
  farmName: "Name",
  timeZone: "Time zone",
  houseName: (house: string) => `Name of ${house}`,
  save: "Save",
  saved: "Saved.",
};

export type PeopleWords = typeof en;

const zh: PeopleWords = {
  title: "人员",
  lead: "谁能看到什么。邀请是一个只能用一次的链接。",
  you: "您",
  everywhere: "所有养殖场",
  on: (role, farm) => `${role}，${farm}`,
  invite: "邀请人员",
  role: "角色",
  rights: {
    owner: "全部权限，包括人员管理。",
    farmer: "日常工作：记录、告警、批次、限值、设备。",
    agronomist: "查看各养殖场，导出报告。",
    technician: "设备维护，处理告警。",
    viewer: "只能查看。",
  },
  farm: "范围",
  make: "生成链接",
  linkIs: "请发送这个链接。只能用一次，七天内有效，之后不再显示。",
  copy: "复制",
  copied: "已复制。",
  share: "发送",
  open: "未使用的邀请",
  until: (when) => `有效期至 ${when}`,
  withdraw: "撤回",
  change: "修改",
  instead: "将取代其现有的全部角色。",
  remove: "移除",
  reallyRemove: "确定移除",
  tokens: (names) => `其创建的 API 令牌：${names}`,
  tokensGo: (names) => `移除后，这些 API 令牌立即失效：${names}。使用它们的机器需要新的令牌。`,
  farms: "养殖场",
  farmName: "名称",
  timeZone: "时区",
  houseName: (house) => `${house}的名称`,
  save: "保存",
  saved: "已保存。",
};

export const PEOPLE_WORDS: Record<Language, PeopleWords> = { en, zh };

/** What somebody is, and where. */
export function postText({ role, farm }: Post, farms: FarmNow[], words: Words): string {
  const called = farms.find((one) => one.farm === farm)?.name;
  const where = farm ? (called ?? displayName(farm, words)) : PEOPLE_WORDS[words.language].everywhere;
  return PEOPLE_WORDS[words.language].on(DOOR_WORDS[words.language].roles[role], where);
}
