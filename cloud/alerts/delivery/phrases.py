"""What delivery itself says, in both languages; what an alert says is the rules' business."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cloud.alerts.delivery.notice import Language
from cloud.alerts.rules.sentences import LEVEL_WORDS


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language's phrases; those with braces are filled in."""

    levels: Mapping[str, str]
    subject: str
    several: str
    still: str
    resolved: str
    escalated: str
    assigned: str
    digest: str

    digest_over: str
    acknowledge: str
    acknowledged: str
    snooze: str
    snoozed: str
    not_answered: str
    open_page: str
    test_subject: str
    test_body: str
    signed_out_subject: str
    signed_out_body: str
    dead_subject: str
    dead_body: str
    gone_body: str
    troubles: Mapping[str, str]
    between: str
    """Between two sentences."""
    dash: str
    """Between a name and a sentence."""


PHRASES: Final[Mapping[Language, Phrases]] = {
    "en": Phrases(
        levels=LEVEL_WORDS["en"],
        subject="{level}: {where}, {what}",
        several="{where}, {count} alerts",
        still="Still so: {what}",
        resolved="Resolved: {what}",
        escalated="Nobody has acknowledged this yet.",
        assigned="This is assigned to you.",
        digest="{farm}: the last day",
        digest_over="Resolved",
        acknowledge="Acknowledge",
        acknowledged="Acknowledged. Nobody is told again unless it gets worse.",
        snooze="Remind me in 1 h",
        snoozed="You are reminded in an hour if it is still so.",
        not_answered="Your answer did not arrive. Open the page and try again.",
        open_page="Open",
        test_subject="Test: alerts arrive here",
        test_body="Somebody pressed Test for “{label}”. If this were an alert, it would come like this.",
        signed_out_subject="News from your farm: sign in to read it",
        signed_out_body="You are no longer signed in in this browser, so nothing of the farm is shown here. Open "
        "Henwise and sign in. If this browser is no longer yours, remove it under Notifications on another device.",
        dead_subject="Alerts no longer arrive at “{label}”",
        dead_body="“{label}” ({kind}, {shown}) has failed several times: {why}. Not delivered there: {subject}. "
        "Check it under Notifications and press Test.",
        gone_body="“{label}” was a browser that no longer takes messages, so it was removed. "
        "Not delivered there: {subject}. Switch push on again on that phone, or add another channel.",
        troubles={
            "unreachable": "its service does not answer",
            "refused": "its service refuses the message",
            "not_allowed": "this service may not address that host",
            "gone": "its receiver is no more",
            "failed": "it failed for an unknown reason",
        },
        between=" ",
        dash=": ",
    ),
    "zh": Phrases(
        levels=LEVEL_WORDS["zh"],
        subject="【{level}】{where}：{what}",
        several="{where}有 {count} 条告警",
        still="仍未恢复：{what}",
        resolved="已恢复：{what}",
        escalated="这条告警还没有人确认。",
        assigned="这条告警已指派给您。",
        digest="{farm}：过去一天",
        digest_over="已恢复",
        acknowledge="确认",
        acknowledged="已确认。除非情况加重，否则不再提醒。",
        snooze="1 小时后提醒",
        snoozed="如果 1 小时后仍未恢复，会再次提醒您。",
        not_answered="您的操作没有送达，请打开页面再试一次。",
        open_page="打开页面",
        test_subject="测试：告警会发到这里",
        test_body="有人对“{label}”点了“测试”。真正的告警也会这样送达。",
        signed_out_subject="养殖场有新消息，请登录后查看",
        signed_out_body="您在此浏览器中的登录已失效，因此这里不显示养殖场的内容。请打开慧养鸡重新登录。"
        "如果您不再使用此浏览器，请在其他设备的“通知”页面将其删除。",
        dead_subject="告警已无法送达“{label}”",
        dead_body="“{label}”（{kind}，{shown}）多次发送失败：{why}。未送达的内容：{subject}。请在“通知”页面检查，并点“测试”。",
        gone_body="“{label}”对应的浏览器已不再接收消息，该渠道已移除。未送达的内容：{subject}。"
        "请在那部手机上重新开启推送，或添加其他渠道。",
        troubles={
            "unreachable": "对方服务没有响应",
            "refused": "对方服务拒收消息",
            "not_allowed": "本服务不允许访问该主机",
            "gone": "接收端已不存在",
            "failed": "原因不明",
        },
        between="",
        dash="：",
    ),
}
