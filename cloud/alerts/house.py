"""All rules over one house: what is new since they looked last becomes changes to keep."""

from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np

from cloud.alerts.history import History
from cloud.alerts.reading import HOUSE, LOG_BACK_DAYS, LOGGED, READ_AGAIN, Signal, Source, newest_ms, read_log
from cloud.alerts.rules.days import day_of, days_ended, end_ms
from cloud.alerts.rules.judging import OFF, Change, Memory, ended, judge, silence
from cloud.alerts.rules.settings import HouseSettings, Limits, limits_on, timing_of
from cloud.alerts.rules.signals import DAY_MS, HOUR_MS, MINUTE_MS, Columns
from cloud.alerts.rules.table import Rule, rules
from cloud.alerts.standing import Standing, Stands
from cloud.store.alerts import Judged, Kept, Subject

KEEP_AFTER_MS: Final = 10 * MINUTE_MS
"""Calm progress is kept this often: so much is read again after a restart."""

COUNTED_NEWS_MS: Final = DAY_MS
"""A counter that has risen is news for so long."""
COUNTERS: Final = frozenset({"dropped"})


@dataclass(slots=True)
class RuleInHouse:
    """One rule as a house has it: its limits day by day, its times."""

    rule: Rule
    settings: HouseSettings
    history: History
    _limits: dict[date, Limits] = field(default_factory=dict)

    def limits_at(self, at_ms: int) -> Limits:
        """Return the limits at an instant (Unix ms)."""
        day = day_of(at_ms, self.history.zone)
        if day not in self._limits:
            self._limits[day] = limits_on(self.rule, self.settings, self.history.flock_on(day), day)
        return self._limits[day]

    def run(self, memory: Memory, columns: Columns) -> list[Change]:
        """Judge columns of values, oldest first."""
        timing = timing_of(self.rule, self.settings)
        stamps, values = columns.at_ms.tolist(), columns.value.tolist()
        changes: list[Change] = []
        row = 0
        for end in self._ends_of_days(columns):
            bounds = self.limits_at(stamps[row]).bounds
            touching = [*(np.flatnonzero(bounds.touched(columns.value[row:end])) + row).tolist(), end]
            while row < end:
                if memory.asleep:
                    # Nothing happens before the next value that touches a limit.
                    row = touching[bisect_left(touching, row)]
                    memory.rest(stamps, values, row)
                if row < end:
                    changes += judge(memory, stamps[row], values[row], bounds, timing)
                    row += 1
        return changes

    def _ends_of_days(self, columns: Columns) -> list[int]:
        """Return the row after the last of each day that has rows: limits are the same all day."""
        if not len(columns.at_ms):
            return []
        first, last = int(columns.at_ms[0]), int(columns.at_ms[-1])
        midnights = [end_ms(day, self.history.zone) for day in days_ended(first, last + 1, self.history.zone)]
        ends = np.searchsorted(columns.at_ms, midnights, side="right").tolist()
        return list(dict.fromkeys(end for end in [*ends, len(columns.at_ms)] if end))

    def pass_until(self, memory: Memory, now_ms: int) -> list[Change]:
        """Note that no value came up to now."""
        return silence(memory, now_ms, self.limits_at(now_ms).bounds, timing_of(self.rule, self.settings))


@dataclass(frozen=True, slots=True)
class HouseCheck:
    """Everything that is needed to judge a house once."""

    history: History
    settings: HouseSettings
    standing: Standing
    kept: Mapping[Subject, Kept]
    now_ms: int

    def judged(self) -> list[Judged]:
        """Judge every rule; return what must be kept, changed or not."""
        found: list[Judged] = []
        for rule in rules().values():
            signal = READ_AGAIN.get(rule.signal)
            found += self._read(rule, signal) if signal else self._stands(rule, self._standing(rule))
        return found

    def _standing(self, rule: Rule) -> list[Stands]:
        """Return what stands of a rule's signal: what was logged last, or what the records say."""
        if rule.signal not in LOGGED:
            return self.standing.signals.get(rule.signal, [])
        told = read_log(self.history, rule.signal, self.now_ms - LOG_BACK_DAYS * DAY_MS, self.now_ms + 1)
        return [Stands(HOUSE, float(told.value[-1]))] if len(told.value) else []

    def _read(self, rule: Rule, signal: Signal) -> list[Judged]:
        in_house = RuleInHouse(rule, self.settings, self.history)
        there = [source for source in signal.of(self.history) if self.standing.is_there(source)]
        judged = [self._read_one(in_house, signal, source) for source in there]
        return [one for one in judged if one is not None] + self._gone(rule, there)

    def _read_one(self, in_house: RuleInHouse, signal: Signal, source: Source) -> Judged | None:
        subject = (in_house.rule.key, *source)
        before = self.kept.get(subject)
        newest = newest_ms(signal, self.now_ms, self.history)
        if in_house.limits_at(newest).bounds is OFF:
            return self._end(subject, before)
        after = before.copy() if before else Kept(seen_ms=self._first_ms(in_house.rule, signal))
        changes: list[Change] = []
        if after.seen_ms < newest:
            columns = signal.read(self.history, source, after.seen_ms + 1, newest + 1)
            changes = in_house.run(after.memory, columns)
            after.seen_ms = self._seen_ms(signal, source, columns, newest, after.seen_ms)
        changes += in_house.pass_until(after.memory, self.now_ms)
        if before and before.memory.silent and after.memory.silent:
            # Data of long ago come in bit by bit: still nobody knows how it is now.
            changes = [change for change in changes if change.kind not in {"no_data", "data_back"}]
        limits = in_house.limits_at(after.memory.last_ms or newest)
        return _worth_keeping(before, Judged(subject, after, tuple(changes), limits.target))

    def _first_ms(self, rule: Rule, signal: Signal) -> int:
        """Return from when to look at a subject that was never judged: long enough for its hold time."""
        back_ms = timing_of(rule, self.settings).hold_ms + HOUR_MS
        return self.now_ms - (max(back_ms, 2 * DAY_MS) if signal.pace == "day" else back_ms)

    def _seen_ms(self, signal: Signal, source: Source, columns: Columns, newest: int, seen_ms: int) -> int:
        """Return up to where was looked: of points, up to the last, for others of that time may still come."""
        if signal.pace != "point" or self.standing.doubts(source):
            return newest
        return int(columns.at_ms[-1]) if len(columns.at_ms) else seen_ms

    def _stands(self, rule: Rule, standing: list[Stands]) -> list[Judged]:
        in_house = RuleInHouse(rule, self.settings, self.history)
        judged = [self._stands_one(in_house, one) for one in standing]
        return [one for one in judged if one is not None] + self._gone(rule, [one.source for one in standing])

    def _stands_one(self, in_house: RuleInHouse, stands: Stands) -> Judged | None:
        subject = (in_house.rule.key, *stands.source)
        before = self.kept.get(subject)
        if in_house.limits_at(self.now_ms).bounds is OFF:
            return self._end(subject, before)
        after = before.copy() if before else Kept()
        if after.memory.last_ms >= self.now_ms:
            return None
        value = self._risen(after, stands.value) if in_house.rule.signal in COUNTERS else stands.value
        changes = in_house.run(after.memory, Columns.of([self.now_ms], [value]))
        after.seen_ms = self.now_ms
        return _worth_keeping(before, Judged(subject, after, tuple(changes), finding=stands.finding))

    def _risen(self, kept: Kept, counted: float) -> float:
        """Return by how much a counter has risen, all rises added up until none comes for a day."""
        is_news = kept.counted_ms is not None and self.now_ms - kept.counted_ms <= COUNTED_NEWS_MS
        told = (kept.memory.value or 0.0) if is_news else 0.0
        rise = 0.0 if kept.counted is None else counted - kept.counted
        kept.counted = counted
        if rise <= 0:
            return told
        kept.counted_ms = self.now_ms
        return told + rise

    def _gone(self, rule: Rule, there: Collection[Source]) -> list[Judged]:
        """End what is open of subjects that are not there any more."""
        left = [subject for subject in self.kept if subject[0] == rule.key and subject[1:] not in there]
        ended_now = [self._end(subject, self.kept[subject]) for subject in left]
        return [one for one in ended_now if one is not None]

    def _end(self, subject: Subject, before: Kept | None) -> Judged | None:
        if before is None or before.memory.asleep:
            return None
        after = before.copy()
        return Judged(subject, after, tuple(ended(after.memory, self.now_ms)))


def _worth_keeping(before: Kept | None, judged: Judged) -> Judged | None:
    """Leave out what says nothing new: a value as calm as the one before it."""
    after = judged.kept
    if before is None or judged.changes or _state(before.memory) != _state(after.memory):
        return judged
    if before.counted != after.counted:
        return judged
    patience_ms = MINUTE_MS if after.alert else KEEP_AFTER_MS
    return judged if after.seen_ms - before.seen_ms >= patience_ms else None


def _state(memory: Memory) -> tuple[object, ...]:
    return memory.level, memory.silent, tuple(memory.since_ms), memory.calm_ms, memory.calm_level
