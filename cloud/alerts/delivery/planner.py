"""Looks at the alerts and writes what people are to be told: rows, from which senders work."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cloud.alerts.delivery import compose
from cloud.alerts.delivery.audience import Audience, audience
from cloud.alerts.delivery.content import Content
from cloud.alerts.delivery.notice import Alert
from cloud.alerts.delivery.policy import Message, belongs_in_digest, digest_hour_ms, due
from cloud.alerts.delivery.recipients import FarmRules
from cloud.alerts.delivery.sources import AlertSource, PeopleSource
from cloud.store import notifications
from cloud.store.listeners import Escalation
from cloud.store.notifications import Letter
from cloud.store.records import Records
from cloud.store.zones import Zones


def new_id() -> str:
    """Return an id for a message; every try and every channel carries it."""
    return secrets.token_hex(12)


class Planner:
    """Plans for all farms; several may run at once, of which one writes each message.

    Args:
        records: where what was said is kept.
        alerts: the alerts.
        people: whom they concern.
        zones: the farms' time zones, for quiet hours and digests.
    """

    def __init__(self, records: Records, alerts: AlertSource, people: PeopleSource, zones: Zones) -> None:
        self._records = records
        self._alerts = alerts
        self._people = people
        self._zones = zones

    def plan(self, now: datetime | None = None) -> int:
        """Write what is due; return how many messages that were. Blocking."""
        now_ms = int((now or datetime.now(UTC)).timestamp() * 1000)
        return sum(self._plan_farm(farm, alerts, now_ms) for farm, alerts in self._alerts.lively(now_ms).items())

    def _plan_farm(self, farm: str, alerts: Sequence[Alert], now_ms: int) -> int:
        reached = audience(self._records, farm, self._people.answering(farm))
        told = notifications.told(self._records, farm, [alert.id for alert in alerts], now_ms)
        rules = _rules(self._zones.of(farm), reached.escalation)
        messages = due(now_ms, rules, reached.recipients, alerts, told)
        written = [
            notifications.post(
                self._records, self._letter(farm, message, alerts, reached, (now_ms, rules.zone)), now_ms
            )
            for message in messages
        ]
        return sum(written)

    def _letter(
        self, farm: str, message: Message, alerts: Sequence[Alert], reached: Audience, at: tuple[int, ZoneInfo]
    ) -> Letter:
        now_ms, zone = at
        one = next(one for one in reached.recipients if one.to == message.to)
        purposes = {item.purpose for item in message.items}
        return Letter(
            id=new_id(),
            farm=farm,
            house=message.house,
            recipient=message.to,
            user=one.user,
            purpose=purposes.pop() if len(purposes) == 1 else "news",
            content=self._content(farm, message, alerts, digest_hour_ms(now_ms, one.digest_minute or 0, zone)),
            channels=tuple(channel.id for channel in reached.channels[message.to]),
            items=message.items,
        )

    def _content(self, farm: str, message: Message, alerts: Sequence[Alert], digest_ms: int) -> Content:
        if message.house is None:
            of_day = [alert for alert in alerts if belongs_in_digest(alert, digest_ms)]
            return compose.digest(farm, of_day, self._alerts.said)
        pictures = (self._alerts.picture(item.alert) for item in message.items if item.purpose != "resolved")
        picture = next((key for key in pictures if key is not None), None)
        return compose.about_house(farm, message.house, message.items, self._alerts.said, picture)


def _rules(zone: ZoneInfo, escalation: Escalation) -> FarmRules:
    return FarmRules(
        zone=zone,
        escalate={"warning": escalation.warning_minutes, "severe": escalation.severe_minutes},
        cap_per_hour=escalation.cap_per_hour,
    )
