"""What would have rung: the rules over a span of a house's past, before a threshold is saved.

The same signals and the same judging as the engine's, on the whole span at once. What devices and cameras said of
themselves has no history (``NOT_REPLAYED``); which values were doubtful is judged again from the values.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from cloud.alerts.history import History
from cloud.alerts.house import RuleInHouse
from cloud.alerts.reading import HOUSE, LOGGED, READ_AGAIN, Source, read_log
from cloud.alerts.rules import signals
from cloud.alerts.rules.judging import Change, Level, Memory
from cloud.alerts.rules.settings import HouseSettings, Lives
from cloud.alerts.rules.signals import EMPTY, MINUTE_MS, Columns, LoggedDay
from cloud.alerts.rules.table import Rule, rules
from cloud.store.columns import Times
from cloud.store.series import DayStats, SeriesKey
from contract.messages import Doubt
from contract.quantities import DEVICE

CLIMATE: Final = frozenset(
    {"temperature_celsius", "humidity_percent", "ammonia_ppm", "carbon_dioxide_ppm", "air_speed_mps"}
)
"""Quantities whose instruments are watched for silence and for doubts."""

AGAIN: Final = frozenset({"device_silence", "source_silence", "stuck", "jump"})
"""Signals that a replay makes from the values themselves."""

USUAL_GAPS: Final = 3
"""A device that measures rarely is silent only once so many of its usual gaps have passed without a value."""

NOT_REPLAYED: Final = tuple(key for key, rule in rules().items() if rule.signal not in {*READ_AGAIN, *LOGGED, *AGAIN})
"""Rules about what stands only in records: the past of those is not kept."""


@dataclass(slots=True)
class Ring:
    """One alert that would have been.

    Attributes:
        rule: its key.
        source: device and source; empty for the house.
        opened_ms: when it would have been told, Unix ms.
        level: the gravest it reached.
        value: that belongs to this level.
        limit: that was broken then.
        target: what the birds wanted then, where the rule has that.
        ended_ms: when it would have been over; None: still open at the end.
        ended_silent: no value came any more while it was open.
    """

    rule: str
    source: Source
    opened_ms: int
    level: Level
    value: float
    limit: float | None
    target: float | None = None
    ended_ms: int | None = None
    ended_silent: bool = False


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay: the alerts, oldest first, and how often a person would have been told."""

    rings: list[Ring] = field(default_factory=list)
    told_ms: list[int] = field(default_factory=list)


def replay(
    history: History, settings: HouseSettings, from_ms: int, to_ms: int, only: Collection[str] | None = None
) -> Replayed:
    """Run all rules, or ``only`` those of these keys, over ``from_ms <= time < to_ms``."""
    past = _Past(history, from_ms, to_ms)
    found = Replayed()
    for rule in (rule for key, rule in rules().items() if only is None or key in only):
        in_house = RuleInHouse(rule, settings, past)
        for source, columns in past.columns_of(rule):
            _run(found, in_house, source, columns)
    found.rings.sort(key=lambda ring: (ring.opened_ms, ring.rule, ring.source))
    found.told_ms.sort()
    return found


def _run(found: Replayed, in_house: RuleInHouse, source: Source, columns: Columns) -> None:
    ring: Ring | None = None
    for change in in_house.run(Memory(), columns):
        if change.kind == "opened":
            ring = _ring(in_house, source, change)
            found.rings.append(ring)
        if change.kind in {"opened", "worsened"}:
            found.told_ms.append(change.at_ms)
        if ring is not None:
            _follow(ring, change)


def _ring(in_house: RuleInHouse, source: Source, change: Change) -> Ring:
    target = in_house.limits_at(change.at_ms).target
    return Ring(in_house.rule.key, source, change.at_ms, change.level, change.value or 0.0, change.limit, target)


def _follow(ring: Ring, change: Change) -> None:
    if change.kind == "worsened":
        ring.level, ring.value, ring.limit = change.level, change.value or 0.0, change.limit
    ring.ended_silent = change.kind == "no_data"
    if change.kind == "resolved":
        ring.ended_ms = change.at_ms


@dataclass(slots=True)
class _Past:
    """A history without its doubtful values, and what doubts and silences there were."""

    history: History
    from_ms: int
    to_ms: int
    _doubts: dict[Source, Mapping[Doubt, Mapping[str, Columns]]] = field(default_factory=dict)
    _words: dict[str, Times] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        return self.history.zone

    def series_keys(self) -> Sequence[SeriesKey]:
        return self.history.series_keys()

    def days(self, quantity: str, first: date, last: date) -> list[DayStats]:
        return self.history.days(quantity, first, last)

    def logged(self, first: date, last: date) -> list[LoggedDay]:
        return self.history.logged(first, last)

    def flock_on(self, day: date) -> Lives | None:
        return self.history.flock_on(day)

    def columns(self, key: SeriesKey, from_ms: int, to_ms: int) -> Columns:
        if key.quantity not in CLIMATE:
            return self.history.columns(key, from_ms, to_ms)
        whole = self.history.columns(key, self.from_ms, self.to_ms)
        doubts = self._doubts_of((key.device, key.source))
        believed = np.logical_and.reduce([told[key.quantity].value == 0 for told in doubts.values()])
        return whole.kept(believed).between(from_ms, to_ms)

    def columns_of(self, rule: Rule) -> Iterable[tuple[Source, Columns]]:
        """Give every subject of a rule with its columns."""
        signal = READ_AGAIN.get(rule.signal)
        if signal is not None:
            for source in signal.of(self):
                yield source, signal.read(self, source, self.from_ms, self.to_ms)
        elif rule.signal in LOGGED:
            yield HOUSE, read_log(self, rule.signal, self.from_ms, self.to_ms)
        elif rule.signal == "device_silence":
            # A scale says nothing while birds sleep, so what tells of its device's silence must speak all day.
            steady = {key.device for key in self.series_keys() if key.quantity in CLIMATE or key.quantity in DEVICE}
            for device in sorted(steady):
                yield (device, ""), self._silent(device)
        elif rule.signal in AGAIN:
            for source in self._instruments():
                yield source, self._made(rule.signal, source)

    def _instruments(self) -> list[Source]:
        return sorted({(key.device, key.source) for key in self.series_keys() if key.quantity in CLIMATE})

    def _measured(self, source: Source) -> dict[str, Columns]:
        keys = [key for key in self.series_keys() if (key.device, key.source) == source and key.quantity in CLIMATE]
        return {key.quantity: self.history.columns(key, self.from_ms, self.to_ms) for key in keys}

    def _doubts_of(self, source: Source) -> Mapping[Doubt, Mapping[str, Columns]]:
        if source not in self._doubts:
            self._doubts[source] = signals.doubts(self._measured(source))
        return self._doubts[source]

    def _spoke(self, device: str) -> Times:
        """Return when any of a device's instruments and cameras told a value: its own reports are not kept."""
        if device not in self._words:
            keys = [key for key in self.series_keys() if key.device == device]
            columns = [self.history.columns(key, self.from_ms, self.to_ms).at_ms for key in keys]
            self._words[device] = np.unique(np.concatenate([EMPTY.at_ms, *columns]))
        return self._words[device]

    def _silent(self, device: str) -> Columns:
        spoke = self._spoke(device)
        found = signals.silences(spoke, self.from_ms, self.to_ms)
        usual_min = float(np.median(np.diff(spoke))) / MINUTE_MS if len(spoke) > 1 else 0.0
        return Columns(found.at_ms, np.where(found.value > USUAL_GAPS * usual_min, found.value, 0.0))

    def _silence(self, source: Source, stamps: Times) -> Columns:
        """Return the minutes an instrument was silent for while its device spoke, as the engine reckons them."""
        found, spoke = signals.silences(stamps, self.from_ms, self.to_ms), self._spoke(source[0])
        if not len(found.at_ms):
            return found
        last = spoke[np.searchsorted(spoke, found.at_ms, side="right") - 1]
        silent_for = found.value - (found.at_ms - last) / MINUTE_MS
        return Columns(found.at_ms, np.maximum(silent_for, 0.0))

    def _made(self, signal: str, source: Source) -> Columns:
        measured = self._measured(source)
        stamps = np.unique(np.concatenate([EMPTY.at_ms, *(columns.at_ms for columns in measured.values())]))
        if signal == "source_silence":
            return self._silence(source, stamps)
        doubt = self._doubts_of(source)["stuck" if signal == "stuck" else "jump"]
        doubted = np.unique(np.concatenate([EMPTY.at_ms, *(told.at_ms[told.value > 0] for told in doubt.values())]))
        told = Columns(stamps, np.isin(stamps, doubted).astype(np.float64))
        return signals.stuck_hours(told) if signal == "stuck" else told
