/** What is said about notifications; apart from the other words, for it is loaded only where it is needed. */
import type { ChannelNow, DeliveryNow, KindNow } from "../api/types";
import type { PushTrouble } from "../state/push.svelte";
import type { Language } from "../words/language";

type Trouble = Exclude<ChannelNow["trouble"], "">;

const en = {
  title: "Notifications",
  lead: "Where alerts reach you. Two ways are better than one: if one fails, the other tells you.",
  pushTitle: "This phone",
  pushOn: "Alerts arrive on this phone, with picture and buttons.",
  pushOff: "Alerts do not arrive on this phone yet.",
  switchOn: "Switch on",
  switchOff: "Switch off",
  working: "One moment…",
  pushTroubles: {
    unsupported:
      "This browser can't receive alerts here. On an iPhone add Henwise to the home screen first; on Android open it in Chrome or Edge by https. Or add a channel below.",
    forbidden:
      "You have forbidden notifications for this page. Allow them in the browser's settings, then try again.",
    unreachable:
      "The browser's push service does not answer. In mainland China that is usual: add a messenger's bot below.",
  } satisfies Record<PushTrouble, string>,
  notes: {
    push_seldom_arrives:
      "In mainland China, push to browsers mostly does not arrive. Add a WeCom, DingTalk or Feishu bot below first.",
  } satisfies Record<Exclude<KindNow["note"], "">, string>,
  channelsTitle: "Channels",
  none: "No channel yet.",
  kinds: {
    push: "Push to a phone",
    telegram: "Telegram",
    email: "E-mail",
    ntfy: "ntfy",
    wecom: "WeCom group bot",
    dingtalk: "DingTalk group bot",
    feishu: "Feishu group bot",
    pushplus: "pushplus (WeChat)",
    bark: "Bark (iPhone)",
    webhook: "Webhook",
    sms: "Text message or voice",
    other: "Another service",
  } as Record<string, string>,
  states: {
    new: "not tried yet",
    working: "works",
    failing: "last try failed",
    dead: "does not work",
  } satisfies Record<ChannelNow["state"], string>,
  troubles: {
    unreachable: "Its service does not answer. Check the address; it is tried again by itself.",
    refused: "Its service refuses. Check the bot's keyword or signature, or make a new address.",
    gone: "The receiver is no more. Remove it and add a new one.",
    not_allowed: "The service may not send to that host. Ask whoever runs it.",
    failed: "It failed. It is tried again by itself; if it stays so, make a new address.",
  } satisfies Record<Trouble, string>,
  test: "Test",
  tested: {
    pending: "On its way…",
    delivered: "The service took it. Look whether it arrived.",
    failed: "It did not go out.",
  } satisfies Record<DeliveryNow["state"], string>,
  remove: "Remove",
  reallyRemove: "Yes, remove",
  removeLabel: (label: string) => `Remove ${label}`,
  testLabel: (label: string) => `Test ${label}`,
  addTitle: "Add a channel",
  kind: "Way",
  address: "Address",
  hints: {
    email: "Your e-mail address.",
    wecom: "In the WeCom group: … › Group bots › Add, then copy the webhook address.",
    dingtalk: "In the DingTalk group: Settings › Bots › Custom, security: sign; copy address and secret.",
    feishu: "In the Feishu group: Settings › Bots › Custom bot, then copy the webhook address.",
    pushplus: "Scan the code on pushplus.plus in WeChat, then copy your token.",
    bark: "Open Bark on the iPhone and copy the key after api.day.app/.",
    telegram: "Make a bot with @BotFather, write to it once, then take its token and your chat id.",
    ntfy: "Think of a long secret topic and subscribe to it in the ntfy app.",
    webhook: "Your own program's address; it gets JSON.",
    sms: "An account with an SMS provider; docs/notifications.md has the forms.",
    other: "An Apprise address; docs/notifications.md says more.",
  } as Record<string, string>,
  example: (example: string) => `For example ${example}`,
  name: "Name",
  add: "Add",
  adding: "Adding…",
  secret: "The address is kept secret: it is not shown again.",
};

export type NotificationWords = typeof en;

const zh: NotificationWords = {
  title: "通知",
  lead: "告警会发到这里。建议至少设置两种方式：一种失效时，另一种会提醒您。",
  pushTitle: "这部手机",
  pushOn: "告警会推送到这部手机，带图片和按钮。",
  pushOff: "告警还不会推送到这部手机。",
  switchOn: "开启",
  switchOff: "关闭",
  working: "请稍候…",
  pushTroubles: {
    unsupported:
      "这个浏览器在这里收不到推送。iPhone 请先把慧养鸡添加到主屏幕；安卓请用 Chrome 或 Edge 通过 https 打开。也可以在下面添加其他渠道。",
    forbidden: "您已禁止本页面发送通知。请在浏览器设置中允许，然后重试。",
    unreachable: "浏览器的推送服务没有响应，在中国大陆很常见。请在下面添加企业微信、钉钉或飞书机器人。",
  },
  notes: {
    push_seldom_arrives: "在中国大陆，浏览器推送大多收不到。请先在下面添加企业微信、钉钉或飞书机器人。",
  },
  channelsTitle: "通知渠道",
  none: "还没有渠道。",
  kinds: {
    push: "手机推送",
    telegram: "Telegram",
    email: "电子邮件",
    ntfy: "ntfy",
    wecom: "企业微信群机器人",
    dingtalk: "钉钉群机器人",
    feishu: "飞书群机器人",
    pushplus: "pushplus（微信）",
    bark: "Bark（iPhone）",
    webhook: "Webhook",
    sms: "短信或电话",
    other: "其他服务",
  },
  states: { new: "尚未使用", working: "正常", failing: "上次发送失败", dead: "已失效" },
  troubles: {
    unreachable: "对方服务没有响应。请检查地址；系统会自动重试。",
    refused: "对方服务拒收。请检查机器人的关键词或加签，或重新生成地址。",
    gone: "接收端已不存在。请删除后重新添加。",
    not_allowed: "本服务不允许向该主机发送。请联系系统管理员。",
    failed: "发送失败，系统会自动重试；如果一直失败，请重新生成地址。",
  },
  test: "测试",
  tested: {
    pending: "正在发送…",
    delivered: "对方服务已接收，请看看是否收到。",
    failed: "没有发出去。",
  },
  remove: "删除",
  reallyRemove: "确定删除",
  removeLabel: (label) => `删除${label}`,
  testLabel: (label) => `测试${label}`,
  addTitle: "添加渠道",
  kind: "方式",
  address: "地址",
  hints: {
    email: "您的邮箱地址。",
    wecom: "企业微信群：右上角“…” › 群机器人 › 添加，然后复制 Webhook 地址。",
    dingtalk: "钉钉群：群设置 › 机器人 › 自定义，安全设置选“加签”，复制地址和密钥。",
    feishu: "飞书群：设置 › 群机器人 › 自定义机器人，然后复制 Webhook 地址。",
    pushplus: "用微信扫描 pushplus.plus 上的二维码，然后复制 token。",
    bark: "在 iPhone 上打开 Bark，复制 api.day.app/ 后面的密钥。",
    telegram: "用 @BotFather 创建机器人，先给它发一条消息，再填写 token 和 chat id。",
    ntfy: "想一个又长又难猜的主题名，并在 ntfy 应用中订阅。",
    webhook: "您自己程序的地址，会收到 JSON。",
    sms: "短信服务商账号，格式见 docs/notifications.md。",
    other: "Apprise 地址，详见 docs/notifications.md。",
  },
  example: (example) => `例如 ${example}`,
  name: "名称",
  add: "添加",
  adding: "正在添加…",
  secret: "地址会保密，之后不再显示。",
};

export const NOTIFICATION_WORDS: Record<Language, NotificationWords> = { en, zh };
