"""What Linux tells of the machine: temperature, throttling, memory, Wi-Fi, clock. Files of /proc and /sys only.

Sources: proc(5), the kernel's sysfs ABI documents (thermal, cpufreq cooling devices), and for ``get_throttled`` the
Raspberry Pi documentation of ``vcgencmd get_throttled`` (bits 0 to 3 are the present). What a machine does not have
is None.
"""

import ctypes
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

UNDERVOLTAGE: Final = 0b0001
SLOWED: Final = 0b1110
"""Frequency capped, throttled, soft temperature limit."""
_UNSYNCHRONISED: Final = 0x0040
"""STA_UNSYNC of adjtimex(2)."""
_TIME_CLIENTS: Final = ("run/systemd/timesync", "run/chrony", "run/ntpd.pid", "run/openntpd")
TIMEX_BYTES: Final = 256
"""More than a struct timex on any architecture."""
_STATUS_AT: Final = 5 * ctypes.sizeof(ctypes.c_long)
"""Of ``status`` in struct timex: modes is padded to a long, then offset, freq, maxerror, esterror."""


@dataclass(frozen=True, slots=True)
class Processor:
    """Time since power-on, in ticks: what was spent on work, and all of it."""

    busy: int
    all: int

    def percent_since(self, before: "Processor") -> float | None:
        """Return the share of the time between two looks that was spent on work, in %."""
        ticks = self.all - before.all
        return 100 * (self.busy - before.busy) / ticks if ticks > 0 else None


class Machine:
    """The machine this runs on.

    Args:
        root: where /proc and /sys are; another folder in tests.
    """

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def temperature_celsius(self) -> float | None:
        """Return the highest temperature of the processor's sensors."""
        found = [_number(file) for file in self._files("sys/class/thermal/thermal_zone*/temp")]
        found += [
            _number(file)
            for name in self._files("sys/class/hwmon/hwmon*/name")
            if _text(name) in {"cpu_thermal", "coretemp", "k10temp"}
            for file in name.parent.glob("temp*_input")
        ]
        known = [milli / 1000 for milli in found if milli is not None]
        return max(known, default=None)

    def throttled(self) -> tuple[bool, bool] | None:
        """Return whether it is slowed down by heat, and whether its supply is too weak; None when it doesn't tell."""
        for file in self._files("sys/devices/platform/soc*/*firmware/get_throttled"):
            try:
                bits = int(_text(file), 16)
            except ValueError:
                continue
            return bool(bits & SLOWED), bool(bits & UNDERVOLTAGE)
        cooling = [
            _number(kind.parent / "cur_state")
            for kind in self._files("sys/class/thermal/cooling_device*/type")
            if "cpufreq" in _text(kind) or _text(kind) == "Processor"
        ]
        known = [state for state in cooling if state is not None]
        return (max(known) > 0, False) if known else None

    def memory_percent(self) -> float | None:
        """Return how much of the memory is in use and can't be given away, in %."""
        lines = _text(self._root / "proc/meminfo").splitlines()
        fields = dict(line.split(":", 1) for line in lines if ":" in line)
        try:
            whole, free = (int(fields[name].split()[0]) for name in ("MemTotal", "MemAvailable"))
        except (KeyError, ValueError, IndexError):
            return None
        return 100 * (1 - free / whole)

    def processor(self) -> Processor | None:
        """Return how much it has worked so far."""
        first = _text(self._root / "proc/stat").partition("\n")[0].split()
        try:
            ticks = [int(one) for one in first[1:9]]
            idle = ticks[3] + ticks[4]
        except (ValueError, IndexError):
            return None
        return Processor(sum(ticks) - idle, sum(ticks))

    def uptime_hours(self) -> float | None:
        """Return how long ago it was switched on, in h."""
        try:
            return float(_text(self._root / "proc/uptime").split()[0]) / 3600
        except (ValueError, IndexError):
            return None

    def wifi_dbm(self) -> float | None:
        """Return the signal of the best wireless network it is in, in dBm."""
        signals = []
        for line in _text(self._root / "proc/net/wireless").splitlines()[2:]:
            try:
                signals.append(float(line.split()[3].rstrip(".")))
            except (ValueError, IndexError):
                continue
        return max((one for one in signals if one < 0), default=None)

    def clock_trusted(self) -> bool | None:
        """Say whether somebody keeps the clock right, as the kernel says, or where it can't be asked timesyncd."""
        kept = _synchronised() if self._root == Path("/") else None
        # The file stays when somebody turns the clock by hand; the kernel knows.
        if kept is None and (self._root / "run/systemd/timesync/synchronized").exists():
            return True
        return kept

    def has_time_client(self) -> bool:
        """Say whether an NTP client is at work: systemd-timesyncd, chrony or ntpd."""
        return any((self._root / one).exists() for one in _TIME_CLIENTS)

    def power_on(self) -> str:
        """Return the kernel's name of this power-on; all of its processes are told the same."""
        return _text(self._root / "proc/sys/kernel/random/boot_id")

    def disk_percent(self, folder: Path) -> float | None:
        """Return how full the disk under a folder is, in %."""
        try:
            usage = shutil.disk_usage(folder)
        except OSError:
            return None
        return 100 * (1 - usage.free / usage.total)

    def _files(self, pattern: str) -> Iterator[Path]:
        yield from sorted(self._root.glob(pattern))


@cache
def _adjtimex() -> Any:
    return getattr(ctypes.CDLL(None), "adjtimex", None)


def _synchronised() -> bool | None:
    buffer = ctypes.create_string_buffer(TIMEX_BYTES)
    adjtimex = _adjtimex()
    if adjtimex is None or adjtimex(buffer) < 0:  # a sandbox may forbid even asking
        return None
    return not ctypes.c_int.from_buffer(buffer, _STATUS_AT).value & _UNSYNCHRONISED


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", errors="replace").strip("\0 \n")
    except OSError:  # not on this machine, or a sensor that is switched off
        return ""


def _number(file: Path) -> int | None:
    try:
        return int(_text(file))
    except ValueError:
        return None
