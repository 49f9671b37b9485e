"""How the device itself does: each minute a Readings of the instrument ``device``."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from contract.messages import Readings
from contract.quantities import DEVICE, QUANTITIES
from edge.health import Health
from edge.machine import Machine
from edge.origin import Origin
from edge.outbox import Outbox

log = logging.getLogger(__name__)

EVERY_S: Final = 60.0


class Vitals:
    """Measures the device.

    Args:
        origin: who we are.
        outbox: where it goes, and what is told of.
        data_dir: whose disk is looked at.
        lines: how the instruments do.
        frame_age_s: gives the age of the last picture, in s.
        outbox_age_hours: gives how long the oldest event has waited, in h.
        machine: what it runs on.
        every_s: time between two looks, in s.
    """

    def __init__(
        self,
        origin: Origin,
        outbox: Outbox,
        data_dir: Path,
        *,
        lines: Sequence[Health],
        frame_age_s: Callable[[], float | None],
        outbox_age_hours: Callable[[], float],
        machine: Machine | None = None,
        every_s: float = EVERY_S,
    ) -> None:
        self._origin = origin
        self._outbox = outbox
        self._data_dir = data_dir
        self._lines = lines
        self._frame_age_s = frame_age_s
        self._outbox_age_hours = outbox_age_hours
        self._machine = machine or Machine()
        self._every_s = every_s
        self._processor = self._machine.processor()
        self._counts = [health.counts() for health in lines]
        self._began_s = time.monotonic()

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            await asyncio.sleep(self._every_s)
            values = await asyncio.to_thread(self.values)
            self._outbox.put(Readings(**self._origin.stamp_now(), instrument=DEVICE, values=values))

    def values(self) -> dict[str, float]:
        """Return quantity key -> value of what can be known now; nothing is ever outside its plausible range."""
        machine, throttled = self._machine, self._machine.throttled()
        trusted = machine.clock_trusted()
        found = {
            "processor_temperature_celsius": machine.temperature_celsius(),
            "processor_percent": self._processor_percent(),
            "throttled_ratio": float(throttled[0]) if throttled else None,
            "undervoltage_ratio": float(throttled[1]) if throttled else None,
            "memory_percent": machine.memory_percent(),
            "disk_percent": machine.disk_percent(self._data_dir),
            "outbox_age_hours": self._outbox_age_hours(),
            "outbox_room_hours": self._outbox.load.room_hours((time.monotonic() - self._began_s) / 3600),
            "frame_age_s": self._frame_age_s(),
            "line_errors_ratio": self._line_errors(),
            "wifi_signal_dbm": machine.wifi_dbm(),
            "uptime_hours": machine.uptime_hours(),
            "clock_trusted_ratio": None if trusted is None else float(trusted),
        }
        return {key: _bounded(key, value) for key, value in found.items() if value is not None}

    def _processor_percent(self) -> float | None:
        before, self._processor = self._processor, self._machine.processor()
        return self._processor.percent_since(before) if before and self._processor else None

    def _line_errors(self) -> float | None:
        """Return the share of failed questions of the worst instrument since the last look."""
        before, self._counts = self._counts, [health.counts() for health in self._lines]
        shares = []
        for (goods_then, faults_then), (goods, faults) in zip(before, self._counts, strict=True):
            asked = goods - goods_then + faults - faults_then
            if asked:
                shares.append((faults - faults_then) / asked)
        return max(shares, default=None)


def _bounded(key: str, value: float) -> float:
    row = QUANTITIES[key]
    return round(min(max(value, row.low), row.high), 4)
