"""A DS18B20 as a device: a folder of the kernel is its line."""

from pathlib import Path

from firmware_bridge.device import Measured
from firmware_bridge.errors import BadValue, LineGarbled, LineLost, WrongSettings
from firmware_bridge.onewire.ds18b20 import Impossible, Unreadable, celsius

TRIES = 3
SENSORS = "28-*"
"""Folders of DS18B20s: their family code is 0x28."""
FILES = ("w1_slave", "temperature")
"""The first one tells its check, the second one is all that some kernels have."""


class OneWireThermometer:
    """The device; see ``firmware_bridge.device.Device``. A read takes up to 0.75 s, while the sensor measures.

    Args:
        family: key in the registry.
        folder: of the sensor, or the one above it when it is the only sensor there.
    """

    streaming = False
    quantities: tuple[str, ...] = ("temperature_celsius",)

    def __init__(self, family: str, folder: Path) -> None:
        self.family = family
        self._folder = folder
        self._sensor: Path | None = None
        self._faults = 0

    @property
    def faults(self) -> int:
        """Failed tries that a later one made good, so far."""
        return self._faults

    def open(self) -> None:
        """Find the sensor.

        Raises:
            LineLost: it is not there.
            WrongSettings: there are several; the message names them.
        """
        if self._sensor is not None:
            return
        if any((self._folder / name).exists() for name in FILES):
            self._sensor = self._folder
            return
        found = sorted(self._folder.glob(SENSORS))
        if len(found) > 1:
            names = ", ".join(sensor.name for sensor in found)
            raise WrongSettings(f"{self._folder} has {len(found)} sensors; add the name of one to the port: {names}")
        if not found:
            raise LineLost(
                f"no sensor in {self._folder}; check its wires, and that 1-wire is on (dtoverlay=w1-gpio in config.txt)"
            )
        self._sensor = found[0]

    def read(self) -> Measured:
        """Measure.

        Raises:
            LineLost: the sensor is gone.
            LineGarbled: its check failed in all tries.
            BadValue: it says what can't be.
        """
        if self._sensor is None:
            raise LineLost(f"{self._folder} is not open; open it first")
        for failed in range(TRIES):
            try:
                value = celsius(self._text(self._sensor))
            except Impossible as error:
                raise BadValue(f"{self.family} {self._sensor.name}: {error}") from error
            except Unreadable as error:
                problem = error
                continue
            self._faults += failed
            return Measured({"temperature_celsius": round(value, 4)})
        raise LineGarbled(f"{self.family} {self._sensor.name}: {problem}") from problem

    def _text(self, sensor: Path) -> str:
        for name in FILES:
            try:
                return (sensor / name).read_text(encoding="ascii", errors="replace")
            except FileNotFoundError:
                continue
            except OSError as error:  # the kernel refuses what it could not read from the wire
                raise Unreadable(f"it can't be read ({error.strerror}); look at the cable and its contacts") from error
        self.close()
        raise LineLost(f"the sensor {sensor.name} is gone from {sensor.parent}; check its wires")

    def close(self) -> None:
        """Forget which it was."""
        self._sensor = None
