"""Judges houses: soon after something was committed, and once in a while because silence says something too.

A transition is a row first, and a message second: what ``told`` is handed is on the disk.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from cloud.alerts.history import HouseHistory
from cloud.alerts.house import HouseCheck
from cloud.alerts.standing import standing
from cloud.errors import StoreUnavailable
from cloud.store import alert_actions, alert_settings, alerts, houses
from cloud.store.alerts import Overtaken, Transition
from cloud.store.houses import Name
from cloud.store.records import Records
from cloud.store.series import SeriesStore
from cloud.store.zones import Zones

log = logging.getLogger(__name__)

ROUND_S: Final = 60.0
"""Each house is judged at least this often: hold times run out and instruments fall silent without a word."""
APART_S: Final = 5.0
"""A house is judged at most this often, however many messages it sends."""
SHARE: Final = 0.1
"""Of its time the engine judges at most so much: with very many houses they wait longer, and ingest does not."""
TRIES: Final = 5

Told = Callable[[Sequence[Transition]], None]


class Engine:
    """The rules over all houses. ``judge`` blocks, call it from a thread; all else belongs to the event loop.

    Args:
        series: the time series.
        records: everything else.
        zones: where each farm's day begins.
        told: called on the event loop with transitions that have been written.
        clock: the present as an aware time.
    """

    def __init__(
        self,
        series: SeriesStore,
        records: Records,
        zones: Zones,
        told: Told,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._series = series
        self._records = records
        self._zones = zones
        self._told = told
        self._clock = clock
        self._due: dict[Name, float] = {}
        self._judged_s: dict[Name, float] = {}
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def changed(self, farm: str, house: str) -> None:
        """Note that something of a house was committed."""
        house_name = (farm, house)
        if house_name not in self._due:
            self._due[house_name] = self._judged_s.get(house_name, -APART_S) + APART_S
            self._wake.set()

    def changed_from_thread(self, farm: str, house: str) -> None:
        """Note the same from a request's thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.changed, farm, house)

    async def run(self) -> None:
        """Judge what is due, and every house in turn, until cancelled."""
        self._loop = asyncio.get_running_loop()
        next_round_s = 0.0
        while True:
            now_s = time.monotonic()
            if now_s >= next_round_s:
                next_round_s = now_s + ROUND_S
                await self._begin_round()
            for name in sorted(name for name, at_s in self._due.items() if at_s <= now_s):
                began_s = time.monotonic()
                await self._judge(name)
                await asyncio.sleep((time.monotonic() - began_s) * (1 / SHARE - 1))
            await self._until_due(next_round_s)

    async def _begin_round(self) -> None:
        try:
            over = await asyncio.to_thread(alert_actions.unsnooze_due, self._records, _ms(self._clock()))
            names = await asyncio.to_thread(houses.names, self._records)
        except StoreUnavailable as error:
            log.warning("the rules wait for the store: %s", error)
            return
        self.tell(over)
        for farm, house in names:
            self.changed(farm, house)

    async def _until_due(self, next_round_s: float) -> None:
        self._wake.clear()
        wait_s = min([next_round_s, *self._due.values()]) - time.monotonic()
        try:
            async with asyncio.timeout(max(wait_s, 0.0)):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _judge(self, name: Name) -> None:
        del self._due[name]
        self._judged_s[name] = time.monotonic()
        try:
            transitions = await asyncio.to_thread(self.judge, *name)
        except StoreUnavailable as error:
            log.warning("the rules of %s/%s wait for the store: %s", *name, error)
            return
        except Exception:
            log.exception("the rules of %s/%s made a mistake; the other houses go on", *name)
            return
        self.tell(transitions)

    def tell(self, transitions: Sequence[Transition]) -> None:
        """Pass on transitions that are on the disk, whoever wrote them."""
        if transitions:
            self._told(transitions)

    def judge(self, farm: str, house: str) -> list[Transition]:
        """Judge a house on all that is committed; on return what happened is on the disk.

        Raises:
            StoreUnavailable: judge again later; nothing is lost.
        """
        for _ in range(TRIES):
            now = self._clock()
            judged = self._check(farm, house, now).judged()
            if not judged:
                return []
            try:
                return alerts.keep(self._records, farm, house, judged, _ms(now))
            except Overtaken:
                continue
        return []

    def _check(self, farm: str, house: str, now: datetime) -> HouseCheck:
        stands = standing(self._records, farm, house, now)
        with self._records.reading() as connection:
            kept = alerts.kept(connection, farm, house)
            settings = alert_settings.newest(connection, farm, house).settings
        history = HouseHistory(
            self._series, self._records, farm, house, self._zones.of(farm), doubtful=frozenset(stands.doubtful)
        )
        return HouseCheck(history, settings, stands, kept, _ms(now))


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
