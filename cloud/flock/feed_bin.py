"""Feed in the bin, and how many days it lasts. Pure.

In the bin is what was delivered less what was eaten, since the birds came. How fast it goes is what the birds ate a day
lately; while they grow they eat more each day, and the breed's feed table says by how much. Without a table the last
days' mean is taken as it is, which for growing birds is too hopeful: the answer says which of the two it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cloud.flock.growth import BreedStandard
from cloud.flock.reckoned import Reckoned, known, lacking

RECENT_DAYS: Final = 3
LOOK_AHEAD_DAYS: Final = 60


@dataclass(frozen=True, slots=True)
class DaysLeft:
    """How long the feed lasts: days, and whether the growing appetite was reckoned with."""

    days: Reckoned
    grows: bool


def in_bin(delivered_kg: float | None, eaten_kg: float | None) -> Reckoned:
    """Return the feed in the bin in kg; eaten None: nobody wrote a word about it."""
    if delivered_kg is None:
        return lacking("no_deliveries")
    if eaten_kg is None:
        return lacking("no_feed")
    left = delivered_kg - eaten_kg
    return known(left) if left >= 0 else lacking("more_eaten_than_delivered")


def daily_use(eaten_kg: Sequence[float | None]) -> Reckoned:
    """Return what the birds eat a day in kg, from the last told ones of ``RECENT_DAYS`` days; the newest comes last.

    Who writes once a week what was eaten in seven days makes one large day and six untold ones: then there is none.
    """
    told = [one for one in eaten_kg[-RECENT_DAYS:] if one is not None]
    if not told:
        return lacking("no_feed")
    if len(told) < min(RECENT_DAYS, len(eaten_kg)):
        return lacking("feed_days_missing")
    return known(sum(told) / len(told))


def days_left(stock_kg: Reckoned, use_kg: Reckoned, age_days: int, curve: BreedStandard | None) -> DaysLeft:
    """Return for how many days the feed lasts from the end of a day on.

    Args:
        stock_kg: in the bin.
        use_kg: eaten a day, the mean of the last ``RECENT_DAYS`` days.
        age_days: the birds' on the day that has ended.
        curve: the breed's, with its feed; None: the birds go on eating what they eat.
    """
    if stock_kg.value is None or use_kg.value is None:
        return DaysLeft(stock_kg if stock_kg.value is None else use_kg, grows=False)
    if use_kg.value <= 0:
        return DaysLeft(lacking("no_feed"), grows=False)
    middle = age_days - (RECENT_DAYS - 1) / 2
    now = _daily(curve, middle)
    left, grows = stock_kg.value, now is not None
    for ahead in range(1, LOOK_AHEAD_DAYS + 1):
        then = _daily(curve, age_days + ahead)
        use = use_kg.value * (then / now if now and then else 1.0)
        if left < use:
            return DaysLeft(known(ahead - 1 + left / use), grows and bool(then))
        left -= use
    return DaysLeft(known(float(LOOK_AHEAD_DAYS)), grows)


def _daily(curve: BreedStandard | None, age_days: float) -> float | None:
    if curve is None:
        return None
    until, before = curve.feed_grams_at(age_days), curve.feed_grams_at(age_days - 1)
    return until - before if until is not None and before is not None and until > before else None
