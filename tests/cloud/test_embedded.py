import math
import sqlite3
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cloud.errors import BadRecord, StoreUnavailable
from cloud.store.embedded import EmbeddedSeries
from cloud.store.embedded.schema import batch_of, connect, make_tables
from cloud.store.embedded.staged import Staged
from cloud.store.embedded.writer import DROP_BATCHES, Job, Sealing, Writer
from cloud.store.retention import Retention
from cloud.store.series import Point, SeriesKey, combined

SHANGHAI = ZoneInfo("Asia/Shanghai")
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # a quarter of an hour off: days don't begin with an hour
BERLIN = ZoneInfo("Europe/Berlin")
HOUR_MS = 3_600_000
FOR_EVER = Retention(default_days=36_500)
START_MS = int(datetime(2026, 10, 24, tzinfo=UTC).timestamp() * 1000)  # over the end of summer time in Berlin


def key(quantity: str = "temperature_celsius", source: str = "thermo-1") -> SeriesKey:
    return SeriesKey("hill", "house-2", "pi-1", source, quantity)


KEYS = [key(), key("humidity_percent"), key("weight_grams", "scale-1")]

times = st.one_of(
    st.integers(START_MS, START_MS + 60 * HOUR_MS),
    st.integers(0, 40).map(lambda step: START_MS + step * 900_000),  # repeats are likely
)
values = st.one_of(
    st.decimals(min_value=-40, max_value=4000, places=1).map(float),
    st.floats(min_value=-1e6, max_value=1e6, allow_subnormal=False),
)
points = st.builds(Point, st.sampled_from(KEYS), times, values)


class AgainstADict(RuleBasedStateMachine):
    """Whatever is appended, late or twice, sealed or not, across restarts: reads equal those of a plain dict."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.model: dict[SeriesKey, dict[int, float]] = {one: {} for one in KEYS}
        self.open()

    def open(self, seal_rows: int = 30) -> None:
        sealing = Sealing(rows=seal_rows, rows_a_series=0)
        self.store = EmbeddedSeries(Path(self.folder.name) / "series.db", sealing=sealing, retention=FOR_EVER)
        self.store.open()

    @rule(batch=st.lists(points, max_size=40))
    def append(self, batch: list[Point]) -> None:
        assert self.store.append(batch) == []
        for point in batch:
            self.model[point.series][point.at_ms] = point.value

    @rule()
    def seal(self) -> None:
        self.store.seal()

    @rule(seal_rows=st.sampled_from([1, 30, 10_000]))
    def restart(self, seal_rows: int) -> None:
        self.store.close()
        self.open(seal_rows)

    @invariant()
    def all_points_are_there(self) -> None:
        for one, expected in self.model.items():
            window = self.store.window(one, START_MS, START_MS + 61 * HOUR_MS, 100_000)
            assert dict(zip(window.at_ms.tolist(), window.mean.tolist(), strict=True)) == expected

    @invariant()
    def the_latest_is_the_latest(self) -> None:
        for one, expected in self.model.items():
            latest = self.store.latest(one)
            assert (latest.at_ms if latest else None) == max(expected, default=None)

    @rule(zone=st.sampled_from([SHANGHAI, KATHMANDU, BERLIN, ZoneInfo("UTC")]))
    def days_add_up(self, zone: ZoneInfo) -> None:
        first, last = date(2026, 10, 24), date(2026, 10, 26)
        for one, expected in self.model.items():
            by_day: dict[date, list[float]] = {}
            for at_ms, value in expected.items():
                by_day.setdefault(datetime.fromtimestamp(at_ms / 1000, zone).date(), []).append(value)
            found = self.store.daily(one, zone, first, last)
            assert [stats.day for stats in found] == sorted(day for day in by_day if first <= day <= last)
            for stats in found:
                day = by_day[stats.day]
                assert (stats.n, stats.low, stats.high) == (len(day), min(day), max(day))
                assert stats.total == pytest.approx(math.fsum(day), abs=1e-5)
                assert stats.sumsq == pytest.approx(math.fsum(v * v for v in day), rel=1e-9, abs=1e-5)

    @rule(start=st.integers(0, 60 * HOUR_MS), length=st.integers(1, 61 * HOUR_MS), points=st.integers(1, 400))
    def windows_hold_what_the_span_holds(self, start: int, length: int, points: int) -> None:
        from_ms, to_ms = START_MS + start, START_MS + start + length
        for one, all_points in self.model.items():
            expected = {at: value for at, value in all_points.items() if from_ms <= at < to_ms}
            window = self.store.window(one, from_ms, to_ms, points)
            assert len(window.at_ms) <= points
            assert window.bucketed == (len(expected) > points)
            if not window.bucketed:
                assert dict(zip(window.at_ms.tolist(), window.mean.tolist(), strict=True)) == expected
                continue
            width_ms = int(window.at_ms[1] - window.at_ms[0]) if len(window.at_ms) > 1 else None
            for at_ms, mean, low, high in zip(window.at_ms, window.mean, window.low, window.high, strict=True):
                inside = [v for at, v in expected.items() if width_ms is None or at_ms <= at < at_ms + width_ms]
                assert math.isnan(mean) == (not inside)
                if inside:
                    assert (low, high) == (min(inside), max(inside))
                    assert mean == pytest.approx(math.fsum(inside) / len(inside), rel=1e-9, abs=1e-6)

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()


TestAgainstADict = AgainstADict.TestCase
TestAgainstADict.settings = settings(
    max_examples=30, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_points_survive_a_seal_that_meets_late_data(series: EmbeddedSeries):
    series.append([Point(key(), START_MS + step * 10_000, float(step)) for step in range(0, 360, 2)])
    series.seal()
    series.append([Point(key(), START_MS + step * 10_000, float(step)) for step in range(1, 360, 2)])
    series.append([Point(key(), START_MS, -1.0)])
    series.seal()
    window = series.window(key(), START_MS, START_MS + HOUR_MS, 1000)
    assert window.mean.tolist() == [-1.0, *(float(step) for step in range(1, 360))]


def test_what_comes_while_the_last_sealed_batches_leave_is_not_taken_for_one(tmp_path: Path):
    connection = connect(tmp_path / "series.db")
    make_tables(connection)
    writer = Writer(connection, Staged(), Sealing())

    def append(step: int) -> None:
        writer._append([Job([key()], batch_of([(0, START_MS + step, 1.0)]))])

    for step in range(DROP_BATCHES):
        append(step)
    writer._rotate()
    writer._seal_step()
    writer._seal_step()  # takes out exactly as many as there are, and the table is empty
    append(DROP_BATCHES)
    while writer._busy:
        writer._seal_step()
    assert connection.execute("SELECT count(*) FROM staging").fetchone() == (1,)
    connection.close()


def test_a_chunk_that_the_disk_spoilt_is_a_gap_and_holds_nobody_up(series: EmbeddedSeries, tmp_path: Path):
    series.append([Point(key(), START_MS + step, 1.0) for step in range(5)])
    series.append([Point(key(), START_MS + HOUR_MS + step, 2.0) for step in range(5)])
    series.seal()
    with closing(sqlite3.connect(tmp_path / "series.db")) as db, db:
        (blob,) = db.execute("SELECT packed FROM chunk ORDER BY hour").fetchone()
        db.execute("UPDATE chunk SET packed=? WHERE packed=?", (blob[:8] + b"spoilt" + blob[14:], blob))
    assert series.points(key(), START_MS, START_MS + 2 * HOUR_MS).value.tolist() == [2.0] * 5
    series.append([Point(key(), START_MS + 100, 3.0), Point(key(source="thermo-2"), START_MS, 4.0)])
    series.seal()
    assert series.points(key(), START_MS, START_MS + 2 * HOUR_MS).value.tolist() == [3.0, *[2.0] * 5]
    assert series.latest(key(source="thermo-2")) is not None
    series.look()
    with closing(sqlite3.connect(tmp_path / "series.db")) as db:
        assert db.execute("SELECT length(packed) FROM damaged").fetchall() == [(len(blob),)]


def test_many_threads_may_append_and_read_at_once(series: EmbeddedSeries):
    def work(thread: int) -> None:
        for step in range(50):
            series.append([Point(key(source=f"thermo-{thread}"), START_MS + step, float(step))])
            assert series.latest(key(source=f"thermo-{thread}")) is not None

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    for thread in range(8):
        assert len(series.window(key(source=f"thermo-{thread}"), START_MS, START_MS + 50, 100).at_ms) == 50


def test_series_are_listed_by_house(series: EmbeddedSeries):
    elsewhere = SeriesKey("hill", "house-3", "pi-1", "thermo-1", "temperature_celsius")
    series.append([Point(one, START_MS, 1.0) for one in (*KEYS, elsewhere)])
    assert series.keys("hill", "house-2") == sorted(KEYS)
    assert series.keys("hill", "house-9") == []


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_is_refused_and_nothing_written(series: EmbeddedSeries, value: float):
    with pytest.raises(BadRecord, match="temperature_celsius"):
        series.append([Point(key(), START_MS, 1.0), Point(key(), START_MS + 1, value)])
    assert series.latest(key()) is None


def test_a_store_that_is_closed_says_so(tmp_path: Path):
    store = EmbeddedSeries(tmp_path / "series.db")
    with pytest.raises(StoreUnavailable, match="not open"):
        store.append([Point(key(), START_MS, 1.0)])


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path):
    connection = connect(tmp_path / "series.db")
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(StoreUnavailable, match="newer Henwise"):
        EmbeddedSeries(tmp_path / "series.db").open()


def test_a_full_disk_refuses_everything_and_heals(tmp_path: Path):
    quota = {"pages": 200}

    def small(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute(f"PRAGMA max_page_count={quota['pages']}")
        return connection

    store = EmbeddedSeries(tmp_path / "series.db", connect=small)
    store.open()
    committed = 0

    def rows(batch: int) -> list[Point]:
        return [Point(key(source=f"thermo-{batch}"), START_MS + batch * 1000 + n, 0.1) for n in range(500)]

    def fill() -> None:
        nonlocal committed
        for batch in range(1000):
            store.append(rows(batch))
            committed += 500

    with pytest.raises(StoreUnavailable, match="full"):
        fill()
    store.close()
    assert committed > 0
    quota["pages"] = 1_000_000
    store.open()
    assert (
        sum(len(store.window(one, START_MS, START_MS + HOUR_MS, 10_000).at_ms) for one in store.keys("hill", "house-2"))
        == committed
    )
    assert store.append(rows(2000)) == []
    store.close()


def test_days_of_two_scales_add_up(series: EmbeddedSeries):
    scales = [key("weight_grams", "scale-1"), key("weight_grams", "scale-2")]
    series.append([Point(scales[0], START_MS, 1000.0), Point(scales[1], START_MS + 1, 1400.0)])
    first = date(2026, 10, 24)
    days = combined(day for one in scales for day in series.daily(one, SHANGHAI, first, first + timedelta(days=1)))
    assert [(stats.n, stats.mean, stats.low, stats.high) for stats in days] == [(2, 1200.0, 1000.0, 1400.0)]
