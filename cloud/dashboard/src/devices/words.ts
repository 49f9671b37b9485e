/** What is said on the page of devices, loaded with it. */
import type { EnrolledDevice } from "../api/types";
import type { Language } from "../words/language";

const en = {
  title: "Devices",
  lead: "Edge devices, their instruments and cameras, and how they do.",
  waitingTitle: "Waiting to be let in",
  waitingWhat: "Nothing of what they send is taken before somebody says so.",
  held: (count: string) => `${count} messages wait`,
  lastSeen: (when: string) => `last heard ${when}`,
  never: "never heard",
  approve: "Let it in",
  revoke: "Let it speak no longer",
  reallyRevoke: "Yes, shut it out",
  again: "Let it in again",
  states: { waiting: "waits", approved: "may speak", revoked: "shut out" } satisfies Record<
    EnrolledDevice["state"],
    string
  >,
  by: (name: string) => `by ${name}`,
  none: "No device was heard of yet.",
  version: (version: string) => `version ${version}`,
  notAllowed: "Your role here does not let you manage devices. This is how they do.",
  revokedTitle: "Shut out",
  health: "The device itself",
  measured: (when: string) => `measured ${when}`,
  quantities: {
    processor_temperature_celsius: "Processor temperature",
    processor_percent: "Processor in use",
    throttled_ratio: "Slowed down by heat",
    undervoltage_ratio: "Power supply too weak",
    memory_percent: "Memory in use",
    disk_percent: "Disk in use",
    outbox_age_hours: "Oldest unsent data",
    outbox_room_hours: "Room for unsent data",
    frame_age_s: "Age of the last picture",
    line_errors_ratio: "Failed questions on serial lines",
    wifi_signal_dbm: "Wi-Fi signal",
    uptime_hours: "Running since power-on",
    clock_trusted_ratio: "Clock is right",
  },
  yes: "yes",
  no: "no",
};

export type DeviceWords = typeof en;

const zh: DeviceWords = {
  title: "设备",
  lead: "边缘设备及其仪器、摄像头的状态。",
  waitingTitle: "等待批准",
  waitingWhat: "批准之前，它们发送的数据一概不接收。",
  held: (count) => `${count} 条消息等待接收`,
  lastSeen: (when) => `最近一次 ${when}`,
  never: "从未上线",
  approve: "批准接入",
  revoke: "停止接入",
  reallyRevoke: "确定停止",
  again: "恢复接入",
  states: { waiting: "待批准", approved: "已批准", revoked: "已停用" },
  by: (name) => `操作人：${name}`,
  none: "还没有设备。",
  version: (version) => `版本 ${version}`,
  notAllowed: "您在这里的角色不能管理设备，以下为设备状态。",
  revokedTitle: "已停用的设备",
  health: "设备自身",
  measured: (when) => `测于${when}`,
  quantities: {
    processor_temperature_celsius: "处理器温度",
    processor_percent: "处理器占用",
    throttled_ratio: "过热降频",
    undervoltage_ratio: "供电不足",
    memory_percent: "内存占用",
    disk_percent: "磁盘占用",
    outbox_age_hours: "最早未上传数据",
    outbox_room_hours: "离线缓存余量",
    frame_age_s: "最近画面时间",
    line_errors_ratio: "串口通信失败率",
    wifi_signal_dbm: "无线信号",
    uptime_hours: "开机时长",
    clock_trusted_ratio: "时钟已校准",
  },
  yes: "是",
  no: "否",
};

export const DEVICE_WORDS: Record<Language, DeviceWords> = { en, zh };
