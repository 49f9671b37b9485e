"""Clocks that tests move: of a world in which the time is known, and of a process whose clock lies in a file."""

import json
import time
from dataclasses import dataclass
from pathlib import Path

FIRST_S = 1_790_000_000.0
"""Where a world begins: a moment of 2026."""


@dataclass
class World:
    """The true time, and a machine that knows it or not.

    Attributes:
        true_s: UTC, in s since 1970.
        on_since_s: when the machine was switched on.
        wrong_s: how far its wall clock is ahead.
        kept: NTP has set it, and says so.
        client: an NTP client runs.
        number: of the power-on.
    """

    true_s: float = FIRST_S
    on_since_s: float = FIRST_S - 20
    wrong_s: float = 0.0
    kept: bool | None = False
    client: bool = True
    number: int = 1

    def steady_s(self) -> float:
        return self.true_s - self.on_since_s

    def wall_s(self) -> float:
        return self.true_s + self.wrong_s

    def synchronised(self) -> bool | None:
        return self.kept

    def has_keeper(self) -> bool:
        return self.client

    def power_on(self) -> str:
        return f"power-on-{self.number}"

    def passes(self, seconds: float) -> None:
        self.true_s += seconds

    def set_by_ntp(self) -> None:
        self.wrong_s, self.kept = 0.0, True

    def turned_by_hand(self, seconds: float) -> None:
        self.wrong_s, self.kept = self.wrong_s + seconds, False  # as the kernel does

    def power_cut(self, dark_s: float) -> None:
        """Switch it off and, after a while, on again: its clock goes on where it stopped."""
        self.true_s += dark_s
        self.on_since_s, self.wrong_s = self.true_s, self.wrong_s - dark_s
        self.kept, self.number = False, self.number + 1


class FileClocks:
    """Those of this machine, but for the wall clock and who keeps it: these stand in a file that a test writes."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @staticmethod
    def write(file: Path, *, wrong_s: float, kept: bool) -> None:
        beside = file.with_suffix(".part")
        beside.write_text(json.dumps({"wrong_s": wrong_s, "kept": kept}), "utf-8")
        beside.replace(file)

    def _said(self) -> dict[str, float]:
        said: dict[str, float] = json.loads(self._file.read_bytes())
        return said

    def steady_s(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def wall_s(self) -> float:
        return time.time() + self._said()["wrong_s"]

    def synchronised(self) -> bool | None:
        return bool(self._said()["kept"])

    def has_keeper(self) -> bool:
        return True

    def power_on(self) -> str:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
