"""A flock with all data in real stores: placement, log, deliveries, weighings, by hand too, climate, a thinning."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from cloud.alerts.rules.targets import target_celsius
from cloud.flock.growth import standard
from cloud.store import daily_log, flocks, hand_weighings, houses
from cloud.store.daily_log import EntryFacts, EntryKind, KeptEntry
from cloud.store.flocks import EventFacts, FlockFacts, KeptEvent, KeptFlock
from cloud.store.hand_weighings import Weighed
from cloud.store.records import Records
from cloud.store.series import Point, SeriesKey, SeriesStore

ZONE = ZoneInfo("Asia/Shanghai")
PLACED_ON = date(2026, 10, 1)
WRITTEN_MS = int(datetime(2026, 11, 20, tzinfo=ZONE).timestamp() * 1000)
BIRDS = 9_800
THINNED_AGE, THINNED = 33, 2_000
EVERY_S = 600


@dataclass(frozen=True)
class Where:
    farm: str = "hill"
    house: str = "house-2"
    flock: str = "f-1"


def fill(
    records: Records,
    series: SeriesStore,
    where: Where = Where(),
    *,
    days: int = 56,
    seed: int = 1,
    factor: float = 1.0,
    placed_on: date = PLACED_ON,
    every_s: int = EVERY_S,
) -> None:
    """Write a flock of ``days`` days; day by day it is ``factor`` x Ross 308's objective."""
    chance = np.random.default_rng(seed)
    place(records, where, placed_on)
    curve, birds = standard("ross-308"), BIRDS
    with records.writing() as connection:
        for age in range(days):
            day = placed_on + timedelta(days=age)
            dead, culled = int(chance.poisson(birds * (0.0015 if age < 7 else 0.0005))), int(chance.poisson(1))
            feed = birds * _daily_feed(age) / 1000 * chance.normal(1, 0.02)
            told: list[tuple[EntryKind, dict[str, float]]] = [
                ("mortality", {"birds": dead}),
                ("culls", {"birds": culled}),
                ("feed-eaten", {"kilograms": round(feed, 1)}),
                ("water", {"litres": round(feed * chance.normal(1.8, 0.08), 0)}),
            ]
            if age % 7 == 0:
                week = 1.05 * birds * sum(map(_daily_feed, range(age, age + 7))) / 1000
                told.append(("feed-delivered", {"kilograms": round(week)}))
            for kind, values in told:
                facts = EntryFacts(kind, day, 0, **values)  # type: ignore[arg-type]
                kept = KeptEntry(f"{where.flock}-{age}-{kind}", facts, None, "mei", 0)
                daily_log.put(connection, where.farm, where.house, kept)
            birds -= dead + culled + (THINNED if age == THINNED_AGE else 0)
    if days > THINNED_AGE:
        _thin(records, where, placed_on, factor)
    if days > 40:
        grams = factor * (curve.grams_at(40) or 0)
        told_by_hand = Weighed("w-1", placed_on + timedelta(days=40), grams, 120, 10.5, 0, "mei")
        hand_weighings.tell(records, where.farm, where.house, told_by_hand)
    houses.set_floor(records, where.farm, where.house, 640.0)
    series.append(_points(chance, where, placed_on, days, factor, every_s))
    series.add_up()


def _daily_feed(age: int) -> float:
    curve = standard("ross-308")
    until, before = curve.feed_grams_at(age + 1), curve.feed_grams_at(age)
    return until - before if until is not None and before is not None else 15.0 if age < 3 else 235.0


def place(records: Records, where: Where, placed_on: date) -> None:
    facts = FlockFacts(where.house, "ross-308", placed_on, BIRDS + 20, "mixed", "Qingyuan", 20)
    with records.writing() as connection:
        flocks.add_version(connection, where.farm, KeptFlock(where.flock, 1, facts, "mei", WRITTEN_MS))


def _thin(records: Records, where: Where, placed_on: date, factor: float) -> None:
    grams = factor * (standard("ross-308").grams_at(THINNED_AGE) or 0)
    day = placed_on + timedelta(days=THINNED_AGE)
    facts = EventFacts(
        where.flock, where.house, "thinned", day, WRITTEN_MS, birds=THINNED, kilograms=THINNED * grams / 1000
    )
    with records.writing() as connection:
        kept = KeptEvent(f"{where.flock}-thin", facts, empties=False, by="mei", kept_ms=WRITTEN_MS)
        flocks.add_event(connection, where.farm, kept)


def _points(
    chance: np.random.Generator, where: Where, placed_on: date, days: int, factor: float, every_s: int
) -> list[Point]:
    begins_s = int(datetime(placed_on.year, placed_on.month, placed_on.day, tzinfo=ZONE).timestamp())
    at_s = np.arange(0, days * 86_400, every_s)
    age = at_s / 86_400
    noon = np.sin((at_s % 86_400 / 3600 - 9) / 24 * 2 * np.pi)
    target = np.interp(age, range(days + 1), [target_celsius("ross-308", one) for one in range(days + 1)])
    hot = 7 * np.clip(noon, 0, 1) * ((age > 30) & (age < 33))
    measured = {
        "temperature_celsius": target + 0.4 + 1.6 * noon + hot + chance.normal(0, 0.3, len(age)),
        "humidity_percent": np.clip(60 - 6 * noon + chance.normal(0, 2, len(age)), 20, 100),
        "ammonia_ppm": np.clip(3 + 0.35 * age - 2 * noon + chance.normal(0, 0.5, len(age)), 0, None),
        "carbon_dioxide_ppm": 1500 + 15 * age - 300 * noon,
        "air_speed_mps": np.clip(0.3 + 0.02 * age, 0.2, 1.2),
    }
    points = []
    for quantity, values in measured.items():
        key = SeriesKey(where.farm, where.house, "pi-1", "climate-1", quantity)
        points += [
            Point(key, (begins_s + int(second)) * 1000, round(float(value), 2))
            for second, value in zip(at_s, values, strict=True)
        ]
    scale = SeriesKey(where.farm, where.house, "pi-1", "scale-1", "weight_grams")
    for number in range(days):
        mean = factor * (standard("ross-308").grams_at(number) or 0)
        grams = chance.normal(mean * 0.995, 0.1 * mean, 160)
        seconds = np.sort(chance.choice(np.arange(6 * 3600, 20 * 3600), len(grams), replace=False))
        points += [
            Point(scale, (begins_s + number * 86_400 + int(second)) * 1000, round(float(value), 1))
            for second, value in zip(seconds, grams, strict=True)
        ]
    return points
