"""Units of reports: SI as reckoned, and what else people count in. Pure.

``jin`` is what Chinese farmers sell by: 1 斤 = 500 g. ``us`` is pounds and degrees Fahrenheit (1 lb = 453.59237 g).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

Unit = Literal[
    "", "birds", "days", "g", "kg", "g/day", "%", "l", "l/kg", "kg/m²", "birds/m²", "°C", "ppm", "ppm h", "h", "money"
]
Units = Literal["si", "jin", "us"]

GRAMS_PER_POUND: Final = 453.59237
GRAMS_PER_JIN: Final = 500.0
FEET2_PER_M2: Final = 10.763910416709722
LITRES_PER_GALLON: Final = 3.785411784


@dataclass(frozen=True, slots=True)
class Shown:
    """How a unit is shown: the sign after a number, the conversion, decimals more than in SI."""

    en: str
    zh: str
    to: Callable[[float], float]
    more_decimals: int = 0


def _same(value: float) -> float:
    return value


def _times(factor: float) -> Callable[[float], float]:
    return lambda value: value * factor


_SI: Final[dict[Unit, Shown]] = {
    "": Shown("", "", _same),
    "birds": Shown("birds", "只", _same),
    "days": Shown("days", "天", _same),
    "g": Shown("g", "克", _same),
    "kg": Shown("kg", "公斤", _same),
    "g/day": Shown("g/day", "克/天", _same),
    "%": Shown("%", "%", _same),
    "l": Shown("l", "升", _same),
    "l/kg": Shown("l/kg", "升/公斤", _same),
    "kg/m²": Shown("kg/m²", "公斤/m²", _same),
    "birds/m²": Shown("birds/m²", "只/m²", _same),
    "°C": Shown("°C", "°C", _same),
    "ppm": Shown("ppm", "ppm", _same),
    "ppm h": Shown("ppm h", "ppm·时", _same),
    "h": Shown("h", "小时", _same),
    "money": Shown("", "", _same),
}

_JIN: Final[dict[Unit, Shown]] = {
    "g": Shown("jin", "斤", _times(1 / GRAMS_PER_JIN), 2),
    "kg": Shown("jin", "斤", _times(1000 / GRAMS_PER_JIN)),
}

_US: Final[dict[Unit, Shown]] = {
    "g": Shown("lb", "磅", _times(1 / GRAMS_PER_POUND), 2),
    "kg": Shown("lb", "磅", _times(1000 / GRAMS_PER_POUND)),
    "g/day": Shown("lb/day", "磅/天", _times(1 / GRAMS_PER_POUND), 2),
    "l": Shown("gal", "加仑", _times(1 / LITRES_PER_GALLON)),
    "l/kg": Shown("gal/lb", "加仑/磅", _times(GRAMS_PER_POUND / 1000 / LITRES_PER_GALLON), 1),
    "kg/m²": Shown("lb/ft²", "磅/ft²", _times(1000 / GRAMS_PER_POUND / FEET2_PER_M2)),
    "birds/m²": Shown("birds/ft²", "只/ft²", _times(1 / FEET2_PER_M2), 1),
    "°C": Shown("°F", "°F", lambda value: value * 1.8 + 32),
}


def shown(unit: Unit, units: Units) -> Shown:
    """Return how a unit is shown in a system of units."""
    other = {"si": {}, "jin": _JIN, "us": _US}[units]
    return other.get(unit, _SI[unit])
