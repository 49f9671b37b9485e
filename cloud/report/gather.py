"""Everything a report needs of a flock, read from the stores. Blocking; call it from a thread."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from cloud.alerts.rules.targets import target_celsius
from cloud.book.stock import changes_of, ended_on, stays_of
from cloud.errors import Unheard
from cloud.flock.climate_hours import FEATHERED_DAYS
from cloud.flock.growth import age_days
from cloud.flock.stock import Change, StockDay, by_day, totals
from cloud.report.facts import Day, DayClimate, DayWeight, FlockFacts, Sold
from cloud.report.gather_climate import Climate, climate_days
from cloud.report.gather_weight import weight_days
from cloud.store import curves, daily_log, farms, flocks, houses, prices
from cloud.store.daily_log import LogDay
from cloud.store.flocks import Flocks, KeptFlock
from cloud.store.records import Records
from cloud.store.series import SeriesStore
from cloud.store.zones import Zones

MOVES = frozenset({"arrived", "left"})


@dataclass(frozen=True, slots=True)
class _Lived:
    """A flock's time in one house: its first and last day there, within what is asked for."""

    house: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Reads the stores of a service; days begin at midnight of the farm."""

    series: SeriesStore
    records: Records
    zones: Zones

    def flock(self, farm: str, flock: str, last: date, *, climate: bool = True) -> FlockFacts:
        """Return everything about a flock until a day, or until it is over; without climate, which is most to read.

        Raises:
            Unheard: there is no such flock, or its birds have not come by then.
        """
        with self.records.reading() as connection:
            everything = flocks.load(connection, farm)
            kept = everything.find(flock)
            if kept is None:
                raise Unheard(
                    "no_such_flock", f"There is no flock {flock!r} on the farm {farm!r}.", f"{farm} 没有批次 {flock}。"
                )
            if last < kept.facts.placed_on:
                sentence = f"The flock came on {kept.facts.placed_on}; there is nothing to tell of {last}."
                raise Unheard("before_placement", sentence, f"鸡群 {kept.facts.placed_on} 才入舍。")
            last = min(last, ended_on(everything, flock) or last)
            lived = list(_lived(everything, flock, last))
            changes = _changes(connection, everything, farm, flock, last)
        measured = self._climate(farm, kept, lived, last) if climate else Climate({})
        return self._facts(farm, kept, everything, lived, changes, last, measured)

    def _climate(self, farm: str, kept: KeptFlock, lived: Sequence[_Lived], last: date) -> Climate:
        told, zone = kept.facts, self.zones.of(farm)
        targets = _targets(told.breed, told.placed_on, last)
        feathered_on = told.placed_on + timedelta(days=FEATHERED_DAYS)
        found = [
            climate_days(
                self.series, self.records, (farm, one.house), zone, (one.first, one.last), targets, feathered_on
            )
            for one in lived
        ]
        return Climate(
            _mean_climate([one.days for one in found]), tuple(left for one in found for left in one.left_out)
        )

    def _facts(
        self, farm: str, kept: KeptFlock, everything: Flocks, lived: Sequence[_Lived], changes: list[Change],
        last: date, climate: Climate,
    ) -> FlockFacts:  # fmt: skip
        told = kept.facts
        held = curves.curve_of(self.records, farm, told.breed, told.curve)
        entered = prices.read(self.records, farm)
        stock = by_day(changes, told.placed_on, last)
        zone = self.zones.of(farm)
        weights: dict[date, DayWeight] = {}
        for one in reversed(lived):  # where two houses weigh, the one of the placement counts
            days = (one.first, one.last)
            weights |= weight_days(self.series, self.records, (farm, one.house), zone, told.placed_on, days)
        log, measured = self._log(farm, lived), climate.days
        return FlockFacts(
            farm=self._farm_name(farm),
            house=self._house_names(farm, lived),
            flock=kept.flock,
            breed=told.breed,
            placed_on=told.placed_on,
            placed_birds=told.placed_birds,
            closed_on=_closed(everything, kept.flock, last),
            totals=totals(changes),
            curve=held.curve if held else None,
            days=tuple(_day(one, told.placed_on, log.get(one.day), weights.get(one.day), measured) for one in stock),
            sold=tuple(_sold(everything, kept.flock, last)),
            prices=entered.prices if entered else None,
            target_grams=entered.target_grams if entered else None,
            left_out=climate.left_out,
            floor_m2=self._floor(farm, [one.house for one in lived if one.last == last]),
        )

    def _log(self, farm: str, lived: Iterable[_Lived]) -> dict[date, LogDay]:
        found: dict[date, LogDay] = {}
        for one in lived:
            for day in daily_log.days(self.records, farm, one.house, one.first, one.last):
                found[day.day] = _added(found.get(day.day), day)
        return found

    def _floor(self, farm: str, lived: Sequence[str]) -> float | None:
        floors = [houses.floor_m2(self.records, farm, house) for house in lived]
        known_floors = [floor for floor in floors if floor is not None]
        return sum(known_floors) if floors and len(known_floors) == len(floors) else None

    def _farm_name(self, farm: str) -> str:
        return next((row.name for row in farms.listed(self.records, [farm]) if row.name), farm)

    def _house_names(self, farm: str, lived: Sequence[_Lived]) -> str:
        names = {row.house: row.name for row in houses.named(self.records, [farm])}
        return ", ".join(dict.fromkeys(names.get(one.house) or one.house for one in lived))


def _lived(everything: Flocks, flock: str, last: date) -> Iterable[_Lived]:
    for house, stay in stays_of(everything, flock):
        end = min(last, stay.last or last)
        if stay.first <= end:
            yield _Lived(house, stay.first, end)


def _closed(everything: Flocks, flock: str, last: date) -> date | None:
    closed = ended_on(everything, flock)
    return closed if closed is not None and closed <= last else None


def _changes(connection: Connection, everything: Flocks, farm: str, flock: str, last: date) -> list[Change]:
    """Return what became of the birds in all houses; moves between them cancel out and are left away."""
    return [
        change
        for house, stay in stays_of(everything, flock)
        for change in changes_of(connection, everything, farm, house, stay)
        if change.kind not in MOVES and change.day <= last
    ]


def _sold(everything: Flocks, flock: str, last: date) -> Iterable[Sold]:
    for event in everything.of(flock):
        facts = event.facts
        if facts.kind in {"thinned", "harvested"} and facts.day <= last:
            yield Sold(facts.day, facts.birds or 0, facts.kilograms)


def _targets(breed: str, placed_on: date, last: date) -> dict[date, float]:
    days = [placed_on + timedelta(days=number) for number in range((last - placed_on).days + 1)]
    return {day: target_celsius(breed, age_days(placed_on, day)) for day in days}


def _day(
    stock: StockDay, placed_on: date, log: LogDay | None, weight: DayWeight | None, climate: Mapping[date, DayClimate]
) -> Day:
    return Day(
        day=stock.day,
        age_days=age_days(placed_on, stock.day),
        opening=stock.opening + stock.came,
        closing=stock.closing,
        dead=stock.dead,
        culled=stock.culled,
        losses_percent=stock.losses_percent,
        delivered_kg=log.feed_delivered_kg if log else None,
        feed_kg=log.feed_eaten_kg if log else None,
        water_l=log.water_litres if log else None,
        weight=weight,
        climate=climate.get(stock.day, DayClimate()),
    )


def _added(one: LogDay | None, other: LogDay) -> LogDay:
    """Add up what was written about one day in two houses."""
    if one is None:
        return other

    def both(name: str) -> float | None:
        told = [value for value in (getattr(one, name), getattr(other, name)) if value is not None]
        return sum(told) if told else None

    return LogDay(
        day=other.day,
        entries=one.entries + other.entries,
        dead=one.dead,
        culled=one.culled,
        feed_delivered_kg=both("feed_delivered_kg"),
        feed_eaten_kg=both("feed_eaten_kg"),
        water_litres=both("water_litres"),
    )


def _mean_climate(by_house: Sequence[Mapping[date, DayClimate]]) -> dict[date, DayClimate]:
    """Return the climate of a flock in several houses: of a day in two houses, the one with more measured hours.

    Means over houses would hide the worse one behind the better; a flock is seldom in two at once.
    """
    found: dict[date, DayClimate] = {}
    for one in by_house:
        for day, climate in one.items():
            if day not in found or _measured(climate) > _measured(found[day]):
                found[day] = climate
    return found


def _measured(climate: DayClimate) -> float:
    hours = climate.ammonia_hours or climate.thi_hours
    return hours.measured if hours else 0.0
