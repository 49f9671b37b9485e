"""Who went out through a house's gates and came back, in steps of time. Blocking; call it from a thread."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from cloud.store.columns import DAY_MS, HOUR_MS, Rollups, Times, Values
from cloud.store.series import SeriesKey, SeriesStore

IN, OUT = "gate_in_birds", "gate_out_birds"
HALF_HOUR_S, HOUR_S, DAY_S = 1_800, 3_600, 86_400
MOST_DAYS: Final = 400
EARLIEST_MS: Final = 946_684_800_000
"""The year 2000: no gate counted before, and a calendar has no days before its first year."""
FINE_DAYS, HOURLY_DAYS = 2, 14
"""Up to how many days there is a step for each half hour, each hour; beyond, for each day of the farm."""


@dataclass(frozen=True, slots=True)
class Passages:
    """Birds by steps, as parallel columns of shape (n,).

    Attributes:
        step_s: length of a step in s; of a day's where the clocks change as well.
        at_ms: Unix time in ms at which each step begins, rising.
        birds_in: came in, all gates together; NaN where no gate said anything.
        birds_out: went out, as above.
        outside: went out and did not come back since midnight, at each step's end; NaN as above, and where a step is a
            day. Crossings that were missed make it drift; it is held at none.
    """

    step_s: int
    at_ms: Times
    birds_in: Values
    birds_out: Values
    outside: Values


def gates(series: SeriesStore, farm: str, house: str) -> list[str]:
    """List the gates that have counted birds in a house, as ``device/gate``."""
    return sorted({f"{key.device}/{key.source}" for key in series.keys(farm, house) if key.quantity in {IN, OUT}})


def passages(
    series: SeriesStore, farm: str, house: str, zone: ZoneInfo, span_ms: tuple[int, int], now_ms: int
) -> Passages:
    """Return the steps that touch ``from <= time < to`` and have begun by now; of very many days the last ones."""
    to_ms = min(span_ms[1], now_ms)
    from_ms = max(span_ms[0], to_ms - MOST_DAYS * DAY_MS, EARLIEST_MS)
    if from_ms >= to_ms:
        return Passages(HALF_HOUR_S, np.empty(0, np.int64), *(np.empty(0) for _ in range(3)))
    step_s = _step_s(to_ms - from_ms)
    edges = _edges(from_ms, to_ms, step_s, zone)
    keys = [key for key in series.keys(farm, house) if key.quantity in {IN, OUT}]
    told = np.zeros(len(edges) - 1, np.bool_)
    sums = {IN: np.zeros(len(told)), OUT: np.zeros(len(told))}
    for key in keys:
        at_ms, birds = _counted(series, key, edges, step_s)
        steps = np.searchsorted(edges, at_ms, side="right") - 1
        np.add.at(sums[key.quantity], steps, birds)
        told[steps] = True
    birds_in, birds_out = (np.where(told, sums[one], np.nan) for one in (IN, OUT))
    outside = np.full(len(told), np.nan) if step_s == DAY_S else _outside(edges, sums[OUT] - sums[IN], told, zone)
    shown = edges[1:] > from_ms
    return Passages(step_s, edges[:-1][shown], birds_in[shown], birds_out[shown], outside[shown])


def _step_s(span_ms: int) -> int:
    if span_ms <= FINE_DAYS * DAY_MS:
        return HALF_HOUR_S
    return HOUR_S if span_ms <= HOURLY_DAYS * DAY_MS else DAY_S


def _counted(series: SeriesStore, key: SeriesKey, edges: Times, step_s: int) -> tuple[Times, Values]:
    """Return stamps that lie in their steps, and birds.

    A count is stamped with the end of its minute. Roll-ups, of hours of UTC, stand for points that are not kept any
    more and in the midst of days; an hour that could not be divided counts to the step in which it begins.
    """
    from_ms, to_ms = int(edges[0]), int(edges[-1])
    if step_s == HALF_HOUR_S:
        points = series.points(key, from_ms + 1, to_ms + 1)
        return points.at_ms - 1, points.value
    hours = series.hours(key, from_ms // HOUR_MS * HOUR_MS, (to_ms // HOUR_MS + 1) * HOUR_MS)
    parts = [series.points(key, *span) for span in _divided(hours, edges, step_s)]
    at_ms = np.concatenate([np.empty(0, np.int64), *(part.at_ms for part in parts)])
    birds = np.concatenate([np.empty(0), *(part.value for part in parts)])
    whole = ~np.isin(hours.at_ms, at_ms // HOUR_MS * HOUR_MS)
    at_ms, birds = np.append(at_ms - 1, hours.at_ms[whole]), np.append(birds, hours.total[whole])
    good = (at_ms >= from_ms) & (at_ms < to_ms)
    return at_ms[good], birds[good]


def _divided(hours: Rollups, edges: Times, step_s: int) -> list[tuple[int, int]]:
    """Return the spans that must come point by point: of days the hours around midnight, few as birds sleep then."""
    if step_s == HOUR_S:
        return [(int(edges[0]), int(edges[-1]) + 1)]
    # In whole-hour zones too: a count that is stamped 24:00 stands in the roll-up of the next day's first hour.
    cut = np.isin(hours.at_ms, edges // HOUR_MS * HOUR_MS) & (hours.total > 0)
    return [(begins, begins + HOUR_MS) for begins in hours.at_ms[cut].tolist()]


def _edges(from_ms: int, to_ms: int, step_s: int, zone: ZoneInfo) -> Times:
    """Return where steps begin and end, from the midnight of the farm before ``from_ms`` on."""
    found: list[int] = []
    day = datetime.fromtimestamp(from_ms / 1000, zone).date()
    while not found or found[-1] < to_ms:
        begins, ends = (_midnight_ms(one, zone) for one in (day, day + timedelta(days=1)))
        found += [begins] if step_s == DAY_S else range(begins, ends, step_s * 1000)
        day += timedelta(days=1)
        if ends >= to_ms:
            found.append(ends)
    edges = np.asarray(found, np.int64)
    return edges[: int(np.searchsorted(edges, to_ms)) + 1]


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp() * 1000)


def _outside(edges: Times, more_out: Values, told: NDArray[np.bool_], zone: ZoneInfo) -> Values:
    found, now, day = np.full(len(more_out), np.nan), 0.0, date.min
    for index, (begins, change) in enumerate(zip(edges.tolist(), more_out.tolist(), strict=False)):
        # By the date and not at 00:00: where the clocks change at midnight, a day begins at 01:00 or has two of them.
        before, day = day, datetime.fromtimestamp(begins / 1000, zone).date()
        now = max(0.0, (now if day == before else 0.0) + change)
        if told[index]:
            found[index] = now
    return found
