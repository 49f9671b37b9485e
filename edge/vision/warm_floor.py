"""A thermal array as an instrument: its values are what its pictures show of floor, birds' surface and huddling.

Surfaces only, never the temperature of a body: see ``edge.vision.thermal``.
"""

import time
from collections.abc import Callable

import numpy as np

from edge.vision.thermal import BadThermalFrame, ThermalLook, look
from firmware_bridge.device import Imaging, Measured
from firmware_bridge.errors import BadValue

FRESH_S = 60.0
"""A cold area counts for the findings of a camera while the array's last picture is not older."""

Clock = Callable[[], float]
Air = Callable[[], float | None]


class WarmFloor:
    """The device; see ``firmware_bridge.device.Device``.

    Args:
        array: the instrument.
        air: gives the air's temperature at the birds' height in °C, None where it isn't known.
        clock: seconds, rising; ``time.monotonic``.
    """

    def __init__(self, array: Imaging, *, air: Air | None = None, clock: Clock = time.monotonic) -> None:
        self.family = array.family
        self.streaming = array.streaming
        self.quantities: tuple[str, ...] = (
            "floor_temperature_celsius",
            "surface_temperature_celsius",
            *(("surface_above_air_celsius",) if air else ()),
            "huddle_ratio",
            "cold_floor_ratio",
            "warm_floor_ratio",
        )
        self._array = array
        self._air = air
        self._clock = clock
        self._cold_since_s = float("-inf")

    @property
    def faults(self) -> int:
        """As the array counts them."""
        return self._array.faults

    def open(self) -> None:
        """Open the array. Raises as it does."""
        self._array.open()

    def read(self) -> Measured:
        """Look at the next picture.

        Raises:
            BadValue: the picture can't be used.
            LineLost, LineSilent, LineGarbled: as the array raises them.
        """
        self._array.read()
        frame = self._array.frame
        if frame is None:
            raise BadValue(f"{self.family} gave no picture; it is read again")
        celsius = np.array(frame.celsius()).reshape(frame.height, frame.width)
        try:
            seen = look(celsius, air_celsius=self._air() if self._air else None)
        except BadThermalFrame as error:
            raise BadValue(f"{self.family}: {error}") from error
        self._cold_since_s = self._clock() if seen.cold else float("-inf")
        return Measured(_values(seen))

    def close(self) -> None:
        """Close the array."""
        self._array.close()

    def sees_cold_floor(self) -> bool:
        """Say whether the last picture, if it is fresh, shows a cold part of the floor."""
        return self._clock() - self._cold_since_s <= FRESH_S


def _values(seen: ThermalLook) -> dict[str, float]:
    values = {
        "floor_temperature_celsius": round(seen.floor_celsius, 2),
        "cold_floor_ratio": round(min(1.0, sum(area.share for area in seen.cold)), 4),
        "warm_floor_ratio": round(min(1.0, sum(area.share for area in seen.warm)), 4),
    }
    if seen.bird_celsius is not None:
        values["surface_temperature_celsius"] = round(seen.bird_celsius, 2)
        values["huddle_ratio"] = round(seen.huddle_ratio, 4)
    if seen.above_air_celsius is not None:
        values["surface_above_air_celsius"] = round(seen.above_air_celsius, 2)
    return values
