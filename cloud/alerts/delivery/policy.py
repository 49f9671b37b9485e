"""Who is told of what now. Pure: the same facts give the same messages, and the time is one of them.

Every message names its tellings (who, alert, transition, step); the records hold each of them once, so that however
many workers ask this, and however often, nothing is said twice.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from cloud.alerts.delivery.notice import LOUD, Alert, Level, Transition, at_least
from cloud.alerts.delivery.recipients import FarmRules, Recipient

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
DIGEST_LATE_MINUTES: Final = 180
"""A digest that could not be written for longer than this waits for the next day."""

DIGEST: Final = ""
"""Stands for an alert in the one item of a digest, whose step is the day's ordinal."""

Purpose = Literal["news", "escalated", "repeat", "assigned", "resolved", "digest"]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a message says.

    Attributes:
        alert: the alert it is about.
        n: the number of what happened to it.
        step: 0 when it is said for the first time, then the number of the repeat.
        purpose: why it is said.
        level: how bad it is said to be.
    """

    alert: str
    n: int
    step: int
    purpose: Purpose
    level: Level


@dataclass(frozen=True, slots=True)
class Told:
    """What a recipient was told before: an item of a message and when that was written."""

    to: str
    message: str
    item: Item
    at_ms: int


@dataclass(frozen=True, slots=True)
class Message:
    """What a recipient is to be told now; ``house`` is None for a digest over the whole farm."""

    to: str
    house: str | None
    items: tuple[Item, ...]

    @property
    def urgent(self) -> bool:
        """Say whether it must not wait, whatever the hour and however much was said already."""
        return any(item.level == "severe" and item.purpose in {"news", "escalated", "assigned"} for item in self.items)


@dataclass(frozen=True, slots=True)
class _Wish:
    """An item that may be said from ``free_ms`` on and must not wait for company beyond ``ready_ms``."""

    alert: Alert
    item: Item
    free_ms: int
    ready_ms: int


def due(
    now_ms: int, rules: FarmRules, recipients: Sequence[Recipient], alerts: Sequence[Alert], told: Sequence[Told]
) -> list[Message]:
    """Say who is to be told what at this moment.

    Args:
        now_ms: the present, Unix time in ms.
        rules: how the farm wants to be told.
        recipients: whom it can reach, in any order.
        alerts: those of the farm that are open or changed within the last day.
        told: everything said about these alerts, and every digest of the last day.
    """
    facts = _Facts(now_ms, rules, recipients, alerts, told)
    messages = [message for one in sorted(recipients, key=lambda one: one.place) for message in facts.due_to(one)]
    return _capped(messages, rules.cap_per_hour - _said_lately(told, now_ms))


class _Facts:
    """What is known at one moment, arranged for asking."""

    def __init__(
        self,
        now_ms: int,
        rules: FarmRules,
        recipients: Sequence[Recipient],
        alerts: Sequence[Alert],
        told: Sequence[Told],
    ) -> None:
        self._now_ms = now_ms
        self._rules = rules
        self._recipients = recipients
        self._alerts = alerts
        self._by_id = {alert.id: alert for alert in alerts}
        self._told: defaultdict[str, list[Told]] = defaultdict(list)
        for one in sorted(told, key=lambda one: one.at_ms):
            self._told[one.to].append(one)

    def due_to(self, one: Recipient) -> Iterator[Message]:
        """Give what one recipient is to be told: a message a house, and the digest."""
        wishes: defaultdict[str, list[_Wish]] = defaultdict(list)
        for alert in self._alerts:
            wish = self._wish(one, alert)
            if wish is not None:
                wishes[alert.house].append(wish)
        for house, of_house in sorted(wishes.items()):
            if any(wish.ready_ms <= self._now_ms for wish in of_house):
                yield Message(one.to, house, tuple(wish.item for wish in of_house if wish.free_ms <= self._now_ms))
        digest = self._digest(one)
        if digest is not None:
            yield digest

    def _wish(self, one: Recipient, alert: Alert) -> _Wish | None:
        before = [said for said in self._told[one.to] if said.item.alert == alert.id]
        if not alert.open:
            return self._resolution(one, alert, before)
        news = self._news(one, alert)
        if news is None or self._is_answered(alert, news):
            return None
        of_news = [said for said in before if said.item.n >= news.n]
        return self._repeat(one, alert, news, of_news[-1]) if of_news else self._first(one, alert, news, before)

    def _resolution(self, one: Recipient, alert: Alert, before: list[Told]) -> _Wish | None:
        """Those who heard of it hear that it is over; those who didn't hear nothing."""
        end = alert.transitions[-1] if alert.transitions else None
        if not before or end is None or before[-1].item.n >= end.n:
            return None
        free_ms = self._after_quiet(one, end.at_ms, "watch")
        return _Wish(alert, Item(alert.id, end.n, 0, "resolved", alert.level), free_ms, free_ms)

    def _news(self, one: Recipient, alert: Alert) -> Transition | None:
        """Return the last transition that this recipient must hear of, None when there is none."""
        if alert.assigned_to is not None and alert.assigned_to != one.name:
            return None
        kinds = LOUD if alert.assigned_to is None else LOUD | {"assigned"}
        heard = [it for it in alert.transitions if it.kind in kinds and at_least(it.level, one.from_level)]
        return heard[-1] if heard and at_least(alert.level, one.from_level) else None

    def _is_answered(self, alert: Alert, news: Transition) -> bool:
        """Say whether somebody sees to it, or put it off; what got worse since then is news all the same."""
        seen_ms = alert.acknowledged_ms
        if seen_ms is not None and (seen_ms > news.at_ms or (seen_ms == news.at_ms and news.kind != "assigned")):
            return True
        return self._now_ms < _snoozed_until(alert, news)

    def _first(self, one: Recipient, alert: Alert, news: Transition, before: list[Told]) -> _Wish | None:
        turn_ms, purpose = self._turn(one, alert, news, involved=bool(before))
        if turn_ms is None:
            return None
        free_ms = max(turn_ms, self._cooled_down_ms(one, alert), _snoozed_until(alert, news))
        free_ms = self._after_quiet(one, free_ms, alert.level)
        item = Item(alert.id, news.n, 0, purpose, alert.level)
        return _Wish(alert, item, free_ms, max(free_ms, news.at_ms + self._rules.group_s * 1000))

    def _turn(self, one: Recipient, alert: Alert, news: Transition, *, involved: bool) -> tuple[int | None, Purpose]:
        """Return when it is this recipient's turn (None: not yet known) and why they are told."""
        if news.kind == "assigned":
            return news.at_ms, "assigned"
        places = {other.place for other in self._recipients if at_least(alert.level, other.from_level)}
        ahead = [place for place in places if place < one.place]
        if involved or not ahead or alert.assigned_to == one.name:
            return news.at_ms, "news"
        wait = self._rules.escalate.get(alert.level)
        names = {other.to for other in self._recipients if other.place == max(ahead)}
        heard_ms = [
            said.at_ms
            for name in names
            for said in self._told[name]
            if said.item.alert == alert.id and said.item.n >= news.n
        ]
        if not heard_ms or wait is None:
            return None, "escalated"
        return max(min(heard_ms), _snoozed_until(alert, news)) + wait * MINUTE_MS, "escalated"

    def _cooled_down_ms(self, one: Recipient, alert: Alert) -> int:
        """Return until when this rule of this house must keep silent; what is worse than before need not."""
        last_ms = 0
        for said in self._told[one.to]:
            other = self._by_id.get(said.item.alert)
            same = other is not None and (other.rule, other.house) == (alert.rule, alert.house)
            if same and said.item.purpose in {"news", "escalated"} and at_least(said.item.level, alert.level):
                last_ms = said.at_ms
        return last_ms + self._rules.cooldown.get(alert.level, 0) * MINUTE_MS if last_ms else 0

    def _repeat(self, one: Recipient, alert: Alert, news: Transition, last: Told) -> _Wish | None:
        first = self._rules.repeat.get(alert.level)
        if not one.repeated or first is None:
            return None
        longest = self._rules.repeat_at_most.get(alert.level, first)
        again_ms = last.at_ms + min(first * 2 ** min(last.item.step, 20), longest) * MINUTE_MS
        until_ms = _snoozed_until(alert, news)
        if until_ms > last.at_ms:
            again_ms = until_ms
        free_ms = self._after_quiet(one, again_ms, alert.level)
        return _Wish(alert, Item(alert.id, news.n, last.item.step + 1, "repeat", alert.level), free_ms, free_ms)

    def _after_quiet(self, one: Recipient, at_ms: int, level: Level) -> int:
        if level == "severe" or one.quiet is None:
            return at_ms
        return one.quiet.end_ms(max(at_ms, self._now_ms), self._rules.zone) if at_ms <= self._now_ms else at_ms

    def _digest(self, one: Recipient) -> Message | None:
        """Write the day's digest when its hour has come and the last day held anything."""
        if one.digest_minute is None:
            return None
        hour_ms = digest_hour_ms(self._now_ms, one.digest_minute, self._rules.zone)
        day = datetime.fromtimestamp(self._now_ms / 1000, self._rules.zone).toordinal()
        if not 0 <= self._now_ms - hour_ms < DIGEST_LATE_MINUTES * MINUTE_MS:
            return None
        if any(said.item.purpose == "digest" and said.item.step == day for said in self._told[one.to]):
            return None
        if not any(belongs_in_digest(alert, hour_ms) for alert in self._alerts):
            return None
        return Message(one.to, None, (Item(DIGEST, 0, day, "digest", "watch"),))


def belongs_in_digest(alert: Alert, digest_ms: int) -> bool:
    """Say whether the digest of this hour speaks of an alert: it is open, or something happened to it within a day.

    What opened since the hour came waits for tomorrow's: a digest that is late shall not repeat what has just rung.
    """
    known = bool(alert.transitions) and alert.transitions[0].at_ms <= digest_ms + MINUTE_MS
    return known and (alert.open or alert.transitions[-1].at_ms > digest_ms - DAY_MS)


def digest_hour_ms(now_ms: int, minute: int, zone: ZoneInfo) -> int:
    """Return when the digest's minute of this day came, by the farm's clock."""
    day = datetime.fromtimestamp(now_ms / 1000, zone)
    return int(datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone).timestamp() * 1000)


def _snoozed_until(alert: Alert, news: Transition) -> int:
    """Return until when the alert is put off; what is newer than that answer is not."""
    if alert.snoozed_ms is None or alert.snoozed_until_ms is None or alert.snoozed_ms < news.at_ms:
        return 0
    return alert.snoozed_until_ms


def _said_lately(told: Sequence[Told], now_ms: int) -> int:
    return len({said.message for said in told if said.at_ms > now_ms - HOUR_MS})


def _capped(messages: list[Message], left: int) -> list[Message]:
    """Let what is urgent through, and of the rest as much as the hour still holds."""
    allowed = []
    for message in sorted(messages, key=lambda message: not message.urgent):
        if message.urgent or left > 0:
            allowed.append(message)
            left -= 1
    return allowed
