"""Apprise: e-mail, messengers' bots, webhooks, text messages."""

import re
from dataclasses import replace
from typing import Final
from xml.sax.saxutils import escape

from apprise import AppriseAttachment, NotifyFormat, NotifyType
from apprise.attachment.memory import AttachMemory
from apprise.plugins import NotifyBase

from cloud.alerts.delivery.address import instantiate
from cloud.alerts.delivery.bounds import FILES_WITHIN_S
from cloud.alerts.delivery.channels import bots
from cloud.alerts.delivery.channels.status import trouble_of
from cloud.alerts.delivery.egress import Egress
from cloud.alerts.delivery.notice import Level
from cloud.alerts.delivery.outgoing import Attached, Outgoing
from cloud.alerts.delivery.overhearing import overheard
from cloud.store.channels import Trouble

_BOTS: Final = {"NotifyWeComBot": "wecom", "NotifyDingTalk": "dingtalk"}
_CHINESE: Final = re.compile("[一-鿿]")
_STATUS: Final = re.compile(r"error=(\d{3})\b")

_TYPES: Final[dict[Level, NotifyType]] = {
    "watch": NotifyType.INFO,
    "warning": NotifyType.WARNING,
    "severe": NotifyType.FAILURE,
}


def send(url: str, message: Outgoing, egress: Egress) -> Trouble:
    """Send a message to an Apprise URL; blocking. Empty: the service took it."""
    plugin = instantiate(url)
    if plugin is None:
        return "refused"
    bot = _BOTS.get(type(plugin).__name__)
    if bot is not None:
        return bots.send(bot, plugin, message, egress)
    _mark(plugin, message.id)
    attach = _attached(message) if plugin.attachment_support else None
    if message.files:
        egress = replace(egress, within_s=max(egress.within_s, FILES_WITHIN_S))
    is_call = getattr(plugin, "method", None) == "call"
    with overheard() as complaints, egress.enforced() as watch:
        sent = plugin.notify(
            body=_spoken(message) if is_call else message.body(),
            title="" if is_call else message.subject,
            notify_type=_TYPES[message.level],
            body_format=NotifyFormat.TEXT,
            attach=attach,
        )
    if sent and not watch.bounds.cut:
        return ""
    return "not_allowed" if watch.refused else _trouble(complaints)


def _spoken(message: Outgoing) -> str:
    """Return what a telephone says, as TwiML: Apprise's own names no language, and English voices read no Chinese."""
    language = "zh-CN" if _CHINESE.search(message.whole()) else "en-GB"
    return f'<Response><Say language="{language}">{escape(message.whole())}</Say></Response>'


def _attached(message: Outgoing) -> AppriseAttachment | None:
    files = list(message.files)
    if message.picture is not None:
        files.append(Attached("picture.jpg", "image/jpeg", message.picture))
    # Apprise asks before it reads whether the thing is still there; what lies in memory always is.
    parts = [AttachMemory(content=one.content, name=one.name, mimetype=one.media_type) for one in files]  # type: ignore[no-untyped-call]
    return AppriseAttachment(parts) if parts else None


def _mark(plugin: NotifyBase, message: str) -> None:
    """Write the message's id where a receiver can tell a repeat by it; docs/notifications.md says where that is."""
    headers = getattr(plugin, "headers", None)
    if isinstance(headers, dict):
        headers["X-Henwise-Message"] = message
    if hasattr(plugin, "notification_id"):  # Bark replaces a message of the same id
        plugin.notification_id = message


def _trouble(complaints: list[str]) -> Trouble:
    said = " ".join(complaints)
    status = _STATUS.search(said)
    if status is None:
        return "unreachable" if "onnection" in said or "ocket" in said else "failed"
    return trouble_of(int(status[1]))
