"""A virtual DS18B20: a folder with the file of the kernel in it, written anew each second."""

import time
from collections.abc import Callable
from pathlib import Path

from firmware_bridge.errors import LineLost, WrongSettings
from firmware_bridge.onewire.ds18b20 import slave_text
from firmware_bridge.simulated.climate import Climate
from firmware_bridge.simulated.scene import Scene
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import Clock, Voice

MEASURE_S = 1.0
FILE = "w1_slave"


class OneWireFolder(Terminal):
    """In place of a terminal: a folder; what is written replaces its file. Nobody ever says anything to it.

    Put it below a folder and call it ``28-...``, and it is found there as the kernel's are.
    """

    def __init__(self, name: Path) -> None:
        super().__init__(name)
        self._opened = False

    def open(self) -> None:
        """Make the folder. Raises WrongSettings: something else has that name, or it can't be made."""
        if self.name.exists() and set(self.name.iterdir() if self.name.is_dir() else [self.name]) - {self._file}:
            raise WrongSettings(f"{self.name} exists and is no virtual sensor; choose another name for the port")
        try:
            self.name.mkdir(exist_ok=True)
        except OSError as error:
            raise WrongSettings(f"{self.name} can't be made ({error.strerror}); choose another port") from error
        self._opened = True

    def listened_to(self) -> bool:
        """Say that somebody may read."""
        return True

    def read(self, timeout_s: float) -> bytes:
        """Wait; nothing comes. Raises LineLost: the folder was closed."""
        self._check()
        time.sleep(timeout_s)
        return b""

    def write(self, data: bytes) -> None:
        """Replace the file, in one piece. Raises LineLost: the folder was closed."""
        self._check()
        fresh = self.name / f"{FILE}.new"
        fresh.write_bytes(data)
        fresh.replace(self._file)

    def close(self) -> None:
        """Take the sensor off: the folder goes."""
        if self._opened:
            self._opened = False
            self._file.unlink(missing_ok=True)
            self.name.rmdir()

    @property
    def _file(self) -> Path:
        return self.name / FILE

    def _check(self) -> None:
        if not self._opened:
            raise LineLost(f"{self.name} is closed")


class Ds18b20Voice:
    """A DS18B20 that measures each second.

    Args:
        celsius: gives the temperature at a time since the start, in s.
        clock: seconds, rising.
    """

    def __init__(self, celsius: Callable[[float], float], clock: Clock = time.monotonic) -> None:
        self._celsius = celsius
        self._clock = clock
        self._start_s = clock()
        self._next_s = self._start_s

    def step(self, terminal: Terminal) -> None:
        """Write what was measured, when a second is over."""
        if self._clock() >= self._next_s:
            self._next_s = self._clock() + MEASURE_S
            terminal.write(slave_text(self._celsius(self._clock() - self._start_s)).encode())
        terminal.read(0.05)


def _thermometer(scene: Scene) -> Voice:
    return Ds18b20Voice(Climate(scene.flock, scene.calendar, seed=scene.seed).celsius)


ROWS: dict[str, Callable[[Scene], Voice]] = {"ds18b20": _thermometer}
