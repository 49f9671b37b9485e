"""Farms of several organisations with flocks that are over: light ones, weighed three times and fed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np

from cloud.store import benchmarks, daily_log, farms, flocks
from cloud.store.benchmarks import Part
from cloud.store.daily_log import EntryFacts, EntryKind, KeptEntry
from cloud.store.flocks import EventFacts, FlockFacts, KeptEvent, KeptFlock
from cloud.store.records import Records
from cloud.store.series import Point, SeriesKey, SeriesStore
from tests.cloud.whole_flock import ZONE

SPRING = date(2025, 3, 20)
"""When flocks are placed unless said otherwise: spring 2025, over by May."""
DAYS = 36
BIRDS = 1_000
WEIGHED = {0: 42, 7: 210, 21: 1_000, 35: 2_200}


def organisation(records: Records, farm: str) -> int:
    """Make an organisation with one farm that takes part."""
    with records.writing() as connection:
        made = farms.make_organisation(connection, f"of {farm}", 0)
        farms.claim(connection, farm, made, 0)
        benchmarks.take_part(connection, farm, Part("owner", 0))
    return made


def grow(
    records: Records,
    series: SeriesStore,
    farm: str,
    factors: Sequence[float],
    *,
    placed_on: date = SPRING,
    over: bool = True,
) -> list[str]:
    """Write flocks of a farm, each ``factor`` x the same weights, all on the same feed; return what they are called."""
    names = []
    for number, factor in enumerate(factors):
        flock, house = f"{farm}-{placed_on}-{number}", f"house-{number}"
        names.append(flock)
        last = placed_on + timedelta(days=DAYS - 1)
        with records.writing() as connection:
            facts = FlockFacts(house, "ross-308", placed_on, BIRDS)
            flocks.add_version(connection, farm, KeptFlock(flock, 1, facts, "owner", 0))
            entries: list[tuple[EntryKind, dict[str, float]]] = [
                ("mortality", {"birds": 30 + number}),
                ("feed-eaten", {"kilograms": 3_300.0}),
            ]
            for kind, values in entries:
                entry = EntryFacts(kind, last - timedelta(days=1), 0, **values)  # type: ignore[arg-type]
                daily_log.put(connection, farm, house, KeptEntry(f"{flock}-{kind}", entry, None, "owner", 0))
            if over:
                end = EventFacts(flock, house, "closed", last, 0)
                flocks.add_event(
                    connection, farm, KeptEvent(f"{flock}-closed", end, empties=True, by="owner", kept_ms=0)
                )
        begins_s = int(datetime(placed_on.year, placed_on.month, placed_on.day, 9, tzinfo=ZONE).timestamp())
        key = SeriesKey(farm, house, "pi-1", "scale-1", "weight_grams")
        spread = 1 + 0.08 * np.linspace(-1, 1, 30)
        series.append(
            [
                Point(key, (begins_s + age * 86_400 + 60 * place) * 1000, round(float(factor * grams * share), 2))
                for age, grams in WEIGHED.items()
                for place, share in enumerate(spread)
            ]
        )
    return names
