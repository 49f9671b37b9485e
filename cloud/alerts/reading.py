"""From a history to what the rules look at: a row per signal that can be read again at any time.

The engine reads what is new since it looked last, a replay reads a month; both by these same functions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from cloud.alerts.history import History
from cloud.alerts.rules import signals
from cloud.alerts.rules.days import clock_ms, day_of, days_ended, end_ms
from cloud.alerts.rules.settings import Lives
from cloud.alerts.rules.signals import DAY_MS, EMPTY, HOUR_MS, USUAL_DAYS, Columns, LoggedDay
from cloud.flock.growth import age_days
from cloud.store.series import DayStats, SeriesKey

Source = tuple[str, str]
"""Device and source; both empty for a whole house."""
HOUSE: Final[Source] = ("", "")

Read = Callable[[History, Source, int, int], Columns]
Pace = Literal["point", "hour", "day"]


@dataclass(frozen=True, slots=True)
class Signal:
    """How to read one signal.

    Attributes:
        of: lists the subjects that have it.
        read: returns its columns for one subject with ``from_ms <= time < to_ms``.
        pace: how often there is a new value: with each point, each full hour, each full day.
    """

    of: Callable[[History], list[Source]]
    read: Read
    pace: Pace


CELSIUS, HUMIDITY, WIND = "temperature_celsius", "humidity_percent", "air_speed_mps"
CO2, NH3 = "carbon_dioxide_ppm", "ammonia_ppm"
WEIGHT, ACTIVITY, SHARE = "weight_grams", "activity_lengths_per_min", "share_birds"


def _having(*quantities: str) -> Callable[[History], list[Source]]:
    """Return what lists the instruments and cameras that measure all of these."""

    def found(history: History) -> list[Source]:
        having = [sources_of(history, quantity) for quantity in quantities]
        return [source for source in having[0] if all(source in others for others in having[1:])]

    return found


def sources_of(history: History, quantity: str) -> list[Source]:
    """List the instruments and cameras that measure a quantity; a camera's zones are none."""
    return [
        (key.device, key.source) for key in history.series_keys() if key.quantity == quantity and "." not in key.source
    ]


def _key(history: History, source: Source, quantity: str) -> SeriesKey:
    place = history.series_keys()[0]
    return SeriesKey(place.farm, place.house, *source, quantity)


def _points(quantity: str) -> Signal:
    def read(history: History, source: Source, from_ms: int, to_ms: int) -> Columns:
        return history.columns(_key(history, source, quantity), from_ms, to_ms)

    return Signal(_having(quantity), read, "point")


def _temperature_per_hour(history: History, source: Source, from_ms: int, to_ms: int) -> Columns:
    before_ms = HOUR_MS + signals.EARLIER_WITHIN_MS
    values = history.columns(_key(history, source, CELSIUS), from_ms - before_ms, to_ms)
    return signals.per_hour(values).between(from_ms, to_ms)


def _heat_index(history: History, source: Source, from_ms: int, to_ms: int) -> Columns:
    celsius, humidity = (history.columns(_key(history, source, key), from_ms, to_ms) for key in (CELSIUS, HUMIDITY))
    return signals.heat_index(celsius, humidity)


def _thvi(history: History, source: Source, from_ms: int, to_ms: int) -> Columns:
    celsius, humidity = (history.columns(_key(history, source, key), from_ms, to_ms) for key in (CELSIUS, HUMIDITY))
    wind = sources_of(history, WIND)
    if not wind:
        return EMPTY
    nearest = min(wind, key=lambda each: (each[0] != source[0], each))
    speeds = history.columns(_key(history, nearest, WIND), from_ms - signals.WIND_WITHIN_MS, to_ms)
    return signals.thvi(celsius, humidity, speeds)


def _with_wind(history: History) -> list[Source]:
    return _having(CELSIUS, HUMIDITY)(history) if sources_of(history, WIND) else []


def _against_usual(quantity: str) -> Signal:
    def read(history: History, source: Source, from_ms: int, to_ms: int) -> Columns:
        first = from_ms // HOUR_MS * HOUR_MS
        values = history.columns(
            _key(history, source, quantity), first - USUAL_DAYS * DAY_MS - HOUR_MS, to_ms
        )  # a day of autumn has 25
        hours = signals.hourly(values)
        # The hour that has not ended yet has no mean yet.
        return signals.against_usual(hours, clock_ms(hours.at_ms, history.zone)).between(from_ms, to_ms)

    return Signal(_having(quantity), read, "hour")


LOOK_BACK_DAYS: Final = 4

DayValue = Callable[[Mapping[int, DayStats], Lives | None], float | None]
"""Takes a flock's days, 0 = the day itself, 1 = the day before; returns the day's value, None when it says nothing."""


def _daily(value_of: DayValue) -> Signal:
    """Return a signal with one value a day, stamped with the day's last ms."""

    def read(history: History, _source: Source, from_ms: int, to_ms: int) -> Columns:
        ended = days_ended(from_ms, to_ms, history.zone)
        if not ended:
            return EMPTY
        first = ended[0] - timedelta(days=LOOK_BACK_DAYS)
        stats = {day.day: day for day in history.days(WEIGHT, first, ended[-1])}
        rows = []
        for day in ended:
            flock = history.flock_on(day)
            backs = {back: day - timedelta(days=back) for back in range(LOOK_BACK_DAYS + 1)}
            days = {back: stats[was] for back, was in backs.items() if was in stats and _same_flock(flock, was)}
            value = value_of(days, flock)
            if value is not None:
                rows.append((end_ms(day, history.zone), value))
        return Columns.of([at for at, _ in rows], [value for _, value in rows])

    return Signal(lambda history: [HOUSE] if sources_of(history, WEIGHT) else [], read, "day")


def _same_flock(flock: Lives | None, day: date) -> bool:
    return flock is None or flock.placed_on <= day


def _against_curve(days: Mapping[int, DayStats], flock: Lives | None) -> float | None:
    if flock is None or flock.curve is None or 0 not in days:
        return None
    target = flock.curve.grams_at(age_days(flock.placed_on, days[0].day))
    return signals.weight_against_curve(days[0], target) if target else None


def _gain(days: Mapping[int, DayStats], _flock: Lives | None) -> float | None:
    if not days.keys() >= {0, 2, 4}:
        return None
    return signals.gain_against_before((days[4], days[2], days[0]))


def _cv(days: Mapping[int, DayStats], _flock: Lives | None) -> float | None:
    return signals.weight_cv(days[0]) if 0 in days else None


READ_AGAIN: Final[Mapping[str, Signal]] = {
    "temperature": _points(CELSIUS),
    "temperature_per_hour": Signal(_having(CELSIUS), _temperature_per_hour, "point"),
    "heat_index": Signal(_having(CELSIUS, HUMIDITY), _heat_index, "point"),
    "thvi": Signal(_with_wind, _thvi, "point"),
    "humidity": _points(HUMIDITY),
    "ammonia": _points(NH3),
    "carbon_dioxide": _points(CO2),
    "battery": _points("battery_percent"),
    "disk": _points("disk_percent"),
    "unsent_hours": _points("outbox_age_hours"),
    "storage_hours": _points("outbox_room_hours"),
    "undervoltage": _points("undervoltage_ratio"),
    "processor": _points("processor_temperature_celsius"),
    "weight_against_curve": _daily(_against_curve),
    "gain_against_before": _daily(_gain),
    "weight_cv": _daily(_cv),
    "count_against_usual": _against_usual(SHARE),
    "activity_against_usual": _against_usual(ACTIVITY),
}
"""Signals that can be read again, by their names in ``rules.toml``."""


LOG_BACK_DAYS: Final = 2
"""Days before a day that what was logged on it is held against, and for how long a day's word stands."""

LogValue = Callable[[LoggedDay, LoggedDay | None], float | None]
"""Takes a day and the day before it, None where that was not logged; returns the day's value, None when it has none."""


def _against_before(amount: Callable[[LoggedDay], float | None]) -> LogValue:
    """Return an amount for each bird in % of that of the day before."""

    def value_of(day: LoggedDay, before: LoggedDay | None) -> float | None:
        now, then = (signals.a_bird(one, amount(one)) if one else None for one in (day, before))
        return 100 * now / then if now is not None and then else None

    return value_of


LOGGED: Final[Mapping[str, LogValue]] = {
    "mortality": lambda day, _before: signals.mortality(day),
    "water_against_before": _against_before(lambda day: day.water_l),
    "feed_against_before": _against_before(lambda day: day.feed_kg),
}
"""Signals from the daily log, by their names in ``rules.toml``; what stands in it may still change."""

UNFINISHED: Final = frozenset({"mortality"})
"""Of these a day counts before it has ended: the dead don't get fewer, but water is poured until the evening."""


def read_log(history: History, signal: str, from_ms: int, to_ms: int) -> Columns:
    """Return a signal of the daily log, a value a day with ``from_ms <= time < to_ms``, stamped with the day's last ms.

    A day that has not ended by ``to_ms`` counts only where that says something, and is stamped with its last instant.
    """
    first, last = day_of(from_ms, history.zone), day_of(to_ms - 1, history.zone)
    days = {one.day: one for one in history.logged(first - timedelta(days=1), last)}
    rows = []
    for day, told in days.items():
        ends_ms = end_ms(day, history.zone)
        value = LOGGED[signal](told, days.get(day - timedelta(days=1)))
        if value is not None and day >= first and (ends_ms < to_ms or signal in UNFINISHED):
            rows.append((min(ends_ms, to_ms - 1), value))
    return Columns.of([at for at, _ in rows], [value for _, value in rows])


def newest_ms(signal: Signal, now_ms: int, history: History) -> int:
    """Return when the newest value a signal can have by now is stamped, in Unix ms."""
    if signal.pace == "point":
        return now_ms
    if signal.pace == "hour":
        return now_ms // HOUR_MS * HOUR_MS - 1
    return end_ms(day_of(now_ms, history.zone) - timedelta(days=1), history.zone)
