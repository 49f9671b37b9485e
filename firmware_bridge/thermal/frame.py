"""One picture of a thermal array, whatever its bytes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

LOW_CELSIUS, HIGH_CELSIUS = -40.0, 300.0
"""What an MLX90640 can measure (its data sheet); a pixel outside is a dead one."""


@dataclass(frozen=True, slots=True)
class ThermalFrame:
    """One picture, row by row from the top left as the array sees it.

    Attributes:
        hundredths: temperatures in 1/100 °C, ``width`` x ``height`` of them.
        width: pixels in a row.
        height: rows.
        module_celsius: of the array itself.
    """

    hundredths: Sequence[int]
    width: int
    height: int
    module_celsius: float

    def celsius(self) -> list[float]:
        """Return the temperatures in °C; dead pixels are NaN."""
        return [one / 100 if LOW_CELSIUS <= one / 100 <= HIGH_CELSIUS else math.nan for one in self.hundredths]

    def mean_celsius(self) -> float:
        """Return the mean of the pixels that live; NaN when none does."""
        alive = [one for one in self.celsius() if not math.isnan(one)]
        return sum(alive) / len(alive) if alive else math.nan
