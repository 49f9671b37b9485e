"""A message as it goes over a channel: in the receiver's language, with its picture and what can be done from it."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import urljoin

from cloud.alerts.delivery.content import ReportAsked
from cloud.alerts.delivery.kinds import EMAIL
from cloud.alerts.delivery.links import ANSWER_MS, PICTURE_MS, Deed, Link, Signer
from cloud.alerts.delivery.notice import Language, Level
from cloud.alerts.delivery.phrases import PHRASES
from cloud.errors import Declined, StoreUnavailable
from cloud.store.deliveries import Claimed
from cloud.store.media import Media
from cloud.store.named import Named

log = logging.getLogger(__name__)

ANSWERS: Final = "/api/v1/answers"
CUT: Final = "…"
PUSH_BODY_CHARACTERS: Final = 500
"""A push message has 4096 bytes, encrypted; a Chinese character takes three."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with a message."""

    name: str
    media_type: str
    content: bytes


Attach = Callable[[ReportAsked, Language], Sequence[Attached]]
"""Makes the files of a report; blocking.

Raises:
    Declined: they can't be made; the message goes without them and says why.
"""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message for one channel.

    Attributes:
        id: the same in every try.
        text: whole sentences.
        foot: links, and from whom it is; empty where every character costs.
        picture: the JPEG to attach, None when there is none any more.
        push: the same for a browser, as JSON.
        files: the files to attach.
    """

    id: str
    subject: str
    text: str
    foot: str
    level: Level
    picture: bytes | None
    push: str
    files: tuple[Attached, ...] = ()

    def body(self) -> str:
        """Return text and foot."""
        return "\n\n".join(part for part in (self.text, self.foot) if part)

    def whole(self, most_bytes: int | None = None) -> str:
        """Return subject, text and foot as one; where it is too long, the text loses its end."""
        rest = "\n\n".join(part for part in (self.subject, "{}", self.foot) if part)
        text = self.text
        if most_bytes is not None:
            left = most_bytes - len(rest.encode()) + 2
            if len(text.encode()) > left:
                text = text.encode()[: max(left - len(CUT.encode()), 0)].decode("utf-8", "ignore") + CUT
        return rest.replace("{}", text)


class Writer:
    """Writes outgoing messages.

    Args:
        signer: for the links.
        public_url: where the service is reached from outside; None: messages carry no links.
        media: the pictures.
        attach: makes the files of reports; None: none are sent.
    """

    def __init__(self, signer: Signer, public_url: str | None, media: Media, attach: Attach | None = None) -> None:
        self._attach = attach
        self._signer = signer
        self._public_url = public_url
        self._media = media

    def write(self, one: Claimed, now_ms: int) -> Outgoing:
        """Return the message of a delivery."""
        content, language = one.content, one.channel.language
        picture = self._picture(one)
        words = content.words[language]
        files, lacking = self._files(one, language)
        return Outgoing(
            id=one.notification,
            subject=words.subject,
            text=f"{words.body}\n\n{lacking}" if lacking else words.body,
            foot=self._foot(one, language, now_ms),
            level=content.level,
            picture=picture,
            push=json.dumps(
                self._push(one, language, now_ms, pictured=picture is not None),
                ensure_ascii=False,
                separators=(",", ":"),
            ),
            files=files,
        )

    def _picture(self, one: Claimed) -> bytes | None:
        """Return the picture of a message; while its storage is away the words go without it."""
        path = one.content.picture
        try:
            return self._media.read(Named(PurePath(path))) if path is not None else None
        except StoreUnavailable as error:
            log.warning("%s goes without its picture: %s", one.notification, error)
            return None

    def _files(self, one: Claimed, language: Language) -> tuple[tuple[Attached, ...], str]:
        """Return the files of a message to a mailbox, and why there are none where there should be some."""
        asked = one.content.report
        if asked is None or self._attach is None or one.channel.kind != EMAIL:
            return (), ""
        try:
            return tuple(self._attach(asked, language)), ""
        except Declined as error:
            return (), str(error) if language == "en" else error.zh

    def _foot(self, one: Claimed, language: Language, now_ms: int) -> str:
        if one.channel.kind == "sms":
            return ""
        return "\n".join(part for part in (self._links(one, language, now_ms), "— Henwise 慧养鸡") if part)

    def _links(self, one: Claimed, language: Language, now_ms: int) -> str:
        if self._public_url is None:
            return ""
        phrases = PHRASES[language]
        lines = [(phrases.open_page, one.content.page)]
        if one.content.alerts:
            acknowledge = (phrases.acknowledge, self._answer(one, "acknowledge", now_ms))
            snooze = (phrases.snooze, self._answer(one, "snooze", now_ms))
            lines = [acknowledge, snooze, *lines]
        return "\n".join(f"{label}: {urljoin(self._public_url, path)}" for label, path in lines)

    def _answer(self, one: Claimed, deed: Deed, now_ms: int) -> str:
        link = Link(deed, one.notification, one.user or 0, now_ms + ANSWER_MS)
        return f"{ANSWERS}/{self._signer.write(link)}"

    def _push(self, one: Claimed, language: Language, now_ms: int, *, pictured: bool) -> dict[str, Any]:
        words, phrases = one.content.words[language], PHRASES[language]
        message: dict[str, Any] = {
            "id": one.notification,
            "title": words.subject,
            "body": words.body[:PUSH_BODY_CHARACTERS],
            "level": one.content.level,
            "page": one.content.page,
            "lang": "zh-CN" if language == "zh" else "en",
        }
        if pictured:
            link = Link("picture", one.notification, one.user or 0, now_ms + PICTURE_MS)
            message["picture"] = f"{ANSWERS}/{self._signer.write(link)}/picture"
        if one.content.alerts:
            message["answers"] = [
                {"action": "acknowledge", "title": phrases.acknowledge, "done": phrases.acknowledged,
                 "post": self._answer(one, "acknowledge", now_ms)},
                {"action": "snooze", "title": phrases.snooze, "done": phrases.snoozed,
                 "post": self._answer(one, "snooze", now_ms)},
            ]  # fmt: skip
            message["failed"] = phrases.not_answered
        return message
