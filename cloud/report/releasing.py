"""Tells the quartiles of a season once it is over: reckoned a single time from the farms that take part then.

A season is over ``LATE_DAYS`` after its last day, when no flock of it lives any more; one that is never closed is not
waited for longer than ``LATEST_DAYS``. Where the flocks are too few, it is looked at again each time, as long as it is
one of the last ``SEASONS``: farms may come, and their owners may write down what was.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from cloud.book.stock import ended_on
from cloud.errors import Declined
from cloud.flock.benchmarks import STEPS, Among, Period, Quartiles, counted, period_of, quartiles
from cloud.report.gather import Gatherer
from cloud.report.standing import measured
from cloud.store import benchmarks, flocks

log = logging.getLogger(__name__)

LOOK_S: Final = 6 * 3600.0
LATE_DAYS: Final = 28
LATEST_DAYS: Final = 200
SEASONS: Final = 8
DAYS_A_SEASON: Final = 92


@dataclass(frozen=True, slots=True, order=True)
class _Ended:
    """A flock of a farm that takes part; ``ended`` is None while it lives."""

    placed_on: date
    organisation: int
    farm: str
    flock: str
    ended: date | None = field(compare=False)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Releaser:
    """Looks which seasons are over."""

    gatherer: Gatherer
    clock: Callable[[], datetime] = _now

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.to_thread(self.tell_due)
            await asyncio.sleep(LOOK_S)

    def tell_due(self) -> int:
        """Tell what is due; return of how many breeds and seasons that was. Blocking."""
        today = self.clock().date()
        groups: dict[tuple[str, Period], list[_Ended]] = {}
        with self.gatherer.records.reading() as connection:
            for farm, organisation in benchmarks.taking_part(connection):
                known = flocks.load(connection, farm)
                for one in known.flocks:
                    at = (one.facts.breed, period_of(one.facts.placed_on))
                    ended = ended_on(known, one.flock)
                    placed = _Ended(one.facts.placed_on, organisation, farm, one.flock, ended)
                    groups.setdefault(at, []).append(placed)
            due = {
                at: [one for one in group if one.ended is not None]
                for at, group in groups.items()
                if _is_over(at[1], group, today) and not benchmarks.is_told(connection, *at)
            }
        return sum(self._tell(breed, period, sorted(group)) for (breed, period), group in due.items())

    def _tell(self, breed: str, period: Period, group: list[_Ended]) -> bool:
        if counted(Counter(one.organisation for one in group)) is None:
            return False
        found: dict[str, list[Among]] = {figure: [] for figure in STEPS}
        for one in group:
            for figure, value in self._measured(one).items():
                found[figure].append(Among(one.organisation, value))
        told: dict[str, Quartiles] = {}
        for figure, among in found.items():
            answer = quartiles(among, STEPS[figure])
            if answer is not None:
                told[figure] = answer
        if told:
            now_ms = int(self.clock().timestamp() * 1000)
            with self.gatherer.records.writing() as connection:
                if benchmarks.is_told(connection, breed, period):
                    return False
                benchmarks.tell(connection, breed, period, told, now_ms)
            log.info("told the quartiles of %s, %s %d", breed, period.season, period.year)
        return bool(told)

    def _measured(self, one: _Ended) -> dict[str, float]:
        if one.ended is None:
            return {}
        try:
            return measured(self.gatherer.flock(one.farm, one.flock, one.ended, climate=False))
        except Declined as error:
            log.warning("%s/%s does not count among others: %s", one.farm, one.flock, error)
            return {}


def _is_over(period: Period, group: Iterable[_Ended], today: date) -> bool:
    since = (today - period.ends).days
    if not LATE_DAYS <= since <= SEASONS * DAYS_A_SEASON:
        return False
    return since > LATEST_DAYS or all(one.ended is not None and one.ended < today - timedelta(days=1) for one in group)
