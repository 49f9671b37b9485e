"""What every series store must do, asked of each: the embedded one, and a real InfluxDB (see tests/influx_servers)."""

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud.config import SeriesConfig
from cloud.errors import BadRecord
from cloud.store.columns import DAY_MS, HOUR_MS
from cloud.store.embedded import EmbeddedSeries
from cloud.store.influx import InfluxSeries
from cloud.store.retention import Retention
from cloud.store.series import Point, SeriesKey, SeriesStore
from tests.influx_servers import Influx

SHANGHAI, BERLIN, KATHMANDU = (ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "Asia/Kathmandu"))
START = datetime(2026, 10, 24, tzinfo=UTC)  # summer time ends in Berlin on the 25th
START_MS = int(START.timestamp() * 1000)
NOW = START + timedelta(days=3)
RETENTION_DAYS = {"default": 36_500, "load_grams": 10}
_numbers = count()


class Store(SeriesStore, Protocol):
    """With what both can do beyond the protocol."""

    def forget(self) -> int: ...


@pytest.fixture(scope="module")
def influx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influx]:
    server = Influx(tmp_path_factory.mktemp("influx"))
    server.start()
    yield server
    server.stop()


class Kind:
    """One kind of store: makes new ones, opens them again, and lets them finish their roll-ups."""

    def __init__(self, name: str, folder: Path, influx: Influx) -> None:
        self.name = name
        self._folder = folder
        self._influx = influx
        self.now = NOW

    @contextmanager
    def opened(self, number: int | None = None) -> Iterator[Store]:
        number = next(_numbers) if number is None else number
        store: EmbeddedSeries | InfluxSeries
        if self.name == "embedded":
            retention = Retention(36_500, {"load_grams": 10})
            store = EmbeddedSeries(self._folder / f"{number}.db", retention=retention, clock=lambda: self.now)
        else:
            config = SeriesConfig(url=self._influx.url, database=f"db{number}", retention_days=RETENTION_DAYS)
            store = InfluxSeries(config, clock=lambda: self.now, quiet_s=3600)
        store.open()
        try:
            yield store
        finally:
            store.close()


@pytest.fixture(params=["embedded", "influx"])
def kind(request: pytest.FixtureRequest, tmp_path: Path, influx: Influx) -> Kind:
    return Kind(request.param, tmp_path, influx)


@pytest.fixture
def store(kind: Kind) -> Iterator[Store]:
    with kind.opened() as opened:
        yield opened


def settle(store: SeriesStore) -> None:
    """Let a store do now what it does in the background."""
    if isinstance(store, EmbeddedSeries):
        store.seal()
    elif isinstance(store, InfluxSeries):
        store.add_up()


Settle = Callable[[SeriesStore], None]
settled_or_not = pytest.mark.parametrize("settle", [lambda _store: None, settle], ids=["fresh", "settled"])


def key(quantity: str = "temperature_celsius", source: str = "thermo-1", house: str = "house-2") -> SeriesKey:
    return SeriesKey("hill", house, "pi-1", source, quantity)


def series(
    values: list[float], step_ms: int = 10_000, of: SeriesKey | None = None, at_ms: int = START_MS
) -> list[Point]:
    return [Point(of or key(), at_ms + n * step_ms, value) for n, value in enumerate(values)]


def test_what_was_appended_is_there_after_opening_again(kind: Kind):
    number = next(_numbers)
    with kind.opened(number) as store:
        assert store.append(series([20.5, 21.0, -3.25])) == []
    with kind.opened(number) as store:
        window = store.window(key(), START_MS, START_MS + HOUR_MS, 100)
        assert window.at_ms.tolist() == [START_MS, START_MS + 10_000, START_MS + 20_000]
        assert window.mean.tolist() == [20.5, 21.0, -3.25]
        assert (window.bucketed, window.basis) == (False, "raw")
        assert store.keys("hill", "house-2") == [key()]


@settled_or_not
def test_a_point_written_again_replaces_itself(store: Store, settle: Settle):
    store.append(series([20.0, 21.0, 22.0]))
    settle(store)
    store.append([Point(key(), START_MS + 10_000, 25.0)])
    store.append(series([20.0]))
    settle(store)
    assert store.window(key(), START_MS, START_MS + HOUR_MS, 10).mean.tolist() == [20.0, 25.0, 22.0]
    (day,) = store.daily(key(), ZoneInfo("UTC"), START.date(), START.date())
    assert (day.n, day.total, day.low, day.high) == (3, 67.0, 20.0, 25.0)
    assert day.sumsq == pytest.approx(20**2 + 25**2 + 22**2)


@settled_or_not
def test_late_data_reach_hours_and_days_that_were_added_up(store: Store, settle: Settle):
    hourly = [Point(key(), START_MS + hour * HOUR_MS, 20.0) for hour in range(48)]
    store.append(hourly)
    settle(store)
    store.append([Point(key(), START_MS + 5 * HOUR_MS + 60_000, 80.0)])
    for _ in range(2):
        by_hour = store.window(key(), START_MS, START_MS + 2 * DAY_MS, 48)
        assert (by_hour.bucketed, by_hour.basis) == (True, "hourly")
        assert by_hour.mean.tolist() == [20.0] * 5 + [50.0] + [20.0] * 42
        assert by_hour.high[5] == 80.0
        by_day = store.window(key(), START_MS, START_MS + 2 * DAY_MS, 2)
        assert (by_day.bucketed, by_day.basis) == (True, "daily")
        assert by_day.high.tolist() == [80.0, 20.0]
        assert by_day.mean.tolist() == pytest.approx([(24 * 20 + 80) / 25, 20.0])
        days = store.daily(key(), ZoneInfo("UTC"), START.date(), START.date() + timedelta(days=1))
        assert [(day.n, day.high) for day in days] == [(25, 80.0), (24, 20.0)]
        settle(store)


@settled_or_not
@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN, KATHMANDU], ids=lambda zone: zone.key.split("/")[1])
def test_days_begin_at_midnight_of_the_farm_also_when_the_clocks_change(store: Store, settle: Settle, zone: ZoneInfo):
    points = [Point(key(), START_MS + minute * 60_000, float(minute % 97)) for minute in range(0, 3 * 24 * 60, 5)]
    store.append(points)
    settle(store)
    expected: dict[date, list[float]] = {}
    for point in points:
        day = datetime.fromtimestamp(point.at_ms / 1000, zone).date()
        expected.setdefault(day, []).append(point.value)
    days = store.daily(key(), zone, min(expected), max(expected))
    assert [(day.day, day.n, day.low, day.high) for day in days] == [
        (day, len(values), min(values), max(values)) for day, values in expected.items()
    ]
    assert [day.total for day in days] == pytest.approx([sum(values) for values in expected.values()])
    assert [day.sumsq for day in days] == pytest.approx([sum(v * v for v in values) for values in expected.values()])
    if zone is BERLIN:
        assert {day.day.day: day.n for day in days}[25] == 25 * 12


@settled_or_not
def test_a_window_is_thinned_on_round_edges_and_shows_its_gaps(store: Store, settle: Settle):
    values = [20 + math.sin(n / 40) for n in range(8640)]
    kept = [point for point in series(values) if not 3 * HOUR_MS <= point.at_ms - START_MS < 5 * HOUR_MS]
    store.append(kept)
    settle(store)
    window = store.window(key(), START_MS, START_MS + DAY_MS, 300)
    assert (window.bucketed, window.basis, len(window.at_ms)) == (True, "raw", 288)
    assert set(np.diff(window.at_ms).tolist()) == {300_000}
    gap = np.isnan(window.mean)
    assert np.flatnonzero(gap).tolist() == list(range(36, 60))
    assert np.array_equal(gap, np.isnan(window.low))
    first = values[:30]
    assert window.mean[0] == pytest.approx(sum(first) / 30)
    assert (window.low[0], window.high[0]) == (min(first), max(first))


def test_days_of_weeks_are_made_from_daily_rollups(store: Store):
    begin_ms = START_MS - 40 * DAY_MS
    store.append([Point(key(), begin_ms + n * HOUR_MS // 2, float(n // 48)) for n in range(40 * 48)])
    settle(store)
    window = store.window(key(), begin_ms, START_MS, 40)
    assert (window.basis, window.mean.tolist()) == ("daily", [float(day) for day in range(40)])


def test_the_latest_point_is_found_however_old_it_is(store: Store):
    assert store.latest(key()) is None
    store.append([Point(key(), START_MS - 300 * DAY_MS, 1.5)])
    found = store.latest(key())
    assert found is not None
    assert (found.at_ms, found.value) == (START_MS - 300 * DAY_MS, 1.5)
    store.append([Point(key(), int(NOW.timestamp() * 1000), 2.5), Point(key(), START_MS, 9.0)])
    found = store.latest(key())
    assert found is not None
    assert (found.at_ms, found.value) == (int(NOW.timestamp() * 1000), 2.5)


@pytest.mark.parametrize(
    "name", ["cam-1.feeder", "a b", "x=y,z", "o'brien", 'say "hi"', "鸡舍-1", "back\\slash", "a\\ b"]
)
def test_names_of_any_script_and_with_any_mark_come_back_as_they_were(store: Store, name: str):
    odd = SeriesKey(name, name, "pi-1", name, "temperature_celsius")
    plain = SeriesKey(name, name, "pi-1", "thermo-1", "temperature_celsius")
    store.append([*series([1.0, 2.0], of=odd), *series([7.0], of=plain)])
    assert store.keys(name, name) == sorted([odd, plain])
    assert store.window(odd, START_MS, START_MS + HOUR_MS, 10).mean.tolist() == [1.0, 2.0]
    latest = store.latest(plain)
    assert latest is not None
    assert latest.value == 7.0
    settle(store)
    (day,) = store.daily(odd, ZoneInfo("UTC"), START.date(), START.date())
    assert day.total == 3.0


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_is_refused_and_nothing_written(store: Store, value: float):
    with pytest.raises(BadRecord, match="temperature_celsius"):
        store.append([Point(key(), START_MS, 1.0), Point(key(), START_MS + 1, value)])
    assert store.latest(key()) is None


@pytest.mark.parametrize("value", [0.0, -0.0, 1e-300, 123456789.123456, 1e17, 5e-324, 0.1 + 0.2])
def test_values_are_kept_to_the_last_bit(store: Store, value: float):
    store.append(series([value, 21.5]))
    settle(store)
    assert store.window(key(), START_MS, START_MS + HOUR_MS, 10).mean.tolist() == [value, 21.5]


def test_many_threads_may_write_and_read_at_once(store: Store):
    def work(thread: int) -> None:
        mine = key(source=f"thermo-{thread}")
        for step in range(20):
            store.append([Point(mine, START_MS + step, float(step))])
            latest = store.latest(mine)
            assert latest is not None
            assert latest.value == step

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert len(store.all_keys()) == 4


def test_series_are_listed_by_house(store: Store):
    keys = [key(), key("humidity_percent"), key(source="thermo-2")]
    elsewhere = key(house="house-3")
    store.append([Point(one, START_MS, 1.0) for one in (*keys, elsewhere)])
    assert store.keys("hill", "house-2") == sorted(keys)
    assert store.keys("hill", "house-9") == []
    assert store.all_keys() == sorted([*keys, elsewhere])


def test_points_go_with_age_and_what_they_add_up_to_stays(kind: Kind):
    load = key("load_grams", "scale-1")
    with kind.opened() as store:
        begin_ms = int(NOW.timestamp() * 1000) - 9 * DAY_MS
        store.append([*series([100.0, 300.0], HOUR_MS, of=load, at_ms=begin_ms), *series([20.0], at_ms=begin_ms)])
        settle(store)
        kind.now = NOW + timedelta(days=5)
        store.forget()
        assert store.latest(load) is None
        assert store.latest(key()) is not None
        window = store.window(load, begin_ms // HOUR_MS * HOUR_MS, begin_ms + 3 * HOUR_MS, 200)
        assert (window.bucketed, window.basis) == (True, "hourly")
        assert window.mean[~np.isnan(window.mean)].tolist() == [100.0, 300.0]
        day = datetime.fromtimestamp(begin_ms / 1000, UTC).date()
        (stats,) = store.daily(load, ZoneInfo("UTC"), day, day)
        assert (stats.n, stats.total) == (2, 400.0)
        late = Point(load, begin_ms + 5, 7.0)
        fresh = Point(load, int(kind.now.timestamp() * 1000), 8.0)
        refused = store.append([late, fresh])
        assert [one.point for one in refused] == [late]
        assert "retention_days" in refused[0].reason
        assert store.latest(load) is not None
        (stats,) = store.daily(load, ZoneInfo("UTC"), day, day)
        assert (stats.n, stats.total) == (2, 400.0)


moments = st.one_of(st.integers(0, 60 * HOUR_MS), st.integers(0, 240).map(lambda step: step * 900_000))
batches = st.lists(
    st.lists(st.tuples(moments, st.integers(-400, 4000)), min_size=1, max_size=30), min_size=1, max_size=3
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    batches=batches, spans=st.lists(st.tuples(moments, st.integers(1, 61 * HOUR_MS), st.integers(1, 400)), max_size=3)
)
def test_whatever_is_appended_and_whenever_it_is_settled_reads_are_those_of_a_dict(
    kind: Kind, batches: list[list[tuple[int, int]]], spans: list[tuple[int, int, int]]
):
    model: dict[int, float] = {}
    with kind.opened() as store:
        for batch in batches:
            store.append([Point(key(), START_MS + at, value / 10) for at, value in batch])
            model |= {START_MS + at: value / 10 for at, value in batch}
            settle(store)
        at, value = batches[0][0]
        store.append([Point(key(), START_MS + at, value / 10 + 1)])
        model[START_MS + at] = value / 10 + 1
        for start, length, points in spans:
            from_ms, to_ms = START_MS + start, START_MS + start + length
            expected = {at: value for at, value in sorted(model.items()) if from_ms <= at < to_ms}
            window = store.window(key(), from_ms, to_ms, points)
            assert len(window.at_ms) <= points
            assert window.bucketed == (len(expected) > points)
            if not window.bucketed:
                assert dict(zip(window.at_ms.tolist(), window.mean.tolist(), strict=True)) == expected
                continue
            width_ms = int(window.at_ms[1] - window.at_ms[0]) if len(window.at_ms) > 1 else 10**15
            for at_ms, mean, low, high in zip(window.at_ms, window.mean, window.low, window.high, strict=True):
                inside = [value for at, value in expected.items() if at_ms <= at < at_ms + width_ms]
                assert math.isnan(mean) == (not inside)
                if inside:
                    assert (low, high) == (min(inside), max(inside))
                    assert mean == pytest.approx(math.fsum(inside) / len(inside))
