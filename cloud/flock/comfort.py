"""Heat: the temperature-humidity index, and what moving air takes off it. All take numbers or arrays of them."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

HEAT_STRESS_THI = 78.0
"""Broilers begin to suffer above this (St-Pierre, Cobanov and Schnitkey 2003, J. Dairy Sci. 86, E52-E77)."""

THVI_SPEEDS_MPS = (0.2, 1.2)
"""Air speeds that the THVI was found at; outside it is taken at the nearer end."""

Number = TypeVar("Number", float, NDArray[np.float64])


def heat_index(celsius: Number, humidity_percent: Number) -> Number:
    """Return the THI from dry-bulb temperature in degrees Celsius and relative humidity in %.

    THI = (1.8 T + 32) - (0.55 - 0.55 RH) (1.8 T - 26) with RH as a fraction: the NOAA form that St-Pierre et al.
    (2003) use. The result reads like degrees Fahrenheit; at 100 % humidity it is the temperature itself.
    """
    humidity = humidity_percent / 100
    return (1.8 * celsius + 32) - (0.55 - 0.55 * humidity) * (1.8 * celsius - 26)


def wet_bulb(celsius: NDArray[np.float64], humidity_percent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the wet-bulb temperature in degrees Celsius, within 1 degree from 5 to 99 % humidity.

    Stull 2011, J. Appl. Meteorol. Climatol. 50, 2267-2269 (for 101.3 kPa).
    """
    humidity = humidity_percent
    return (
        celsius * np.arctan(0.151977 * np.sqrt(humidity + 8.313659))
        + np.arctan(celsius + humidity)
        - np.arctan(humidity - 1.676331)
        + 0.00391838 * humidity**1.5 * np.arctan(0.023101 * humidity)
        - 4.686035
    )


def thvi(
    celsius: NDArray[np.float64], humidity_percent: NDArray[np.float64], mps: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the temperature-humidity-velocity index of market-size broilers, in degrees Celsius.

    THVI = (0.85 Tdb + 0.15 Twb) V^-0.058 with the air speed V in m/s (Tao and Xin 2003, Trans. ASAE 46, 491-497:
    2.8 kg birds of 46 days, 0.2 to 1.2 m/s).
    """
    still = 0.85 * celsius + 0.15 * wet_bulb(celsius, humidity_percent)
    return still * np.clip(mps, *THVI_SPEEDS_MPS) ** -0.058
