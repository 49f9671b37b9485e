"""Adds up hours and days in the background, so that a chart of weeks never reads single points.

What a worker has written to is marked at InfluxDB before the points are; only that worker takes its mark off, after it
has added up again. So a roll-up without marks is right, whoever wrote and whoever was killed meanwhile, and one with a
mark is not used: its points are asked for instead.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from cloud.store.columns import DAY_MS, HOUR_MS, Rollups
from cloud.store.influx.lines import FIELDS, Prefixes, fields_of
from cloud.store.influx.reading import Reader
from cloud.store.influx.writing import Pen, Touched
from cloud.store.series import SeriesKey
from contract.errors import HenwiseError

log = logging.getLogger(__name__)

QUIET_S: Final = 30.0
"""An hour that is over is added up so long after its last mark: late data come in bursts."""

LOOK_BACK_DAYS: Final = 40
"""At the start, marks left over from before are looked for so far back; older ones only cost time when looked at."""

SPAN_AT_MOST: Final = 24
HOUSES_AT_MOST: Final = 50

Question = Callable[[str, tuple[int, int], Iterable[tuple[str, str]]], dict[SeriesKey, Rollups]]


class Accountant:
    """Owns the thread that adds up.

    Args:
        pen: knows what has been written to.
        reader: asks InfluxDB.
        now_ms: the present as Unix time in ms.
        quiet_s: waited after the last mark.
    """

    def __init__(self, pen: Pen, reader: Reader, now_ms: Callable[[], int], quiet_s: float = QUIET_S) -> None:
        self._pen = pen
        self._reader = reader
        self._now_ms = now_ms
        self._quiet_s = quiet_s
        self._stop = threading.Event()
        self._resumed = False
        self._one_at_a_time = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="influx-rollups", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after what is being added up now."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def add_up(self, *, quiet_s: float = 0.0) -> int:
        """Add up all that is over and has been quiet for a while; answers how many hours and days that was.

        Raises:
            StoreUnavailable: the rest is added up later.
        """
        with self._one_at_a_time:  # others than the thread may ask for it: a migration, say
            return self._add_up(quiet_s)

    def _add_up(self, quiet_s: float) -> int:
        hours = self._due(self._pen.hours, HOUR_MS, quiet_s)
        count = self._added(hours, HOUR_MS, self._reader.all_added_up)
        days = self._due(self._pen.days, DAY_MS, quiet_s)
        # A day waits for its hours.
        waiting = {(key, hour * HOUR_MS // DAY_MS) for key, some in self._pen.hours.items() for hour in tuple(some)}
        days = [(key, day) for key, day in days if (key, day) not in waiting]
        return count + self._added(days, DAY_MS, self._reader.all_days)

    def resume(self, keys: Iterable[SeriesKey]) -> None:
        """Take up what was marked and not added up before the last end."""
        now_ms = self._now_ms()
        span = (now_ms - LOOK_BACK_DAYS * DAY_MS, now_ms + DAY_MS)
        for quantity in sorted({key.quantity for key in keys}):
            for kind, width_ms, touched in (("hourly", HOUR_MS, self._pen.hours), ("daily", DAY_MS, self._pen.days)):
                for key, starts in self._reader.marked(quantity, kind, self._pen.mark, span).items():
                    waiting = touched.setdefault(key, {})
                    for start in starts:
                        waiting.setdefault(start // width_ms, time.monotonic())

    def _run(self) -> None:
        while not self._stop.wait(self._quiet_s):
            try:
                if not self._resumed:
                    self.resume(self._reader.keys())
                    self._resumed = True
                self.add_up(quiet_s=self._quiet_s)
            except HenwiseError as error:
                log.warning("hours can't be added up now (%s); trying again in %g s", error, self._quiet_s)
            except Exception:
                log.exception(
                    "hours are not added up because of a mistake of ours; trying again in %g s", self._quiet_s
                )

    def _due(self, touched: Touched, width_ms: int, quiet_s: float) -> list[tuple[SeriesKey, int]]:
        over, before_s = self._now_ms() // width_ms, time.monotonic() - quiet_s
        with self._pen.alone():
            return [
                (key, number)
                for key, some in touched.items()
                for number, marked_s in some.items()
                if number < over and marked_s <= before_s
            ]

    def _added(self, due: list[tuple[SeriesKey, int]], width_ms: int, question: Question) -> int:
        count = 0
        for quantity, (first, last), keys in _batches(due):
            with self._pen.alone():
                # From here on, who writes to one of these marks it anew; nobody is in the midst of writing.
                self._take(keys, width_ms)
            houses = sorted({(key.farm, key.house) for key in keys})
            try:
                found = question(quantity, (first * width_ms, (last + 1) * width_ms), houses)
                with self._pen.alone():
                    count += self._put(keys, width_ms, found)
            except HenwiseError:
                self._give_back(keys, width_ms)
                raise
            if self._stop.is_set():
                break
        return count

    def _known(self, key: SeriesKey, width_ms: int) -> tuple[Touched, set[int], str]:
        one: Prefixes = self._pen.prefixes(key)
        if width_ms == HOUR_MS:
            return self._pen.hours, one.hours, one.hourly
        return self._pen.days, one.days, one.daily

    def _take(self, keys: dict[SeriesKey, set[int]], width_ms: int) -> None:
        for key, numbers in keys.items():
            touched, marked, _ = self._known(key, width_ms)
            waiting = touched[key]
            for number in numbers:
                del waiting[number]
            if not waiting:
                del touched[key]
            marked.difference_update(numbers)

    def _give_back(self, keys: dict[SeriesKey, set[int]], width_ms: int) -> None:
        with self._pen.alone():
            for key, numbers in keys.items():
                touched, _, _ = self._known(key, width_ms)
                waiting = touched.setdefault(key, {})
                for number in numbers:
                    waiting.setdefault(number, time.monotonic())

    def _put(self, keys: dict[SeriesKey, set[int]], width_ms: int, found: dict[SeriesKey, Rollups]) -> int:
        lines: list[str] = []
        for key, numbers in keys.items():
            touched, _, start = self._known(key, width_ms)
            again = touched.get(key, {})
            rows = found.get(key, Rollups.empty())
            sums = {row[0] // width_ms: row[1:] for row in _rows(rows)}
            for number in numbers:
                if number in again:
                    continue
                values = dict(zip(FIELDS, sums[number], strict=True)) if number in sums else {}
                lines.append(f"{start}{fields_of(values | {self._pen.mark: 0.0})} {number * width_ms}")
        self._pen.write_rollups(lines)
        return len(lines)


def _batches(due: list[tuple[SeriesKey, int]]) -> Iterator[tuple[str, tuple[int, int], dict[SeriesKey, set[int]]]]:
    """Divide what is due into questions: one quantity, few houses, few hours that follow each other."""
    by_group: dict[tuple[str, int], dict[SeriesKey, set[int]]] = {}
    for key, number in due:
        by_group.setdefault((key.quantity, number // SPAN_AT_MOST), {}).setdefault(key, set()).add(number)
    for (quantity, _), keys in sorted(by_group.items(), key=lambda item: item[0]):
        houses = sorted({(key.farm, key.house) for key in keys})
        for start in range(0, len(houses), HOUSES_AT_MOST):
            some = set(houses[start : start + HOUSES_AT_MOST])
            part = {key: numbers for key, numbers in keys.items() if (key.farm, key.house) in some}
            numbers = {number for some_numbers in part.values() for number in some_numbers}
            yield quantity, (min(numbers), max(numbers)), part


def _rows(rows: Rollups) -> Iterator[tuple[int, ...]]:
    columns = (rows.at_ms, rows.n, rows.total, rows.sumsq, rows.low, rows.high)
    return zip(*(column.tolist() for column in columns), strict=True)
