"""What delivery knows of an alert: its transitions, how bad it is, and what people did about it."""

from dataclasses import dataclass
from typing import Final, Literal

Level = Literal["watch", "warning", "severe"]
"""How bad: to look at some day (watch), today (warning), now (severe)."""

Language = Literal["en", "zh"]

Kind = Literal["opened", "worsened", "eased", "no_data", "data_back", "resolved", "acknowledged", "snoozed", "assigned"]
"""What happened to an alert."""

LEVELS: Final[tuple[Level, ...]] = ("watch", "warning", "severe")

LOUD: Final[frozenset[Kind]] = frozenset({"opened", "worsened", "no_data"})
"""What people must hear of, and what an earlier answer of theirs does not cover."""


def at_least(level: Level, floor: Level) -> bool:
    """Say whether ``level`` is as bad as ``floor`` or worse."""
    return LEVELS.index(level) >= LEVELS.index(floor)


@dataclass(frozen=True, slots=True)
class Transition:
    """Something that happened to an alert.

    Attributes:
        n: its number within the alert, rising.
        at_ms: when it was noted, Unix time in ms.
        kind: what.
        level: how bad the alert was from then on.
    """

    n: int
    at_ms: int
    kind: Kind
    level: Level


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as it stands, with its transitions in their order.

    Attributes:
        id: its name in the records.
        rule: what watches; cooldown holds per rule and house.
        open: false once it has resolved.
        acknowledged_ms: when somebody said that they see to it; None when nobody has.
        snoozed_ms: when somebody put it off; None when nobody has.
        snoozed_until_ms: and until when.
        assigned_to: the name of the person whose business it is; None: everybody's.
    """

    id: str
    farm: str
    house: str
    rule: str
    level: Level
    open: bool
    transitions: tuple[Transition, ...]
    acknowledged_ms: int | None = None
    snoozed_ms: int | None = None
    snoozed_until_ms: int | None = None
    assigned_to: str | None = None
