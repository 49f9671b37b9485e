"""A small farm to tell things to: alerts that are written down by hand, and two people."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cloud.alerts.delivery.notice import Alert, Kind, Language, Level, Transition
from cloud.alerts.delivery.policy import Message, Told, due
from cloud.alerts.delivery.recipients import FarmRules, Recipient
from cloud.alerts.delivery.sources import Person, Said
from cloud.rights import Right
from cloud.store.alerts import Transition as Happened

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE = 60_000
HOUR = 60 * MINUTE
NOON = int(datetime(2026, 11, 28, 12, tzinfo=ZONE).timestamp() * 1000)
RULES = FarmRules(ZONE)
MEI = Recipient("user-1", 1, "mei", 0)
WANG = Recipient("user-2", 2, "wang", 1)
GROUP = Recipient("farm", digest_minute=None, repeated=False)


@dataclass
class Yard:
    """Asks the policy again and again, and believes that all it says is told."""

    recipients: Sequence[Recipient] = (MEI, WANG)
    rules: FarmRules = RULES
    alerts: dict[str, Alert] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    def happens(self, alert: str, kind: Kind, at_ms: int, level: Level = "warning", **more: str) -> None:
        known = self.alerts.get(alert)
        n = len(known.transitions) + 1 if known else 1
        before = known or Alert(alert, "hill", more.get("house", "house-2"), more.get("rule", "too-warm"), level,
                                open=True, transitions=())  # fmt: skip
        transitions = (*before.transitions, Transition(n, at_ms, kind, level))
        self.alerts[alert] = replace(before, level=level, open=kind != "resolved", transitions=transitions)

    def change(self, alert: str, **values: object) -> None:
        self.alerts[alert] = replace(self.alerts[alert], **values)  # type: ignore[arg-type]

    def at(self, now_ms: int) -> list[Message]:
        messages = due(now_ms, self.rules, self.recipients, list(self.alerts.values()), self.told)
        for message in messages:
            name = f"m-{len({one.message for one in self.told})}"
            self.told += [Told(message.to, name, item, now_ms) for item in message.items]
        return messages

    def until(self, from_ms: int, to_ms: int, step_ms: int = MINUTE) -> list[tuple[int, Message]]:
        """Ask every minute; return minutes since the beginning and messages."""
        return [
            ((now - from_ms) // MINUTE, message)
            for now in range(from_ms, to_ms + 1, step_ms)
            for message in self.at(now)
        ]


def brief(messages: Sequence[tuple[int, Message]]) -> list[tuple[int, str, str]]:
    """Return minute, recipient and purpose of each message."""
    return [(minute, message.to, "+".join(item.purpose for item in message.items)) for minute, message in messages]


@dataclass
class HandWritten:
    """Alerts and people as a test wants them; both protocols of ``sources``."""

    alerts: dict[str, Alert] = field(default_factory=dict)
    people: tuple[Person, ...] = (Person(1, "mei", "zh"), Person(2, "wang", "en"))
    pictures: dict[str, str] = field(default_factory=dict)
    answered: list[tuple[str, ...]] = field(default_factory=list)

    def lively(self, now_ms: int) -> Mapping[str, Sequence[Alert]]:
        return {"hill": list(self.alerts.values())} if self.alerts else {}

    def said(self, alert: str) -> Mapping[Language, Said]:
        return {
            "en": Said("Too warm", "It is 34 °C, limit 30 °C. Open the inlets."),
            "zh": Said("舍温过高", "现在 34 °C，上限 30 °C。请打开进风口。"),
        }

    def picture(self, alert: str) -> str | None:
        return self.pictures.get(alert)

    def acknowledge(self, farm: str, alerts: Sequence[str], by: str, now_ms: int) -> list[Happened]:
        self.answered.append(("acknowledge", farm, *alerts, by))
        return []

    def snooze(self, farm: str, alerts: Sequence[str], by: str, until_ms: int, now_ms: int) -> list[Happened]:
        self.answered.append(("snooze", farm, *alerts, by))
        return []

    def may(self, user: int, right: Right, farms: Collection[str]) -> bool:
        return any(one.user == user for one in self.people)

    def answering(self, farm: str) -> Sequence[Person]:
        return self.people


def local(day: int, hour: int, minute: int = 0) -> int:
    """Return a time of November 2026 in Shanghai as Unix ms."""
    return int(datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC).timestamp() * 1000)
