"""Heat: the temperature-humidity index."""

HEAT_STRESS_THI = 78.0
"""Broilers begin to suffer above this (St-Pierre, Cobanov and Schnitkey 2003, J. Dairy Sci. 86, E52-E77)."""


def heat_index(celsius: float, humidity_percent: float) -> float:
    """Return the THI from dry-bulb temperature in degrees Celsius and relative humidity in %.

    THI = (1.8 T + 32) - (0.55 - 0.55 RH) (1.8 T - 26) with RH as a fraction: the NOAA form that St-Pierre et al.
    (2003) use. The result reads like degrees Fahrenheit; at 100 % humidity it is the temperature itself.
    """
    humidity = humidity_percent / 100
    return (1.8 * celsius + 32) - (0.55 - 0.55 * humidity) * (1.8 * celsius - 26)
