"""One rule over the values of one subject: hold times, hysteresis, levels, and "no data" as a state of its own. Pure.

A value must stay over a level's limit for the hold time before the level is told, and must stay within the *release*
(the limit, moved back by the hysteresis) as long before it is taken back: a sensor that hovers at a limit makes one
alert. When no value comes for longer than ``gap_ms``, an open alert is neither over nor confirmed: it is silent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Level = Literal[0, 1, 2, 3]
"""0 = nothing, 1 = watch, 2 = warning, 3 = severe."""

LEVELS: tuple[Level, ...] = (1, 2, 3)
LEVEL_NAMES: tuple[Literal["none", "watch", "warning", "severe"], ...] = ("none", "watch", "warning", "severe")

Kind = Literal["opened", "worsened", "eased", "no_data", "data_back", "resolved"]
"""What the rules themselves do to an alert; people acknowledge, snooze and assign it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A rule's limits at one instant, in the signal's unit.

    Attributes:
        above: values above the limits are bad; else values below.
        limits: of watch, warning, severe; None where the rule has no such level.
        hysteresis: how far a value must come back before a level is taken back, at least 0.
    """

    above: bool
    limits: tuple[float | None, float | None, float | None]
    hysteresis: float = 0.0

    def level(self, value: float) -> Level:
        """Return the highest level whose limit ``value`` reaches."""
        return self._highest(value, 0.0)

    def held(self, value: float) -> Level:
        """Return the highest level that ``value`` is not yet back from."""
        return self._highest(value, self.hysteresis)

    def touched(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return where ``values`` reach the limit of any level."""
        given = [limit for limit in self.limits if limit is not None]
        if not given:
            return np.zeros(len(values), np.bool_)
        return values >= min(given) if self.above else values <= max(given)

    def limit_of(self, level: Level) -> float | None:
        """Return the limit of a level; None for none."""
        return self.limits[level - 1] if level else None

    def _highest(self, value: float, slack: float) -> Level:
        for level in reversed(LEVELS):
            limit = self.limits[level - 1]
            if limit is not None and (value >= limit - slack if self.above else value <= limit + slack):
                return level
        return 0


OFF = Bounds(above=True, limits=(None, None, None))
"""A rule that can't be broken: switched off, or not for birds of that age."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long, in ms.

    Attributes:
        hold_ms: a value must be over a limit before it is told, and within the release before it is taken back.
        gap_ms: without a value before an open alert is silent; None: a value stands until the next.
    """

    hold_ms: int
    gap_ms: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to an alert, and when in the data (Unix ms)."""

    kind: Kind
    at_ms: int
    level: Level
    value: float | None
    limit: float | None


@dataclass(slots=True)
class Memory:
    """What a rule remembers of one subject between two values.

    Attributes:
        level: of the open alert, 0 without one.
        silent: it has had no value for too long.
        last_ms: time of the newest value that was judged; 0 before the first.
        value: that value.
        since_ms: since when values reach watch, warning, severe without a break.
        calm_ms: since when values are back from the open level.
        calm_level: the highest level they still held since then.
    """

    level: Level = 0
    silent: bool = False
    last_ms: int = 0
    value: float | None = None
    since_ms: list[int | None] = field(default_factory=lambda: [None, None, None])
    calm_ms: int | None = None
    calm_level: Level = 0

    @property
    def asleep(self) -> bool:
        """True when nothing is open and nothing is on its way."""
        return self.level == 0 and not self.silent and self.since_ms == [None, None, None]

    def rest(self, at_ms: Sequence[int], values: Sequence[float], row: int) -> None:
        """Take the value before ``row`` as judged: nothing up to there touched a limit."""
        if row:
            self.last_ms, self.value = at_ms[row - 1], values[row - 1]

    def copy(self) -> "Memory":
        """Return another with the same content."""
        return Memory(
            self.level, self.silent, self.last_ms, self.value, list(self.since_ms), self.calm_ms, self.calm_level
        )


def judge(memory: Memory, at_ms: int, value: float, bounds: Bounds, timing: Timing) -> list[Change]:
    """Take one value, later than all before it, and return what it changes; ``memory`` is brought up to date."""
    changes = silence(memory, at_ms, bounds, timing)
    if memory.silent:
        memory.silent = False
        if memory.level:
            changes.append(Change("data_back", at_ms, memory.level, value, bounds.limit_of(memory.level)))
    memory.last_ms, memory.value = at_ms, value
    _note_over(memory, at_ms, bounds.level(value))
    _note_calm(memory, at_ms, bounds.held(value))
    changes += _changed(memory, at_ms, bounds, timing)
    return changes


def silence(memory: Memory, now_ms: int, bounds: Bounds, timing: Timing) -> list[Change]:
    """Note that no value came up to ``now_ms``; return what that changes."""
    if timing.gap_ms is None or memory.silent or not memory.last_ms or now_ms - memory.last_ms <= timing.gap_ms:
        return []
    # What was on its way may have been otherwise meanwhile: it starts again with the next value.
    memory.silent = True
    memory.since_ms = [None, None, None]
    memory.calm_ms, memory.calm_level = None, 0
    if not memory.level:
        return []
    limit = bounds.limit_of(memory.level)
    return [Change("no_data", memory.last_ms + timing.gap_ms, memory.level, memory.value, limit)]


def ended(memory: Memory, at_ms: int) -> list[Change]:
    """Note that the rule's subject is gone (an instrument taken away, a rule switched off)."""
    changes = [Change("resolved", at_ms, 0, None, None)] if memory.level else []
    memory.level, memory.silent = 0, False
    memory.since_ms = [None, None, None]
    memory.calm_ms, memory.calm_level = None, 0
    return changes


def _note_over(memory: Memory, at_ms: int, level: Level) -> None:
    for each in LEVELS:
        if level < each:
            memory.since_ms[each - 1] = None
        elif memory.since_ms[each - 1] is None:
            memory.since_ms[each - 1] = at_ms


def _note_calm(memory: Memory, at_ms: int, held: Level) -> None:
    if held >= memory.level:
        memory.calm_ms, memory.calm_level = None, 0
    elif memory.calm_ms is None:
        memory.calm_ms, memory.calm_level = at_ms, held
    else:
        memory.calm_level = max(memory.calm_level, held)


def _changed(memory: Memory, at_ms: int, bounds: Bounds, timing: Timing) -> list[Change]:
    reached = _reached(memory, at_ms, timing)
    if reached > memory.level:
        kind: Kind = "worsened" if memory.level else "opened"
        return [_moved(memory, kind, at_ms, reached, bounds)]
    if memory.calm_ms is not None and at_ms - memory.calm_ms >= timing.hold_ms:
        return [_moved(memory, "eased" if memory.calm_level else "resolved", at_ms, memory.calm_level, bounds)]
    return []


def _reached(memory: Memory, at_ms: int, timing: Timing) -> Level:
    for level in reversed(LEVELS):
        since_ms = memory.since_ms[level - 1]
        if since_ms is not None and at_ms - since_ms >= timing.hold_ms:
            return level
    return 0


def _moved(memory: Memory, kind: Kind, at_ms: int, level: Level, bounds: Bounds) -> Change:
    broken = bounds.limit_of(level or memory.level)
    memory.level = level
    memory.calm_ms, memory.calm_level = None, 0
    return Change(kind, at_ms, level, memory.value, broken)
