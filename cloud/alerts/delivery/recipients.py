"""Who can be told, and when they want to be left alone. Pure: the time is handed in."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from cloud.alerts.delivery.notice import Level

MINUTES_A_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of every day in which only severe alerts may ring; over midnight when ``until`` is the smaller.

    Attributes:
        from_minute: minute of the day they begin at, local time.
        until_minute: minute of the day they end before.
    """

    from_minute: int
    until_minute: int

    def end_ms(self, at_ms: int, zone: ZoneInfo) -> int:
        """Return ``at_ms`` outside of the quiet hours, else when they end."""
        local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)
        minute = local.hour * 60 + local.minute
        if not self._holds(minute):
            return at_ms
        days = 1 if self.until_minute <= minute else 0
        day = local.date() + timedelta(days=days)
        end = datetime(day.year, day.month, day.day, self.until_minute // 60, self.until_minute % 60, tzinfo=zone)
        return int(end.timestamp() * 1000)

    def _holds(self, minute: int) -> bool:
        if self.from_minute <= self.until_minute:
            return self.from_minute <= minute < self.until_minute
        return minute >= self.from_minute or minute < self.until_minute


NIGHT: Final = Quiet(22 * 60, 5 * 60)
"""A farmer's night, unless they say otherwise: 22:00 to 5:00."""

DIGEST_MINUTE: Final = 7 * 60
"""The daily digest comes at 7:00, unless a person says otherwise."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person, or a farm's group chat.

    Attributes:
        to: names them in the records: ``user-12``, or ``farm`` for the group.
        user: the person's id; None for a group.
        name: the person's name; empty for a group.
        place: when it is their turn: those of the lowest place hear first, the next ones when nobody answered.
        from_level: the least bad they want to hear of at once; the rest stands in the digest.
        quiet: when only severe alerts may ring; None: never quiet.
        digest_minute: minute of the day for the digest, local time of the farm; None: no digest.
        repeated: told again until somebody answers.
    """

    to: str
    user: int | None = None
    name: str = ""
    place: int = 0
    from_level: Level = "warning"
    quiet: Quiet | None = NIGHT
    digest_minute: int | None = DIGEST_MINUTE
    repeated: bool = True


@dataclass(frozen=True, slots=True)
class FarmRules:
    """How a farm wants to be told; minutes of time.

    Attributes:
        zone: where its days and quiet hours are counted.
        group_s: what happens in a house within this time is one message.
        cooldown: after a message about a rule, the same rule of the same house keeps silent this long.
        escalate: without an answer the next person is told after this time; a level not named never escalates.
        repeat: the first distance of repeats, doubling; a level not named is never repeated.
        repeat_at_most: the longest distance of repeats.
        cap_per_hour: messages of the farm within an hour; what is severe and new is told beyond it.
    """

    zone: ZoneInfo
    group_s: int = 60
    cooldown: dict[Level, int] = field(default_factory=lambda: {"watch": 240, "warning": 120, "severe": 10})
    escalate: dict[Level, int] = field(default_factory=lambda: {"warning": 120, "severe": 15})
    repeat: dict[Level, int] = field(default_factory=lambda: {"warning": 360, "severe": 15})
    repeat_at_most: dict[Level, int] = field(default_factory=lambda: {"warning": 1440, "severe": 240})
    cap_per_hour: int = 12
