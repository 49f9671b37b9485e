"""What a person types as the address of a channel, read into an Apprise URL; and what may be shown of it later.

Addresses are secrets: who has a bot's address may speak in its name. They are kept in the records and handed to
Apprise; pages, answers and logs see ``shown`` only.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

from apprise import Apprise, AppriseAsset
from apprise.plugins import NotifyBase

from cloud.alerts.delivery.egress import Egress, NotAllowed
from cloud.alerts.delivery.kinds import BY_KEY, BY_SCHEME, DENIED, EMAIL, OTHER
from cloud.alerts.delivery.overhearing import overheard
from cloud.errors import BadRecord

ADDRESS_MAX_CHARACTERS: Final = 2_000
SHOWN_CHARACTERS: Final = 4
_MAIL: Final = re.compile(r"[^\s@,;<>\"']+@[^\s@,;<>\"'/?#]+\.[^\s@,;<>\"'/?#]+")
_REFUSED_SETTINGS: Final = frozenset(
    {"attach", "cto", "keyfile", "pem", "pgp", "pgppriv", "pgpprv", "pgppub", "retry", "rto", "subfile", "template"}
    | {"verify", "wait", "wkd"}
)
"""What would read files of this machine, or make a worker wait: not for who only names an address."""

ASSET: Final = AppriseAsset(
    app_id="Henwise",
    app_desc="Henwise 慧养鸡",
    app_url="",
    http_redirects=False,
    allow_templates=False,
    pgp_autogen=False,
    pem_autogen=False,
    secure_logging=True,
    image_url_mask="",
    image_url_logo="",
)


class BadAddress(BadRecord):
    """An address can't be used; ``code`` is translated by the dashboard."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        super().__init__(detail)


@dataclass(frozen=True, slots=True)
class Address:
    """A usable address: ``url`` is the secret, ``shown`` may be shown."""

    kind: str
    url: str
    shown: str


def read(text: str, egress: Egress, *, own_mail: bool) -> Address:
    """Read an address: an e-mail address, the address that a messenger shows for its bot, or a URL of Apprise.

    Args:
        text: what was typed.
        egress: which hosts may be addressed.
        own_mail: the service has a mail server of its own, so an e-mail address is enough.

    Raises:
        BadAddress: it can't be used, with the reason.
    """
    text = text.strip()
    if len(text) > ADDRESS_MAX_CHARACTERS:
        raise BadAddress("bad_address", f"an address has at most {ADDRESS_MAX_CHARACTERS} characters")
    if _MAIL.fullmatch(text):
        if not own_mail:
            detail = "this service has no mail server (notify.smtp); write a whole mailto://... address instead"
            raise BadAddress("no_mail_server", detail)
        return Address(EMAIL, f"email:{text}", text)
    url = _from_makers(text)
    scheme = urlsplit(url).scheme.lower()
    _check_settings(url, scheme)
    plugin = instantiate(url)
    if plugin is None:
        raise BadAddress("bad_address", "this is not an address that can be used; docs/notifications.md has examples")
    kind = _kind_of(url, scheme)
    _check_host(plugin, kind, egress)
    return Address(kind, url, _shown(plugin, kind, url, scheme))


def instantiate(url: str) -> NotifyBase | None:
    """Return Apprise's plugin for a URL, None when there is none."""
    with overheard():
        made = Apprise.instantiate(url, asset=ASSET, suppress_exceptions=True)
    return made if isinstance(made, NotifyBase) else None


def _from_makers(text: str) -> str:
    """Turn what DingTalk and Feishu show for a bot into Apprise's form; it reads the other makers' forms itself."""
    parts = urlsplit(text)
    if parts.hostname == "oapi.dingtalk.com":
        words = parse_qs(parts.query)
        token, secret = words.get("access_token", [""])[0], words.get("secret", [""])[0]
        return f"dingtalk://{quote(secret)}@{quote(token)}" if secret else f"dingtalk://{quote(token)}"
    if parts.hostname == "open.feishu.cn":
        return f"feishu://{quote(parts.path.rstrip('/').rpartition('/')[2])}"
    return text


def _check_settings(url: str, scheme: str) -> None:
    if scheme in DENIED:
        raise BadAddress("bad_address", f"{scheme}:// addresses are not used here")
    named = {name.lower().lstrip("+-:") for name in parse_qs(urlsplit(url).query, keep_blank_values=True)}
    refused = sorted(named & _REFUSED_SETTINGS)
    if refused:
        raise BadAddress("bad_address", f"leave out {', '.join(refused)}")


def _kind_of(url: str, scheme: str) -> str:
    if scheme in {"http", "https"}:
        host = urlsplit(url).hostname or ""
        return "wecom" if host == "qyapi.weixin.qq.com" else OTHER
    kind = BY_SCHEME.get(scheme)
    return kind.key if kind else OTHER


def _check_host(plugin: NotifyBase, kind: str, egress: Egress) -> None:
    host = getattr(plugin, "smtp_host", "") if kind == EMAIL else plugin.host
    # In the URLs of many messengers a token stands where a host does: it is not looked up, which would publish it.
    named = BY_KEY[kind].hosted or kind == EMAIL or (kind == OTHER and ("." in str(host) or host == "localhost"))
    if not host or not named:
        return
    try:
        egress.check(str(host))
    except NotAllowed as error:
        raise BadAddress("host_not_allowed", str(error)) from error


def _shown(plugin: NotifyBase, kind: str, url: str, scheme: str) -> str:
    if BY_KEY[kind].hosted:
        return str(plugin.host)
    if kind == EMAIL:
        receivers = [str(target[1]) for target in getattr(plugin, "targets", [])]
        return ", ".join(receivers) or str(plugin.host)
    bare = url.partition("?key=")[2] if kind == "wecom" and "?key=" in url else url.partition("?")[0]
    tail = re.sub(r"[^\w]", "", bare)[-SHOWN_CHARACTERS:]
    name = f"{scheme} " if kind in {OTHER, "sms"} else ""
    return f"{name}…{tail}"
