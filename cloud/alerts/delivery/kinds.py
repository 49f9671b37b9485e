"""The ways to a person, a row each; the settings page offers them in this order (in mainland China by ``mainland``)."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """One way.

    Attributes:
        key: stable word; the dashboard has its name in both languages.
        schemes: Apprise's URL schemes that belong to it.
        example: what its address looks like, shown in the empty field.
        mainland: place in the list for mainland China; None: it can't be relied on there.
        hosted: its address names a host of the person's choice, which is no secret.
    """

    key: str
    schemes: frozenset[str]
    example: str
    mainland: int | None = None
    hosted: bool = False


PUSH: Final = "push"
EMAIL: Final = "email"
OTHER: Final = "other"

KINDS: Final[tuple[Kind, ...]] = (
    Kind(PUSH, frozenset(), ""),
    Kind("telegram", frozenset({"tgram"}), "tgram://BOT-TOKEN/CHAT-ID"),
    Kind(EMAIL, frozenset({"mailto", "mailtos"}), "mei@example.org", mainland=5),
    Kind("ntfy", frozenset({"ntfy", "ntfys"}), "ntfys://ntfy.sh/A-LONG-SECRET-TOPIC", hosted=True),
    Kind(
        "wecom",
        frozenset({"wecombot"}),
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…",
        mainland=0,
    ),
    Kind(
        "dingtalk",
        frozenset({"dingtalk"}),
        "https://oapi.dingtalk.com/robot/send?access_token=…&secret=SEC…",
        mainland=1,
    ),
    Kind("feishu", frozenset({"feishu", "lark"}), "https://open.feishu.cn/open-apis/bot/v2/hook/…", mainland=2),
    Kind("pushplus", frozenset({"pushplus"}), "pushplus://TOKEN", mainland=3),
    Kind("bark", frozenset({"bark", "barks"}), "barks://api.day.app/DEVICE-KEY", mainland=4, hosted=True),
    Kind("webhook", frozenset({"json", "jsons", "form", "forms", "xml", "xmls"}), "jsons://host/path", 6, hosted=True),
    Kind(
        "sms",
        frozenset({"twilio", "vonage", "nexmo", "clicksend", "plivo", "sinch", "msgbird", "bulksms", "seven", "sns"}),
        "twilio://SID:TOKEN@+15551234567/+15557654321",
        mainland=7,
    ),
    Kind(OTHER, frozenset(), "slack://… discord://… gotifys://…", mainland=8),
)

BY_KEY: Final = {kind.key: kind for kind in KINDS}
BY_SCHEME: Final = {scheme: kind for kind in KINDS for scheme in kind.schemes}

DENIED: Final = frozenset(
    {
        "amqp", "amqps", "aprs", "blink1", "dbus", "fcm", "glib", "gnome", "growl", "irc", "ircs", "kde", "macosx",
        "matrix", "matrixs", "mqtt", "mqtts", "nostr", "qt", "rsyslog", "smpp", "sogs", "syslog", "vapid", "windows",
        "xmpp", "xmpps",
    }
)  # fmt: skip
"""Schemes of Apprise that reach this machine itself, read its files, or connect from threads of their own, which the
rule about hosts would not hold."""
