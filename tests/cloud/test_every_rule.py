"""Every rule there is, made to ring by what a house sends, and not before: a rule without a trouble here fails."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from cloud.alerts.rules.table import Birds, Standard, rules
from cloud.alerts.rules.targets import species_of, target_celsius
from cloud.alerts.telling import alert_now
from cloud.book.log import LogBook
from cloud.book.moment import Writing
from cloud.store.daily_log import EntryFacts, EntryKind
from cloud.store.embedded import EmbeddedSeries
from cloud.store.media import Media
from cloud.store.records import Records
from contract.messages import Message
from contract.quantities import DEVICE
from tests.cloud.sending import PI, finding, readings, roll_call, status
from tests.cloud.watched import THERMO, ZONE, WatchedHouse, ms

Trouble = Callable[[WatchedHouse], Iterator[None]]
"""Lets a house do well up to its first yield, and then badly; the rules look at each yield and at the end."""

A_DAY = timedelta(days=1)


@pytest.fixture
def house(series: EmbeddedSeries, records: Records, media: Media) -> WatchedHouse:
    watched = WatchedHouse(series, records, media)
    watched.place(age_days=30)
    return watched


def measured(minutes: int, well: dict[str, float], bad: dict[str, float], source: str = THERMO) -> Trouble:
    """What an instrument measures: well and then badly, each for so long."""

    def trouble(house: WatchedHouse) -> Iterator[None]:
        house.measure(minutes, source=source, **well)
        yield
        house.measure(minutes, source=source, **bad)

    return trouble


def weighed(*days: tuple[float, ...], well: int = 1) -> Trouble:
    """Weights of whole days, of which the first ``well`` are as they should be."""

    def trouble(house: WatchedHouse) -> Iterator[None]:
        for number, weights in enumerate(days):
            if number == well:
                yield
            for grams in weights:
                house.measure(30, source="scale-1", weight_grams=grams)
            house.now += A_DAY

    return trouble


def seen(quantity: str, usual: float, few: float) -> Trouble:
    """What a camera sees: as on every day, and then not."""

    def trouble(house: WatchedHouse) -> Iterator[None]:
        house.measure(5 * 24 * 60, source="cam-1", **{quantity: usual})
        yield
        house.measure(5 * 60, source="cam-1", **{quantity: few})

    return trouble


def found(kind: str, reason: str) -> Trouble:
    def trouble(house: WatchedHouse) -> Iterator[None]:
        yield
        house.send(finding(1, "f-1", house.now, kind=kind, reasons=[reason]))

    return trouble


def roll_called(house: WatchedHouse) -> Iterator[None]:
    house.send(roll_call(1, 0, house.now))
    yield
    house.now += timedelta(minutes=5)
    house.send(roll_call(2, 31, house.now))


def logged(kind: EntryKind, *days: tuple[int, dict[str, float]]) -> Trouble:
    """What is written down of days, each so many days ago; all but the last say nothing bad."""

    def trouble(house: WatchedHouse) -> Iterator[None]:
        today, now_ms = house.now.astimezone(ZONE).date(), ms(house.now)
        book = LogBook(house.records, PI.farm, PI.house)
        for ago, told in days:
            if (ago, told) == days[-1]:
                yield
                house.now += timedelta(minutes=1)
            book.write(
                f"e-{ago}",
                EntryFacts(kind, today - ago * A_DAY, now_ms, **told),  # type: ignore[arg-type]  # birds are whole
                Writing("mei", now_ms, today),
            )

    return trouble


def again_and_again(minutes: int, say: Callable[[datetime, bool], Message], times: int = 2) -> Trouble:
    """What a device says of itself: well, and then badly again and again, so many minutes apart."""

    def trouble(house: WatchedHouse) -> Iterator[None]:
        house.send(say(house.now, False))
        for _ in range(times):
            yield
            house.now += timedelta(minutes=minutes)
            house.send(say(house.now, True))

    return trouble


def of_part(slug: str, cause: str) -> Callable[[datetime, bool], Message]:
    def say(at: datetime, bad: bool) -> Message:
        state = {"state": "failed", "cause": cause} if bad else {"state": "ok"}
        return status(when=at, parts=[{"slug": slug, "last_at": at, **state}])

    return say


def of_outbox(field: str, well: int, bad: int) -> Callable[[datetime, bool], Message]:
    return lambda at, is_bad: status(when=at).model_copy(update={field: bad if is_bad else well})


def doubted(why: str) -> Callable[[datetime, bool], Message]:
    def say(at: datetime, bad: bool) -> Message:
        plain = readings(ms(at) % 1_000_000_007, at, temperature_celsius=21.0)
        return plain.model_copy(update={"doubts": {"temperature_celsius": why} if bad else {}})

    return say


def fell_silent(house: WatchedHouse) -> Iterator[None]:
    house.send(status(when=house.now))
    yield
    house.now += timedelta(minutes=10)


def lost_an_instrument(house: WatchedHouse) -> Iterator[None]:
    heard = house.now
    for minute in range(15):
        house.now = heard + timedelta(minutes=minute)
        house.send(status(when=house.now, parts=[{"slug": "scale-1", "state": "silent", "last_at": heard}]))
        yield


MILD = {"temperature_celsius": 21.0, "humidity_percent": 60.0, "air_speed_mps": 0.5}
HOT = {"temperature_celsius": 38.0, "humidity_percent": 70.0, "air_speed_mps": 0.5}

TROUBLES: dict[str, Trouble] = {
    "too-warm": measured(45, MILD, HOT),
    "too-cold": measured(45, MILD, MILD | {"temperature_celsius": 9.0}),
    "warming-fast": measured(40, MILD, MILD | {"temperature_celsius": 27.0}),
    "cooling-fast": measured(40, MILD, MILD | {"temperature_celsius": 15.0}),
    "heat-stress": measured(45, MILD, HOT),
    "heat-despite-wind": measured(45, MILD, HOT),
    "too-humid": measured(13 * 60, MILD, MILD | {"humidity_percent": 90.0}),
    "too-dry": measured(13 * 60, MILD, MILD | {"humidity_percent": 25.0}),
    "ammonia": measured(45, {"ammonia_ppm": 8.0}, {"ammonia_ppm": 24.0}),
    "carbon-dioxide": measured(45, {"carbon_dioxide_ppm": 2000.0}, {"carbon_dioxide_ppm": 3500.0}),
    "under-the-curve": weighed((2500.0,), (1200.0,)),
    "gain-halved": weighed((1400.0,), (1500.0,), (1600.0,), (1610.0,), (1620.0,), well=3),
    "uneven": weighed((2000.0, 2000.0), (1500.0, 2500.0)),
    "fewer-birds": seen("share_birds", 400.0, 150.0),
    "not-back": roll_called,
    "dead-suspect": found("dead_suspect", "lying_on_side"),
    "sick-suspect": found("sick_suspect", "looks_sick"),
    "still-bird": found("still_bird", "still_while_flock_moves"),
    "huddling": found("huddling", "packed_together"),
    "crowding": found("crowding", "spread_from_heat"),
    "less-active": seen("activity_lengths_per_min", 3.0, 0.9),
    "mortality": logged("mortality", (1, {"birds": 1}), (0, {"birds": 4})),
    "less-water": logged("water", (2, {"litres": 100.0}), (1, {"litres": 70.0})),
    "less-feed": logged("feed-eaten", (2, {"kilograms": 60.0}), (1, {"kilograms": 42.0})),
    "device-silent": fell_silent,
    "source-silent": lost_an_instrument,
    "sensor-stuck": again_and_again(1, doubted("stuck")),
    "sensor-jumps": again_and_again(6, doubted("jump")),
    "camera-blind": again_and_again(31, of_part("cam-1", "picture_covered")),
    "camera-dark": again_and_again(13 * 60 + 5, of_part("cam-1", "picture_dark")),
    "clock-unset": again_and_again(31, of_part(PI.device, "clock_unset")),
    "backlog": again_and_again(16, of_outbox("outbox_rows", 10, 6_000)),
    "storage-full": again_and_again(1, of_outbox("dropped_rows", 900, 950), times=1),
    "unsent-for-long": measured(40, {"outbox_age_hours": 0.0}, {"outbox_age_hours": 3.0}, DEVICE),
    "storage-short": measured(40, {"outbox_room_hours": 500.0}, {"outbox_room_hours": 40.0}, DEVICE),
    "disk-filling": measured(40, {"disk_percent": 40.0}, {"disk_percent": 90.0}, DEVICE),
    "battery-low": measured(40, {"battery_percent": 80.0}, {"battery_percent": 20.0}, DEVICE),
    "power-weak": measured(40, {"undervoltage_ratio": 0.0}, {"undervoltage_ratio": 0.1}, DEVICE),
    "device-hot": measured(
        40, {"processor_temperature_celsius": 55.0}, {"processor_temperature_celsius": 82.0}, DEVICE
    ),
}


@pytest.mark.parametrize(
    ("rule", "breed", "age_days", "standard", "limits"),
    [
        ("too-cold", "ross-308", 10, "eu", (-2.5, -4, -6)),
        ("too-cold", "ross-308", 30, "eu", (-4, -7, -10)),
        ("uneven", "ross-308", 30, "eu", (13, 16, None)),
        ("uneven", "hyline-brown", 30, "eu", (10, 12, None)),
        ("too-dry", "ross-308", 2, "eu", (50, 40, None)),
        ("too-dry", "ross-308", 30, "eu", (40, 30, None)),
        ("too-dry", "lohmann-brown", 30, "eu", (50, 40, None)),
        ("too-dry", "lohmann-brown", 200, "eu", (40, 30, None)),
        ("ammonia", "ross-308", 30, "eu", (15, 20, 35)),
        ("ammonia", "ross-308", 21, "china", (11, 14.4, 25)),
        ("ammonia", "ross-308", 22, "china", (15, 21.5, 35)),
        ("ammonia", "ross-308", 22, "breeder", (10, 15, 25)),
        ("carbon-dioxide", "ross-308", 22, "china", (1500, 3000, 5000)),
        ("mortality", "ross-308", 7, "eu", (0.4, 0.7, 1.5)),
        ("mortality", "ross-308", 8, "eu", (0.25, 0.5, 1)),
    ],
)
def test_limits_go_by_species_age_and_standard(
    rule: str, breed: str, age_days: int, standard: Standard, limits: tuple[float | None, ...]
):
    birds = Birds(breed=breed, species=species_of(breed), age_days=age_days, standard=standard)
    assert rules()[rule].steps_for(birds).limits == limits


@pytest.mark.parametrize(
    ("breed", "age_days", "celsius"),
    [
        ("ross-308", 0, 30), ("ross-308", 42, 20), ("lohmann-brown", 1, 35.5), ("lohmann-brown", 29, 19),
        ("a-native-breed", 7, 32), ("a-native-breed", 21, 27), ("a-native-breed", 90, 21),
    ],
)  # fmt: skip
def test_the_air_that_birds_want_goes_by_breed_and_age(breed: str, age_days: int, celsius: float):
    assert target_celsius(breed, age_days) == pytest.approx(celsius, abs=0.2)


def opened(house: WatchedHouse) -> set[str]:
    return {rule for rule, kind, _ in house.judge() if kind == "opened"}


@pytest.mark.parametrize("rule", list(rules()))
def test_a_rule_rings_when_it_should_and_not_before(house: WatchedHouse, rule: str):
    trouble = TROUBLES[rule](house)
    next(trouble)
    assert rule not in opened(house)
    rang: set[str] = set()
    for _ in trouble:
        rang |= opened(house)
    assert rule in rang | opened(house)
    [alert] = [one for one in house.open() if one.rule == rule]
    told = alert_now(alert)
    assert all(text and "–" not in text and "{" not in text for text in (told.en.what, told.zh.what))
