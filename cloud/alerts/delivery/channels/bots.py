"""The bots of WeCom's and DingTalk's group chats, asked by ourselves: they refuse with HTTP 200 and a number.

Apprise 2.3 takes that for a success, so a bot whose keyword or signature does not fit would look well for ever. Apprise
still reads the addresses and signs for DingTalk; Feishu's refusals it understands.
"""

import base64
import hashlib
from typing import Any, Final

import requests
from apprise.plugins import NotifyBase

from cloud.alerts.delivery.channels.status import trouble_of
from cloud.alerts.delivery.egress import Egress
from cloud.alerts.delivery.outgoing import Outgoing
from cloud.store.channels import Trouble

WECOM: Final = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"
"""https://developer.work.weixin.qq.com/document/path/91770: text up to 2048 bytes, pictures up to 2 MB."""
DINGTALK: Final = "https://oapi.dingtalk.com/robot/send"
"""https://open.dingtalk.com/document/orgapp/custom-robot-access"""

TIMEOUT_S: Final = (4.0, 8.0)
WECOM_TEXT_BYTES: Final = 2048
WECOM_PICTURE_BYTES: Final = 2 * 1024 * 1024

NOT_NOW: Final = frozenset({-1, 45009, 130101, 302033, 410100, 660026})
"""Answers that mean: too busy, or too many messages a minute. From the makers' error lists, not tried by us."""


def send(kind: str, plugin: NotifyBase, message: Outgoing, egress: Egress) -> Trouble:
    """Send a message to a group's bot; blocking. Empty: the maker took it."""
    if kind == "dingtalk":
        words: dict[str, Any] = {"access_token": getattr(plugin, "token", "")}
        if getattr(plugin, "secret", None):
            words["timestamp"], words["sign"] = plugin.get_signature()  # type: ignore[attr-defined]
        return _post(DINGTALK, words, _text(message.whole()), egress)
    words = {"key": getattr(plugin, "key", "")}
    trouble = _post(WECOM, words, _text(message.whole(WECOM_TEXT_BYTES)), egress)
    if not trouble and message.picture is not None and len(message.picture) <= WECOM_PICTURE_BYTES:
        # A second message of the chat; where it fails, the words have arrived all the same.
        _post(WECOM, words, _picture(message.picture), egress)
    return trouble


def _text(content: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": content}}


def _picture(jpeg: bytes) -> dict[str, Any]:
    digest = hashlib.md5(jpeg, usedforsecurity=False).hexdigest()
    return {"msgtype": "image", "image": {"base64": base64.b64encode(jpeg).decode(), "md5": digest}}


def _post(url: str, words: dict[str, Any], payload: dict[str, Any], egress: Egress) -> Trouble:
    with egress.enforced() as watch:
        try:
            answer = requests.post(url, params=words, json=payload, timeout=TIMEOUT_S, allow_redirects=False)
            said = answer.json() if answer.ok else {}
        except requests.JSONDecodeError:
            return "failed"
        except (requests.RequestException, OSError):
            return "not_allowed" if watch.refused else "unreachable"
    if not answer.ok:
        return trouble_of(answer.status_code)
    code = said.get("errcode") if isinstance(said, dict) else None
    if code == 0:
        return ""
    return "failed" if code is None or code in NOT_NOW else "refused"
