"""Values that can be, but are doubtful: a sensor that is stuck, a jump that no house makes. Pure.

They are sent, marked, and never dropped: whoever reads them decides. The rules are ours:

- *stuck*: all that an instrument measures stays exactly the same for ``stuck_after_s``. An hour finds every stretch of
  a dead logger in 32 days of a real broiler house, and nothing else (docs/benchmarks.md). A value at the end of its
  scale says nothing: no ammonia is no ammonia for days, and wet air reads 100 % all night. Load on a scale, light,
  meters while birds sleep and batteries stand still by nature.
- *jump*: a change from the last value that was believed by more than a house can make in the time between. A new level
  that stays for ``AGREE`` readings is believed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from contract.messages import Doubt

STILL_BY_NATURE = frozenset(
    {"load_grams", "light_lux", "water_meter_litres", "feed_meter_kilograms", "battery_percent"}
)
ENDS = {"humidity_percent": (0.0, 100.0), "ammonia_ppm": (0.0,), "air_speed_mps": (0.0,)}
AGREE = 3
STUCK_AFTER_S = 3_600
"""How long all values of an instrument stay the same until it counts as stuck, unless a device is told otherwise."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a quantity can change in a house: at once (a door, a gust, another bird), and per minute."""

    at_once: float
    per_minute: float

    def allows(self, change: float, seconds: float) -> bool:
        """Say whether a change is possible in that time."""
        return abs(change) <= self.at_once + self.per_minute * seconds / 60


PACES = {
    "temperature_celsius": Pace(5, 1),
    "humidity_percent": Pace(25, 5),
    "carbon_dioxide_ppm": Pace(1500, 300),
    "ammonia_ppm": Pace(20, 5),
    "surface_temperature_celsius": Pace(15, 5),
}


@dataclass(slots=True)
class _Believed:
    """The last value that was believed, and those that disagree with it since."""

    at_s: float
    value: float
    against: list[float]


class Doubts:
    """What is doubtful in one instrument's values.

    Args:
        stuck_after_s: so long all values must stay the same; 0 = never doubt that.
    """

    def __init__(self, stuck_after_s: float) -> None:
        self._stuck_after_s = stuck_after_s
        self._believed: dict[str, _Believed] = {}
        self._same: dict[str, float] = {}
        self._same_since_s = 0.0

    def judge(self, at_s: float, values: Mapping[str, float]) -> dict[str, Doubt]:
        """Take the values of one instant and return which are doubtful, and why.

        Args:
            at_s: when, on a clock that only rises, in s.
            values: quantity key -> value.
        """
        doubts: dict[str, Doubt] = {key: "jump" for key, value in values.items() if self._jumps(key, value, at_s)}
        if self._stuck(at_s, values):
            doubts |= {key: "stuck" for key in values if key not in STILL_BY_NATURE}
        return doubts

    def _jumps(self, key: str, value: float, at_s: float) -> bool:
        pace = PACES.get(key)
        if pace is None:
            return False
        last = self._believed.get(key)
        if last is None or pace.allows(value - last.value, at_s - last.at_s) or _agreed(last, value, pace):
            self._believed[key] = _Believed(at_s, value, [])
            return False
        last.against.append(value)
        return True

    def _stuck(self, at_s: float, values: Mapping[str, float]) -> bool:
        telling = {
            key: value for key, value in values.items() if key not in STILL_BY_NATURE and value not in ENDS.get(key, ())
        }
        if telling != self._same:
            self._same, self._same_since_s = telling, at_s
        return bool(telling) and 0 < self._stuck_after_s <= at_s - self._same_since_s


def _agreed(last: _Believed, value: float, pace: Pace) -> bool:
    """Say whether the newest values contradict the believed one, but not each other: then they are right."""
    newest = [*last.against[-(AGREE - 1) :], value]
    return len(newest) == AGREE and max(newest) - min(newest) <= pace.at_once
