"""A message's words: one alert or several of a house, a digest of a farm, a test, a word about a channel."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from cloud.alerts.delivery.content import Content, Words
from cloud.alerts.delivery.notice import LEVELS, Alert, Language, Level
from cloud.alerts.delivery.phrases import PHRASES, Phrases
from cloud.alerts.delivery.policy import Item
from cloud.alerts.delivery.sources import Said
from cloud.alerts.rules.names import spoken

LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh")
DIGEST_LINES: Final = 12

Speak = Callable[[str], Mapping[Language, Said]]
"""Gives an alert's words."""


def about_house(farm: str, house: str, items: Sequence[Item], speak: Speak, picture: str | None) -> Content:
    """Write a message about one or several alerts of a house."""
    said = {item.alert: speak(item.alert) for item in items}
    asked = tuple(item.alert for item in items if item.purpose != "resolved")
    return Content(
        words={language: _house_words(house, items, said, language) for language in LANGUAGES},
        level=_worst(items),
        page=f"/houses/{farm}/{house}",
        alerts=asked,
        picture=picture,
    )


def digest(farm: str, alerts: Sequence[Alert], speak: Speak) -> Content:
    """Write the last day of a farm: what is open, and what is over."""
    ordered = sorted(alerts, key=lambda alert: (not alert.open, -LEVELS.index(alert.level)))
    said = {alert.id: speak(alert.id) for alert in ordered}
    words = {language: _digest_words(farm, ordered, said, language) for language in LANGUAGES}
    return Content(words=words, level="watch")


def trial(label: str) -> Content:
    """Write what Test sends."""
    words = {
        language: Words(subject=PHRASES[language].test_subject, body=PHRASES[language].test_body.format(label=label))
        for language in LANGUAGES
    }
    return Content(words=words, level="warning")


def for_signed_out(level: Level) -> Content:
    """Write what a browser gets in which nobody is signed in any more: it still rings, and says nothing of the farm."""
    words = {
        language: Words(subject=PHRASES[language].signed_out_subject, body=PHRASES[language].signed_out_body)
        for language in LANGUAGES
    }
    return Content(words=words, level=level)


def channel_lost(label: str, kind: str, shown: str, trouble: str, undelivered: Content) -> Content:
    """Write that a channel no longer works, with what it did not deliver."""
    words = {}
    for language in LANGUAGES:
        phrases = PHRASES[language]
        text = phrases.gone_body if trouble == "gone" else phrases.dead_body
        subject = undelivered.words[language].subject
        body = text.format(label=label, kind=kind, shown=shown, why=phrases.troubles[trouble], subject=subject)
        words[language] = Words(
            subject=phrases.dead_subject.format(label=label),
            body=f"{body}\n\n{undelivered.words[language].body}",
        )
    return undelivered.model_copy(update={"words": words})


def _house_words(
    house: str, items: Sequence[Item], said: Mapping[str, Mapping[Language, Said]], language: Language
) -> Words:
    phrases = PHRASES[language]
    where = spoken(house, language)
    ordered = sorted(items, key=_gravity)
    if len(ordered) == 1:
        item = ordered[0]
        return Words(
            subject=_subject(item, where, said[item.alert][language], phrases),
            body=_paragraph(item, said[item.alert][language], phrases),
        )
    parts = []
    for item in ordered:
        own = said[item.alert][language]
        parts.append(f"{_titled(item, own.headline, phrases)}\n{_paragraph(item, own, phrases)}")
    worst = _worst(items)
    lead = phrases.several.format(where=where, count=len(ordered))
    first = said[ordered[0].alert][language].headline
    subject = f"{phrases.levels[worst]}{phrases.dash}{lead}{phrases.dash}{first}"
    return Words(subject=subject, body="\n\n".join(parts))


def _subject(item: Item, where: str, said: Said, phrases: Phrases) -> str:
    what = _titled(item, said.headline, phrases)
    if item.purpose == "resolved":
        return f"{where}{phrases.dash}{what}"
    return phrases.subject.format(level=phrases.levels[item.level], where=where, what=what)


def _titled(item: Item, headline: str, phrases: Phrases) -> str:
    frames = {"repeat": phrases.still, "resolved": phrases.resolved}
    return frames[item.purpose].format(what=headline) if item.purpose in frames else headline


def _paragraph(item: Item, said: Said, phrases: Phrases) -> str:
    if item.purpose == "resolved":
        return phrases.resolved.format(what=said.headline)
    remarks = {"escalated": phrases.escalated, "assigned": phrases.assigned}
    remark = remarks.get(item.purpose)
    return said.text if remark is None else f"{said.text}{phrases.between}{remark}"


def _digest_words(
    farm: str, alerts: Sequence[Alert], said: Mapping[str, Mapping[Language, Said]], language: Language
) -> Words:
    phrases = PHRASES[language]
    lines = []
    for alert in alerts[:DIGEST_LINES]:
        state = phrases.levels[alert.level] if alert.open else phrases.digest_over
        lines.append(f"{spoken(alert.house, language)}{phrases.dash}{said[alert.id][language].headline} ({state})")
    if len(alerts) > DIGEST_LINES:
        lines.append(f"… +{len(alerts) - DIGEST_LINES}")
    return Words(subject=phrases.digest.format(farm=spoken(farm, language)), body="\n".join(lines))


def _worst(items: Sequence[Item]) -> Level:
    asked = [item.level for item in items if item.purpose != "resolved"]
    return max(asked, key=LEVELS.index, default="watch")


def _gravity(item: Item) -> tuple[bool, int]:
    return (item.purpose == "resolved", -LEVELS.index(item.level))
