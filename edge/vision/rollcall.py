"""The evening roll call: who went out and did not come back. Pure: times are handed in, the caller keeps the state.

The day begins when the door opens: everybody is taken to be in the house, and what the counts were off by is forgotten.
Counts drift: a bird missed at the gate stays missed. Fewer than none, or more than the flock, can't be outside; then
the count is held at that bound, and the difference is added to the drift, which is told with every roll call.
"""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from edge.vision.gate import Crossings


@dataclass(frozen=True, slots=True)
class RollRules:
    """The house's door and flock.

    Attributes:
        opens: time of day at which the door opens, local.
        closes: time of day at which it closes, local; after midnight if earlier than ``opens``.
        flock_birds: birds in the flock, None if not known.
        alarm_before_s: with somebody outside, the alarm goes so long before the door closes and until it opens, in s.
        tolerated_birds: so many are no alarm: the gates' own error.
    """

    opens: time
    closes: time
    flock_birds: int | None = None
    alarm_before_s: float = 1800.0
    tolerated_birds: int = 0

    def opened_at(self, at: datetime) -> datetime:
        """Return when the door last opened."""
        opened = datetime.combine(at.date(), self.opens, at.tzinfo)
        return opened if opened <= at else opened - timedelta(days=1)

    def closes_at(self, at: datetime) -> datetime:
        """Return when the door closes that last opened."""
        opened = self.opened_at(at)
        closes = datetime.combine(opened.date(), self.closes, at.tzinfo)
        return closes if closes > opened else closes + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RollState:
    """What must outlive a restart.

    Attributes:
        opened_at: when the door opened for the day this is about; None before the first bird.
        outside_birds: went out and did not come back.
        drift_birds: by how much crossings were surely missed or doubled.
    """

    opened_at: datetime | None = None
    outside_birds: int = 0
    drift_birds: int = 0


@dataclass(frozen=True, slots=True)
class Roll:
    """One roll call: "31 of 480 not back".

    Attributes:
        outside_birds: went out and did not come back since the door opened.
        flock_birds: of so many, None if not known.
        drift_birds: by how much the counts were surely off, so far today.
        closes_at: when the door closes.
        closing_in_s: time until then, in s; negative once it is closed.
        alarm: the door is about to close, or closed, and somebody is outside.
    """

    outside_birds: int
    flock_birds: int | None
    drift_birds: int
    closes_at: datetime
    closing_in_s: float
    alarm: bool


def passed(state: RollState, rules: RollRules, at: datetime, crossings: Crossings) -> RollState:
    """Return the state after these birds passed any of the house's gates.

    Args:
        state: before.
        rules: the house's.
        at: the house's local time, with its time zone.
        crossings: since the last call.
    """
    today = new_day(state, rules, at)
    outside = today.outside_birds + crossings.birds_out - crossings.birds_in
    most = outside if rules.flock_birds is None else rules.flock_birds
    held = max(0, min(outside, most))
    return replace(today, outside_birds=held, drift_birds=today.drift_birds + abs(outside - held))


def new_day(state: RollState, rules: RollRules, at: datetime) -> RollState:
    """Begin anew if the door has opened since; a clock that goes back a little begins nothing."""
    opened = rules.opened_at(at)
    if state.opened_at is not None and opened <= state.opened_at:
        return state
    return RollState(opened_at=opened)


def roll(state: RollState, rules: RollRules, at: datetime) -> Roll:
    """Call the roll at a moment; arguments as for ``passed``."""
    today = new_day(state, rules, at)
    closes_at = rules.closes_at(at)
    closing_in_s = (closes_at - at).total_seconds()
    return Roll(
        outside_birds=today.outside_birds,
        flock_birds=rules.flock_birds,
        drift_birds=today.drift_birds,
        closes_at=closes_at,
        closing_in_s=closing_in_s,
        alarm=closing_in_s <= rules.alarm_before_s and today.outside_birds > rules.tolerated_birds,
    )
