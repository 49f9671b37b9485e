"""What a meter that only counts up has counted on each day. Pure."""

from collections.abc import Iterable
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from cloud.alerts.rules.days import day_of
from cloud.alerts.rules.signals import HOUR_MS, Columns

APART_MOST_MS: Final = 6 * HOUR_MS
"""Of a gap longer than this nobody knows which day what was counted in it belongs to."""


def by_day(readings: Columns, zone: ZoneInfo) -> dict[date, float]:
    """Return how much a meter has counted on each day that it was read through, in its unit.

    What is read at midnight was counted before it, and belongs to the day that ends.

    A meter that shows less than before was changed or begins at zero again: what it shows then was counted since. A
    day with a gap of more than ``APART_MOST_MS`` is left out, and so are the first and the last day, of which only a
    part may be known.
    """
    if len(readings.at_ms) < 2:  # noqa: PLR2004  # a difference has two ends
        return {}
    risen = np.diff(readings.value)
    risen = np.where(risen < 0, readings.value[1:], risen)
    days = [day_of(at, zone) for at in readings.at_ms.tolist()]
    ends = [day_of(at - 1, zone) for at in readings.at_ms.tolist()]
    found: dict[date, float] = {}
    for day, amount in zip(ends[1:], risen.tolist(), strict=True):
        found[day] = found.get(day, 0.0) + amount
    gaps = np.flatnonzero(np.diff(readings.at_ms) > APART_MOST_MS).tolist()
    torn = {day for row in gaps for day in (days[row], ends[row + 1])}
    return {day: amount for day, amount in found.items() if day not in {days[0], days[-1]} | torn}


def summed(meters: Iterable[dict[date, float]]) -> dict[date, float]:
    """Add up several meters of a house, on the days that all of them know."""
    every = list(meters)
    if not every:
        return {}
    known = set(every[0]).intersection(*every[1:])
    return {day: sum(one[day] for one in every) for day in sorted(known)}
