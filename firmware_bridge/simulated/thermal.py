"""A virtual thermal array over a part of the made-up floor: litter, birds, a cold corner, noise."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from firmware_bridge.simulated.climate import Climate
from firmware_bridge.simulated.scene import Scene
from firmware_bridge.simulated.terminal import Terminal
from firmware_bridge.simulated.voices import Clock, Voice
from firmware_bridge.thermal import gy_mcu90640
from firmware_bridge.thermal.frame import ThermalFrame
from firmware_bridge.thermal.gy_mcu90640 import BY_ITSELF, COMMAND, HEIGHT, ONCE, RATES_HZ, SET_OUTPUT, SET_RATE, WIDTH

LITTER_ABOVE_AIR_CELSIUS = 1.0
BIRD_ABOVE_AIR_CELSIUS = 8.0
NOISE_CELSIUS = 0.3
MODULE_ABOVE_AIR_CELSIUS = 6.0
STEP_S = 20.0
"""So long a bird stays where it is."""
COLD_CORNER = (16, 24)
"""First row and column of the corner at the bottom right that may be cold."""
SCATTERED = (range(0, HEIGHT - 1, 3), range(0, WIDTH - 1, 3))
HUDDLED = (range(2, 12, 2), range(4, 16, 2))
"""Rows and columns at which birds stand."""
LISTEN_S = 0.05


@dataclass(frozen=True, slots=True)
class View:
    """What the array looks at; the sizes are our choice.

    Attributes:
        air_celsius: the house's air at a time since the start, in s.
        birds: how many it sees, each 2 x 2 pixels wide.
        huddled: whether they stand together.
        cold_corner_celsius: how much colder the corner at the bottom right is.
        seed: of the birds' places and the noise.
    """

    air_celsius: Callable[[float], float]
    birds: int = 30
    huddled: bool = False
    cold_corner_celsius: float = 0.0
    seed: int = 1

    def frame(self, elapsed_s: float) -> ThermalFrame:
        """Return the picture at a time since the start, in s."""
        air = self.air_celsius(elapsed_s)
        rng = random.Random(f"{self.seed} {elapsed_s}")  # noqa: S311  # noise, not keys
        floor = air + LITTER_ABOVE_AIR_CELSIUS
        rows = [[floor] * WIDTH for _ in range(HEIGHT)]
        first_row, first_column = COLD_CORNER
        for row in rows[first_row:]:
            row[first_column:] = [floor - self.cold_corner_celsius] * (WIDTH - first_column)
        for high, left in self._places(elapsed_s):
            for row in rows[high : high + 2]:
                row[left : left + 2] = [air + BIRD_ABOVE_AIR_CELSIUS] * 2
        pixels = tuple(round((one + rng.gauss(0, NOISE_CELSIUS)) * 100) for row in rows for one in row)
        return ThermalFrame(pixels, WIDTH, HEIGHT, round(air + MODULE_ABOVE_AIR_CELSIUS, 2))

    def _places(self, elapsed_s: float) -> list[tuple[int, int]]:
        rng = random.Random(f"{self.seed} {elapsed_s // STEP_S}")  # noqa: S311  # places, not keys
        rows, columns = HUDDLED if self.huddled else SCATTERED
        spots = [(row, column) for row in rows for column in columns]
        return rng.sample(spots, min(self.birds, len(spots)))


class GyMcu90640Voice:
    """A GY-MCU90640 that sends by itself, four pictures a second, until it is told otherwise.

    Args:
        view: what it looks at.
        clock: seconds, rising.
    """

    def __init__(self, view: View, clock: Clock = time.monotonic) -> None:
        self.view = view
        self.pictures_per_s = 4.0
        self.by_itself = True
        self._clock = clock
        self._start_s = clock()
        self._next_s = self._start_s
        self._heard = b""

    def step(self, terminal: Terminal) -> None:
        """Listen shortly, and send a picture when one is due."""
        self._heard = (self._heard + terminal.read(LISTEN_S))[-64:]
        self._obey(terminal)
        if self.by_itself and self._clock() >= self._next_s:
            self._next_s = max(self._next_s, self._clock() - 1) + 1 / self.pictures_per_s
            self._send(terminal)

    def _obey(self, terminal: Terminal) -> None:
        while (at := self._heard.find(COMMAND)) >= 0 and len(self._heard) - at >= 4:  # noqa: PLR2004  # a command's length
            order, self._heard = self._heard[at : at + 4], self._heard[at + 4 :]
            what, argument = order[1], order[2]
            if order != gy_mcu90640.command(what, argument):
                continue
            if what == SET_RATE:
                self.pictures_per_s = next((hz for hz, code in RATES_HZ.items() if code == argument), 4.0)
            elif what == SET_OUTPUT:
                self.by_itself = argument == BY_ITSELF
                if argument == ONCE:
                    self._send(terminal)

    def _send(self, terminal: Terminal) -> None:
        terminal.write(gy_mcu90640.encode(self.view.frame(self._clock() - self._start_s)))


def _over_the_floor(scene: Scene) -> Voice:
    climate = Climate(scene.flock, scene.calendar, seed=scene.seed)
    return GyMcu90640Voice(View(climate.celsius, seed=scene.seed))


ROWS: dict[str, Callable[[Scene], Voice]] = {"gy-mcu90640": _over_the_floor}
