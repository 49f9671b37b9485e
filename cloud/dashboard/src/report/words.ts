/** What is said where a report is taken away, loaded with the pages of flocks. */
import type { ReportWish } from "../api/client";
import type { Language } from "../words/language";

const en = {
  title: "Report",
  what: "Growth, losses, feed, climate, forecast and money, each figure with its source.",
  whatCompared: "The chosen flocks side by side.",
  about: "About",
  kinds: { day: "The day", week: "The week", flock: "The whole flock" } satisfies Record<
    ReportWish["kind"],
    string
  >,
  language: "Language",
  units: "Units",
  unitNames: { si: "g, kg, °C", jin: "斤, °C", us: "lb, °F, gal" } satisfies Record<
    ReportWish["units"],
    string
  >,
  look: "Look at it",
  take: "Download",
  forms: { pdf: "PDF", xlsx: "Excel (XLSX)", csv: "CSV" } satisfies Record<ReportWish["form"], string>,
  making: "The report is being made.",
  taken: (name: string) => `Saved: ${name}`,
  send: "To my e-mail",
  sent: "On its way to your e-mail, as PDF and XLSX.",
  refusals: {
    no_typst:
      "This service can't make PDF files: it was installed without its reports. Whoever runs it installs them with pip install 'henwise[report]'. CSV works without.",
    no_xlsx:
      "This service can't make Excel files: it was installed without its reports. Whoever runs it installs them with pip install 'henwise[report]'. CSV works without.",
    no_font:
      "This service has no Chinese font for PDF files. Whoever runs it installs the package fonts-noto-cjk. Excel and CSV work without.",
    no_mailbox: "You have no e-mail channel yet. Add your address under Notifications, then send it again.",
  },
};

export type ReportWords = typeof en;

const zh: ReportWords = {
  title: "报告",
  what: "生长、死淘、饲料、环境、预测和收支，每项数据注明来源。",
  whatCompared: "所选批次并列对比。",
  about: "内容",
  kinds: { day: "当天", week: "本周", flock: "整个批次" },
  language: "语言",
  units: "单位",
  unitNames: { si: "克、千克、°C", jin: "斤、°C", us: "磅、°F、加仑" },
  look: "预览",
  take: "下载",
  forms: { pdf: "PDF", xlsx: "Excel (XLSX)", csv: "CSV" },
  making: "正在生成报告。",
  taken: (name) => `已保存：${name}`,
  send: "发到我的邮箱",
  sent: "正在发到您的邮箱，附 PDF 和 XLSX。",
  refusals: {
    no_typst:
      "本服务未安装报告组件，无法生成 PDF。请服务管理员运行 pip install 'henwise[report]'。CSV 不受影响。",
    no_xlsx:
      "本服务未安装报告组件，无法生成 Excel 文件。请服务管理员运行 pip install 'henwise[report]'。CSV 不受影响。",
    no_font: "本服务没有中文字体，无法生成 PDF。请服务管理员安装 fonts-noto-cjk。Excel 和 CSV 不受影响。",
    no_mailbox: "您还没有邮箱渠道。请先在“通知”里添加邮箱，再发送报告。",
  },
};

export const REPORT_WORDS: Record<Language, ReportWords> = { en, zh };
