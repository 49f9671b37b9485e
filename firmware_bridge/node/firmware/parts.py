"""What hangs on the node: each part has ``step``, called again and again; it never waits.

``step(now)`` gives None, or a kind of line and its fields; it raises Trouble. ``now`` is ``time.ticks_ms()``.
``every_ms`` is the least time between two lines; 0 is as often as the chip can.
"""

from hx711 import HIGHEST, LOWEST
from mlx90614 import AMBIENT, OBJECT
from sht3x import READY_MS
from trouble import Trouble
from words import hundredths

CELL_SILENT_MS = 1000
CLIMATE_EVERY_MS = 5000
SOON_MS = 500
"""After power-up the chips want a moment; the MLX90614's filter the longest."""


class Cell:
    """A load cell on its amplifier."""

    def __init__(self, number: int, chip: object, time: object) -> None:
        self.name = f"load{number}"
        self.every_ms = 0
        self._number = number
        self._chip = chip
        self._time = time
        self._heard = self._told = time.ticks_ms()

    def select(self, source: str) -> None:
        """Measure another input or gain; KeyError when there is no such."""
        self._chip.select(source)

    def step(self, now: int) -> tuple | None:
        """Say the waiting conversion."""
        if not self._chip.ready():
            if self._time.ticks_diff(now, self._heard) >= CELL_SILENT_MS:
                self._heard = now
                raise Trouble("silent")
            return None
        self._heard = now
        raw = self._chip.read()
        if raw is None or (self.every_ms and self._time.ticks_diff(now, self._told) < self.every_ms):
            return None
        self._told = now
        flaw = "high" if raw == HIGHEST else "low" if raw == LOWEST else "ok"
        return "load", self._number, self._chip.source, raw, flaw


class Air:
    """Temperature and humidity."""

    name = "air"

    def __init__(self, chip: object, time: object) -> None:
        self.every_ms = CLIMATE_EVERY_MS
        self._chip = chip
        self._time = time
        self._due = time.ticks_add(time.ticks_ms(), SOON_MS)
        self._measuring = False

    def step(self, now: int) -> tuple | None:
        """Begin a measurement, or say the one that was begun."""
        if self._time.ticks_diff(now, self._due) < 0:
            return None
        if not self._measuring:
            self._due = self._time.ticks_add(now, self.every_ms)
            self._chip.start()
            self._measuring, self._due = True, self._time.ticks_add(now, READY_MS)
            return None
        self._measuring, self._due = False, self._time.ticks_add(now, max(self.every_ms - READY_MS, 0))
        celsius, percent = self._chip.fetch()
        return "air", hundredths(celsius), hundredths(percent)


class Skin:
    """Surface temperature of what the infrared thermometer looks at."""

    name = "skin"

    def __init__(self, chip: object, time: object) -> None:
        self.every_ms = CLIMATE_EVERY_MS
        self._chip = chip
        self._time = time
        self._due = time.ticks_add(time.ticks_ms(), SOON_MS)

    def step(self, now: int) -> tuple | None:
        """Measure when it is time."""
        if self._time.ticks_diff(now, self._due) < 0:
            return None
        self._due = self._time.ticks_add(now, self.every_ms)
        return "skin", hundredths(self._chip.read(OBJECT)), hundredths(self._chip.read(AMBIENT))
