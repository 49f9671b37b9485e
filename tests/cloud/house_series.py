"""Houses made of numbers: a flock that is well for 42 days, and 32 days of a house like the real one we may not ship.

The real series (tropical, open house, a reading every 5 minutes) has hot afternoons, humid nights, ammonia that peaks
in the second week, and stretches of hours to days in which a dead logger repeats one row. So has this one.
"""

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from math import exp, sqrt
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from cloud.alerts.history import FileHistory
from cloud.alerts.rules.settings import Lives
from cloud.alerts.rules.signals import Columns, LoggedDay
from cloud.alerts.rules.targets import target_celsius
from cloud.flock.growth import standard, standards
from cloud.store.series import DayStats, SeriesKey

ZONE = ZoneInfo("Asia/Shanghai")
PLACED_ON = date(2026, 5, 1)
DAY_S = 86_400

Numbers = NDArray[np.float64]


@dataclass
class Weather:
    """Noise that remembers, and the hour of the day, for a series that begins at midnight of day 0."""

    seed: int
    step_s: int
    days: int

    def __post_init__(self) -> None:
        self._chance = np.random.default_rng(self.seed)
        self.seconds = np.arange(0, self.days * DAY_S, self.step_s)
        self.age = self.seconds / DAY_S
        self.noon = np.sin((self.seconds % DAY_S / 3600 - 9) / 24 * 2 * np.pi)
        """1 in the middle of the afternoon, -1 before dawn."""

    def wander(self, size: float, remembers_s: float) -> Numbers:
        """A value around 0 with standard deviation ``size`` that forgets within ``remembers_s``."""
        kept = exp(-self.step_s / remembers_s)
        steps = self._chance.normal(0, size * sqrt(1 - kept * kept), len(self.seconds))
        return np.fromiter(accumulate(steps.tolist(), lambda last, step: kept * last + step), float, len(self.seconds))

    def by_age(self, *rows: tuple[float, float]) -> Numbers:
        return np.interp(self.age, [age for age, _ in rows], [value for _, value in rows])

    def at_ms(self) -> NDArray[np.int64]:
        first_ms = int(datetime(PLACED_ON.year, PLACED_ON.month, PLACED_ON.day, tzinfo=ZONE).timestamp() * 1000)
        return first_ms + self.seconds.astype(np.int64) * 1000

    def weighed(self, age: int) -> DayStats:
        """A day of weighings of Ross 308 on their curve, CV 10.5 %."""
        mean = standards()["ross-308"].grams_at(age) or 0.0
        grams = self._chance.normal(mean, 0.105 * mean, int(self._chance.integers(60, 400)))
        square = float((grams**2).sum())
        day = PLACED_ON + timedelta(days=age)
        return DayStats(day, len(grams), float(grams.sum()), square, float(grams.min()), float(grams.max()))

    def logged(self, birds: int) -> list[LoggedDay]:
        """A log: deaths of 1 % in the first week, then 0.06 % a day; feed and water that grow."""
        days = []
        for age in range(self.days):
            lost = int(self._chance.poisson(birds * (0.0015 if age < 7 else 0.0006)))
            feed = birds * float(np.interp(age, [0, 42], [0.012, 0.2])) * self._chance.normal(1, 0.05)
            days.append(
                LoggedDay(PLACED_ON + timedelta(days=age), birds, lost, feed, feed * self._chance.normal(1.8, 0.1))
            )
            birds -= lost
        return days


def well_kept(seed: int, days: int = 42, step_s: int = 60) -> FileHistory:
    """A flock that is well: warm days and cooler nights around the target, noise, growth on the curve."""
    weather = Weather(seed, step_s, days)
    target = weather.by_age(*[(age, target_celsius("ross-308", age)) for age in range(days + 1)])
    warmer = weather.by_age((0, 0.6), (14, 1.5), (42, 3.0)) * weather.noon
    noon, wander, by_age = weather.noon, weather.wander, weather.by_age
    measured = {
        ("climate-1", "temperature_celsius"): (target + 0.5 + warmer + wander(0.6, 3600)).round(1),
        ("climate-1", "humidity_percent"): np.clip(
            by_age((0, 60), (7, 58), (42, 64)) - 5 * noon + wander(3, 7200), 20, 99
        ).round(1),
        ("climate-1", "ammonia_ppm"): np.clip(
            by_age((0, 2), (10, 5), (42, 11)) - 2 * noon + wander(1.2, 7200), 0, None
        ).round(1),
        ("climate-1", "carbon_dioxide_ppm"): (1800 - 350 * noon + wander(150, 3600)).round(0),
        ("cam-1", "share_birds"): (420 + 20 * noon + wander(8, 1800)).round(0),
        ("cam-1", "activity_lengths_per_min"): by_age((0, 5), (42, 2)) * (1 + 0.5 * noon) * np.exp(wander(0.15, 3600)),
        ("scale-1", "weight_grams"): np.empty(0),
    }
    at_ms = weather.at_ms()
    series = {_key(*name): Columns(at_ms[: len(values)], values) for name, values in measured.items()}
    weights = [weather.weighed(age) for age in range(days)]
    return FileHistory(
        ZONE,
        series,
        {"weight_grams": weights},
        Lives("ross-308", PLACED_ON, standard("ross-308")),
        weather.logged(8_000),
    )


def _key(source: str, quantity: str) -> SeriesKey:
    return SeriesKey("hill", "house-2", "pi-1", source, quantity)


@dataclass(frozen=True)
class RealLike:
    """Where the made-up log has its troubles: days of age, so that a test can ask for each by name."""

    stuck: tuple[tuple[float, float], ...] = ((0.4, 0.9), (5.2, 9.75), (18.9, 27.6))
    heater_out: float = 12.1
    wet_litter: tuple[float, float] = (10.0, 13.0)
    heat_wave: tuple[float, float] = (29.0, 31.0)


def write_real_like(path: Path, troubles: RealLike, seed: int = 3) -> None:
    """Write 32 days of an open tropical house, a row each 5 minutes, with the columns the real one has."""
    weather = Weather(seed, 300, 32)
    noon, wander, by_age = weather.noon, weather.wander, weather.by_age
    celsius = by_age((0, 29.5), (5, 28.5), (12, 26.5), (20, 25.5), (32, 24.5)) + 1.8 * noon + wander(0.5, 5400)
    celsius += 6.5 * _between(weather, *troubles.heat_wave) * np.clip(noon, 0, 1)
    celsius -= 7 * np.exp(-(((weather.age - troubles.heater_out) / 0.04) ** 2))
    humidity = np.clip(by_age((0, 68), (8, 72), (14, 84), (32, 88)) - 11 * noon + wander(2, 5400), 30, 100)
    ammonia = np.clip(by_age((0, 6), (6, 9), (12, 7), (32, 4.5)) - 2 * noon + wander(0.5, 7200), 0, None)
    ammonia += 16 * _between(weather, *troubles.wet_litter)
    rows = np.column_stack([celsius, humidity, ammonia]).round(1)
    for first, last in troubles.stuck:
        inside = np.flatnonzero((weather.age >= first) & (weather.age < last))
        rows[inside] = rows[inside[0]]
    began = datetime(PLACED_ON.year, PLACED_ON.month, PLACED_ON.day, tzinfo=ZONE)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["time", "temperature_c", "humidity_pct", "nh3_ppm", "feed_daily_source"])
        for seconds, row in zip(weather.seconds.tolist(), rows.tolist(), strict=True):
            writer.writerow([f"{began + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}", *row, 150])


def _between(weather: Weather, first: float, last: float) -> Numbers:
    return ((weather.age >= first) & (weather.age < last)).astype(np.float64)
