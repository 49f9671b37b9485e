"""An instrument whose last values others may ask for, without a line of their own."""

import threading
import time
from collections.abc import Callable

from firmware_bridge.device import Device, Measured


class Overheard:
    """A device that remembers what it measured last; in all else the one it is made of.

    Args:
        device: the instrument.
        clock: seconds, rising; ``time.monotonic``.
    """

    def __init__(self, device: Device, clock: Callable[[], float] = time.monotonic) -> None:
        self.family = device.family
        self.quantities = device.quantities
        self.streaming = device.streaming
        self._device = device
        self._clock = clock
        self._lock = threading.Lock()
        self._values: dict[str, float] = {}
        self._at_s = float("-inf")

    @property
    def faults(self) -> int:
        """As the device counts them."""
        return self._device.faults

    def open(self) -> None:
        """Open the device. Raises as it does."""
        self._device.open()

    def read(self) -> Measured:
        """Read the device, and remember. Raises as it does."""
        measured = self._device.read()
        with self._lock:
            self._values, self._at_s = measured.values, self._clock()
        return measured

    def close(self) -> None:
        """Close the device."""
        self._device.close()

    def last(self, key: str, *, within_s: float) -> float | None:
        """Return what it measured last of a quantity, None when that is older than ``within_s`` or never was."""
        with self._lock:
            return self._values.get(key) if self._clock() - self._at_s <= within_s else None
