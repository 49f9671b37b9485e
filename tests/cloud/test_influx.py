"""What is InfluxDB's own: refusals, restarts, marks. On the real 1.6.7; 2.x and 3 Core by a front before it."""

import json
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from cloud.config import SeriesConfig
from cloud.errors import BadRecord, CannotStart, StoreUnavailable
from cloud.ingest.points import unix_ms
from cloud.ingest.settling import Settler
from cloud.ingest.sorting import Arrived
from cloud.store import ledger
from cloud.store.columns import DAY_MS, HOUR_MS
from cloud.store.influx import InfluxSeries
from cloud.store.media import Media
from cloud.store.records import Records
from cloud.store.series import Point, SeriesKey
from contract.messages import encode
from tests.cloud.sending import BOOT, PI, readings, topic_of
from tests.influx_front import Asked, Front, Refusal
from tests.influx_servers import Influx

START = datetime(2026, 10, 1, tzinfo=UTC)
START_MS = int(START.timestamp() * 1000)
UTC_ZONE = ZoneInfo("UTC")
CORE_SPAN_MS = 72 * HOUR_MS
KEY = SeriesKey("hill", "house-2", "pi-1", "thermo-1", "temperature_celsius")
AMMONIA = SeriesKey("hill", "house-2", "pi-1", "thermo-1", "ammonia_ppm")
_numbers = count()


@pytest.fixture(scope="module")
def influx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influx]:
    server = Influx(tmp_path_factory.mktemp("influx"))
    server.start()
    yield server
    server.stop()


def config(url: str, database: str | None = None, **more: object) -> SeriesConfig:
    fields = {"url": url, "database": database or f"db{next(_numbers)}", "retention_days": {"default": 36_500}}
    return SeriesConfig.model_validate(fields | more)


class Opened:
    """A store that is open within the block; its present is 50 days after START."""

    def __init__(self, settings: SeriesConfig, worker: str = "henwise") -> None:
        self.store = InfluxSeries(settings, worker, clock=lambda: START + timedelta(days=50), quiet_s=3600)

    def __enter__(self) -> InfluxSeries:
        self.store.open()
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.close()


def points(values: list[float], key: SeriesKey = KEY, step_ms: int = 10_000, at_ms: int = START_MS) -> list[Point]:
    return [Point(key, at_ms + n * step_ms, value) for n, value in enumerate(values)]


def means(store: InfluxSeries, key: SeriesKey = KEY) -> list[float]:
    return list(store.window(key, START_MS, START_MS + HOUR_MS, 1000).mean.tolist())


def test_of_a_partly_written_batch_the_refused_points_are_known_and_the_others_there(influx: Influx):
    settings = config(influx.url)
    with Opened(settings) as store:
        store.append(points([1.0]))
        influx.write(f"ammonia_ppm,farm=else value=3i {START_MS}", settings.database)
        mixed = [
            point for pair in zip(points([2.0] * 700), points([9.0] * 700, AMMONIA), strict=True) for point in pair
        ]
        refused = store.append(mixed)
        assert {one.point.series for one in refused} == {AMMONIA}
        assert len(refused) == 700
        assert "type conflict" in refused[0].reason
        assert means(store) == [2.0] * 360  # within the hour
        assert store.latest(AMMONIA) is None


def test_what_influxdb_refuses_is_kept_aside_and_not_sent_again(influx: Influx, records: Records, media: Media):
    settings = config(influx.url)
    with Opened(settings) as store:
        # InfluxDB notices the conflict within a shard, a week.
        influx.write(f"ammonia_ppm,farm=else value=3i {unix_ms(readings(1))}", settings.database)
        settler = Settler(store, records, media, 10)
        events = [readings(seq, temperature_celsius=20.0, ammonia_ppm=float(seq)) for seq in (1, 2)]
        outcome = settler.settle([Arrived(topic_of(event), encode(event)) for event in events])
        assert (outcome.points, outcome.kept_aside) == (2, 1)
        assert outcome.settled == {(PI, BOOT): [(1, 2)]}
        (kept,) = ledger.kept(records)
        assert kept.topic == "series/hill/house-2/pi-1/thermo-1/ammonia_ppm"
        assert "type conflict" in kept.reason
        assert [value for _, value in json.loads(kept.payload)] == [1.0, 2.0]


def test_a_database_that_is_missing_is_made(influx: Influx):
    settings = config(influx.url)
    with Opened(settings) as store:
        store.append(points([1.0]))
        influx.query(f'DROP DATABASE "{settings.database}"')
        store.append(points([2.0]))
        assert means(store) == [2.0]


def test_rollups_may_live_in_a_database_of_their_own(influx: Influx):
    settings = config(influx.url, rollup_database="sums")
    with Opened(settings) as store:
        store.append(points([20.0, 22.0]))
        store.add_up()
        assert means(store) == [20.0, 22.0]
        assert store.keys("hill", "house-2") == [KEY]
    assert b"temperature_celsius_hourly" in influx.query("SHOW MEASUREMENTS", "sums")
    assert b"temperature_celsius_hourly" not in influx.query("SHOW MEASUREMENTS", settings.database)


def test_user_and_password_open_1_8_and_wrong_ones_say_what_to_give(tmp_path: Path):
    server = Influx(tmp_path, auth=True)
    server.start()
    try:
        with Opened(config(server.url, username="admin", password="secret")) as store:
            store.append(points([1.0, 2.0]))
            assert means(store) == [1.0, 2.0]
        for wrong in ({"username": "admin", "password": "guess"}, {}):
            store = Opened(config(server.url, **wrong)).store
            with pytest.raises(CannotStart, match=r"series\.username"):
                store.open()
            store.close()
    finally:
        server.stop()


def test_an_influxdb_that_is_away_or_hangs_is_waited_for(tmp_path: Path):
    server = Influx(tmp_path)
    server.start()
    server.kill()
    try:
        with Opened(config(server.url, timeout_s=1)) as store:
            with pytest.raises(StoreUnavailable):
                store.append(points([1.0]))
            server.start_influxd()
            store.append(points([1.0]))
            server.send(signal.SIGSTOP)
            with pytest.raises(StoreUnavailable, match="can't be reached"):
                store.append(points([1.0, 2.0]))
            server.send(signal.SIGCONT)
            store.append(points([1.0, 2.0]))
            assert means(store) == [1.0, 2.0]
    finally:
        server.stop()


def test_kill_9_of_influxd_loses_nothing_that_was_acknowledged(tmp_path: Path):
    server, chance = Influx(tmp_path), random.Random(7)
    server.start()
    acknowledged: list[int] = []
    stop = threading.Event()

    def write(store: InfluxSeries) -> None:
        number = 0
        while not stop.is_set():
            try:
                store.append(points([float(number)] * 20, step_ms=50, at_ms=START_MS + number * 1000))
            except StoreUnavailable:
                time.sleep(0.02)
                continue
            acknowledged.append(number)
            number += 1

    try:
        with Opened(config(server.url, timeout_s=2)) as store:
            writer = threading.Thread(target=write, args=(store,))
            writer.start()
            for _ in range(5):
                before, until_s = len(acknowledged), time.monotonic() + 120
                while len(acknowledged) < before + 10 and time.monotonic() < until_s:
                    time.sleep(0.01)
                time.sleep(chance.uniform(0, 0.3))
                server.kill()
                server.start_influxd()
            stop.set()
            writer.join()
            assert len(acknowledged) >= 50
            found = store.window(KEY, START_MS, START_MS + len(acknowledged) * 1000, 10**6)
            assert found.mean.tolist() == [float(number) for number in acknowledged for _ in range(20)]
            store.add_up()
            (day,) = store.daily(KEY, UTC_ZONE, START.date(), START.date())
            # The last one may have arrived although nobody said so.
            assert 20 * len(acknowledged) <= day.n <= 20 * (len(acknowledged) + 1)
    finally:
        stop.set()
        server.stop()


def stale(influx: Influx, database: str, worker: str = "henwise") -> list[object]:
    """Return the marks of a worker as they stand at InfluxDB, hour by hour."""
    question = f"SELECT stale_{worker} FROM temperature_celsius_hourly"  # noqa: S608  # ours
    answer = json.loads(influx.query(question, database))
    return [row[1] for row in answer["results"][0]["series"][0]["values"]]


def test_what_was_not_added_up_before_the_end_is_added_up_after_the_next_start(influx: Influx):
    settings = config(influx.url)
    with Opened(settings) as store:
        store.append(points([20.0] * 3, step_ms=HOUR_MS, at_ms=START_MS + 45 * DAY_MS))
    assert stale(influx, settings.database) == [1, 1, 1]
    with Opened(settings) as store:
        assert store._accountant is not None
        store._accountant.resume(store.all_keys())
        assert store.add_up() == 4  # three hours and a day
    assert stale(influx, settings.database) == [0, 0, 0]


def test_two_that_add_up_at_once_do_so_one_after_the_other(influx: Influx):
    both, started = threading.Barrier(2), count(2)
    counts: list[int] = []

    def clock() -> datetime:
        if next(started) < 2:  # the first question of each: what is due?
            with suppress(threading.BrokenBarrierError):
                both.wait(1)
        return START + timedelta(days=50)

    store = InfluxSeries(config(influx.url), "henwise", clock=clock, quiet_s=3600)
    store.open()
    try:
        for number in range(20):
            key = SeriesKey("hill", f"house-{number}", "pi-1", "thermo-1", "temperature_celsius")
            store.append(points([20.0] * 48, key, HOUR_MS))
        started = count()
        threads = [threading.Thread(target=lambda: counts.append(store.add_up())) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        store.close()
    assert sorted(counts) == [0, 20 * (48 + 2)]


def test_a_rollup_is_trusted_only_when_every_worker_that_wrote_has_added_up(influx: Influx):
    settings = config(influx.url)
    many = points([20.0] * 360)
    with Opened(settings, "Worker-A") as one, Opened(settings, "Worker-B") as other:
        one.append(many)
        one.add_up()
        other.append([Point(KEY, START_MS + 5, 99.0)])
        one.append([Point(KEY, START_MS + 10_000, 21.0)])
        one.add_up()
        assert stale(influx, settings.database, "worker_a") == [0]
        assert stale(influx, settings.database, "worker_b") == [1]
        for store in (one, other):
            window = store.window(KEY, START_MS, START_MS + 2 * HOUR_MS, 2)
            assert (window.basis, window.high[0]) == ("hourly", 99.0)
        other.append([Point(KEY, START_MS + 7, 101.0)])
        assert one.window(KEY, START_MS, START_MS + 2 * HOUR_MS, 2).high[0] == 101.0
        other.add_up()
        assert stale(influx, settings.database, "worker_b") == [0]
        assert one.window(KEY, START_MS, START_MS + 2 * HOUR_MS, 2).high[0] == 101.0


def test_a_chart_of_weeks_reads_no_points(influx: Influx):
    settings = config(influx.url)
    with Front(influx.influx_port, lambda _: None) as front, Opened(config(front.url, settings.database)) as store:
        store.append(points([float(n) for n in range(40 * 24)], step_ms=HOUR_MS))
        store.add_up()
        front.asked.clear()
        window = store.window(KEY, START_MS, START_MS + 40 * DAY_MS, 300)
        assert window.basis == "hourly"
        store.daily(KEY, UTC_ZONE, START.date(), START.date() + timedelta(days=39))
        assert all('FROM "temperature_celsius_hourly"' in asked.question for asked in front.asked)


def test_a_name_that_line_protocol_cant_say_is_refused(influx: Influx):
    with Opened(config(influx.url)) as store:
        for name in ("", "a\nb", "ends in \\"):
            with pytest.raises(BadRecord, match="can't be a name"):
                store.append([Point(SeriesKey("hill", "house-2", "pi-1", name, "weight_grams"), START_MS, 1.0)])


def core(asked: Asked) -> Refusal | None:
    """Refuse what InfluxDB 3 Core refuses: wide spans, and what it never knew."""
    if asked.path not in {"/query", "/api/v2/write"}:
        return HTTPStatus.NOT_FOUND, {"error": "not found"}
    question = asked.question
    if question.startswith(("CREATE", "DELETE", "SHOW SERIES")):
        return HTTPStatus.BAD_REQUEST, {"error": f"query error: {question.split()[0]} is not supported"}
    if question and "henwise_series" not in question and not (asked.span_ms and asked.span_ms <= CORE_SPAN_MS):
        words = (
            "Query would exceed file limit of 432 parquet files. Please specify a smaller time range for your query."
        )
        return HTTPStatus.INTERNAL_SERVER_ERROR, {"error": f"error while planning query: External error: {words}"}
    return None


def test_3_core_is_asked_in_spans_it_does_not_refuse(influx: Influx):
    settings = config(influx.url)
    influx.query(f'CREATE DATABASE "{settings.database}"')
    values = [float(n % 50) for n in range(40 * 24)]
    with (
        Front(influx.influx_port, core) as front,
        Opened(config(front.url, settings.database, token="abc")) as store,
    ):
        store.append(points(values, step_ms=HOUR_MS))
        store.add_up()
        assert store.window(KEY, START_MS, START_MS + 40 * DAY_MS, 1000).mean.tolist() == values
        by_day = store.window(KEY, START_MS, START_MS + 40 * DAY_MS, 40)
        assert by_day.basis == "daily"
        assert by_day.mean.tolist() == [sum(values[day * 24 : day * 24 + 24]) / 24 for day in range(40)]
        latest = store.latest(KEY)
        assert latest is not None
        assert latest.value == values[-1]
        assert store.forget() == 0
        assert {asked.path for asked in front.asked} == {"/query", "/api/v2/write"}  # no Flux, nothing of v3's own


def test_3_core_names_the_lines_it_refuses(influx: Influx):
    settings = config(influx.url)
    influx.query(f'CREATE DATABASE "{settings.database}"')
    writes: list[int] = []

    def refuse(asked: Asked) -> Refusal | None:
        lines = asked.body.decode().split("\n")
        bad = [n for n, line in enumerate(lines) if line.startswith("ammonia_ppm,")]
        if asked.path != "/api/v2/write" or not bad:
            return None
        writes.append(len(lines))
        good = "\n".join(line for n, line in enumerate(lines) if n not in bad)
        if good:
            front.pass_on(Asked(asked.path, asked.query, "", good.encode()))
        words = "invalid column type for column 'value', expected iox::column_type::field::integer, got float"
        data = [{"error_message": words, "line_number": n + 1, "original_line": lines[n]} for n in bad[:100]]
        return HTTPStatus.BAD_REQUEST, {"error": "partial write of line protocol occurred", "data": data}

    with Front(influx.influx_port, refuse) as front, Opened(config(front.url, settings.database)) as store:
        refused = store.append([*points([5.0] * 150, AMMONIA), *points([1.0, 2.0])])
        assert len(refused) == 150
        assert "invalid column type" in refused[0].reason
        assert means(store) == [1.0, 2.0]
        assert writes == [152, 52]  # it names a hundred at most


@pytest.mark.parametrize(
    ("status", "said", "sentence"),
    [
        (404, {"code": "not found", "message": 'bucket "henwise" not found'}, r"docs/stores\.md"),
        (422, {"error": "adding a new database would exceed limit of 5 databases"}, "limit of 5 databases"),
        (429, {"code": "too many requests", "message": "exceeded rate limit"}, "can't do it now"),
        (500, {"code": "internal error", "message": "unexpected error"}, "can't do it now"),
    ],
)
def test_what_is_not_the_lines_fault_is_told_and_tried_again(
    influx: Influx, status: int, said: dict[str, object], sentence: str
):
    with (
        Front(influx.influx_port, lambda _: (HTTPStatus(status), said)) as front,
        Opened(config(front.url, "henwise", org="farm", token="abc")) as store,
        pytest.raises(StoreUnavailable, match=sentence),
    ):
        store.append(points([1.0]))


def test_a_token_that_is_refused_ends_the_start_and_later_is_told_and_tried_again(influx: Influx):
    refused = HTTPStatus.UNAUTHORIZED, {"code": "unauthorized", "message": "unauthorized access"}
    answer: list[Refusal] = [refused]
    with Front(influx.influx_port, lambda _: answer[0] if answer else None) as front:
        settings = config(front.url, org="farm", token="abc")
        store = Opened(settings).store
        with pytest.raises(CannotStart, match=r"series\.token"):
            store.open()
        store.close()
        answer.clear()
        with Opened(settings) as store:
            answer.append(refused)  # withdrawn while it runs
            with pytest.raises(StoreUnavailable, match=r"series\.token"):
                store.append(points([1.0]))


def test_a_token_bucket_and_organisation_go_where_2_x_looks_for_them(influx: Influx, tmp_path: Path):
    influx.query('CREATE DATABASE "henwise"')
    (tmp_path / "token").write_text("from-file\n")
    for more, token in ({"token": SecretStr("abc")}, "abc"), ({"token_file": tmp_path / "token"}, "from-file"):
        with (
            Front(influx.influx_port, lambda _: None) as front,
            Opened(config(front.url, "henwise", org="farm", **more)) as store,
        ):
            store.append(points([1.0]))
            store.latest(KEY)
            assert {asked.authorization for asked in front.asked} == {f"Token {token}"}
            written = [asked for asked in front.asked if asked.path == "/api/v2/write"]
            assert written[-1].query == {"bucket": ["henwise"], "org": ["farm"], "precision": ["ms"]}


def test_a_token_file_that_is_not_there_stops_the_start(influx: Influx, tmp_path: Path):
    with (
        pytest.raises(CannotStart, match=r"series\.token_file"),
        Opened(config(influx.url, token_file=tmp_path / "no")),
    ):
        pass


def test_an_address_that_is_no_influxdb_says_so(influx: Influx):
    with (
        Front(influx.influx_port, lambda _: (HTTPStatus.OK, {"hello": "world"})) as front,
        Opened(config(front.url)) as store,
        pytest.raises(StoreUnavailable, match=r"is series\.url right"),
    ):
        store.latest(KEY)
