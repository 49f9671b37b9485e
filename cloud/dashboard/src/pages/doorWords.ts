/** What stands before the farm: signing in, setting up, accepting an invitation. */
import type { Language } from "../words/language";

const en = {
  signInTitle: "Sign in",
  userName: "User name",
  password: "Password",
  signIn: "Sign in",
  signingIn: "Signing in…",
  signInNeeded: "Your session has ended. Sign in again.",
  signInThrough: (provider: string) => `Sign in with ${provider}`,
  notSetUp: "Nobody may sign in yet. Open the link that the service printed in its console.",
  setUpTitle: "Set up Henwise",
  setUpOffer: "You become the owner: choose a name for your farms and an account for yourself.",
  setUpNow: "Set up",
  joinTitle: "Join",
  joinOffer: (by: string, organisation: string, farm: string | null, role: string) =>
    `${by} invites you to ${organisation}${farm ? `, farm ${farm}` : ""}, as ${role}.`,
  joinNow: "Join",
  joinAs: (name: string) => `Join as ${name}`,
  organisationName: "Farm or company",
  newPassword: "New password (at least 8 characters)",
  roles: {
    owner: "owner",
    farmer: "farmer",
    agronomist: "agronomist",
    technician: "technician",
    viewer: "viewer",
  },
};

export type DoorWords = typeof en;

const zh: DoorWords = {
  signInTitle: "登录",
  userName: "用户名",
  password: "密码",
  signIn: "登录",
  signingIn: "正在登录…",
  signInNeeded: "登录已过期，请重新登录。",
  signInThrough: (provider) => `使用 ${provider} 登录`,
  notSetUp: "还没有人可以登录。请打开服务在控制台打印的链接。",
  setUpTitle: "设置慧养鸡",
  setUpOffer: "您将成为场主：请为您的养殖场取名，并为自己设置账号。",
  setUpNow: "完成设置",
  joinTitle: "接受邀请",
  joinOffer: (by, organisation, farm, role) =>
    `${by} 邀请您加入“${organisation}”${farm ? `的养殖场 ${farm}` : ""}，角色：${role}。`,
  joinNow: "加入",
  joinAs: (name) => `以 ${name} 的身份加入`,
  organisationName: "养殖场或公司名称",
  newPassword: "新密码（至少 8 个字符）",
  roles: {
    owner: "场主",
    farmer: "饲养员",
    agronomist: "养殖技术员",
    technician: "设备维护员",
    viewer: "查看者",
  },
};

export const DOOR_WORDS: Record<Language, DoorWords> = { en, zh };
