"""Both series stores on 8.64 million points, with a writer running: how quick, how large.

    python -m tests.bench stores

1,000 series (100 houses, 10 quantities) with a value each 10 s for a day, tidy as instruments speak, times that jitter
by some ms; and ten houses' weights each 10 s for 40 days, as only their roll-ups are asked for. A thread appends 1,000
points a second meanwhile. The InfluxDB is Debian's 1.6.7 through the same front as in the tests.
"""

import asyncio
import gc
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import numpy as np

from cloud.app import create_app
from cloud.config import BrokerConfig, CloudConfig, SeriesConfig
from cloud.ingest.settling import Settler
from cloud.ingest.sorting import Arrived
from cloud.store import people
from cloud.store.choice import series_store
from cloud.store.columns import DAY_MS
from cloud.store.embedded import EmbeddedSeries
from cloud.store.influx import InfluxSeries
from cloud.store.series import Point, SeriesKey, SeriesStore
from contract.messages import Readings, encode
from contract.place import Place
from contract.quantities import QUANTITIES
from contract.topics import build
from tests.influx_servers import Influx
from tests.servers import free_port

HOUSES, QUANTITIES_EACH = 100, 10
STEPS, STEP_MS = 8640, 10_000
GROWTH_HOUSES, GROWTH_DAYS = 10, 40
ROUNDS, HTTP_ROUNDS = 400, 200
WRITER_BATCH, WRITER_EVERY_S = 200, 0.2
SHANGHAI = ZoneInfo("Asia/Shanghai")
NAMES = ("temperature_celsius", "humidity_percent", "ammonia_ppm", "carbon_dioxide_ppm", "light_lux",
         "air_speed_mps", "surface_temperature_celsius", "floor_temperature_celsius", "activity_lengths_per_min",
         "spread_ratio")  # fmt: skip
PASSWORD = "correct horse"

BEGIN_MS = (int(datetime.now(UTC).timestamp() * 1000) // DAY_MS - 2) * DAY_MS
END_MS = BEGIN_MS + DAY_MS


def climate_key(number: int) -> SeriesKey:
    """Return one of the thousand series."""
    return SeriesKey("farm", f"house-{number // QUANTITIES_EACH}", "pi-1", "thermo-1", NAMES[number % QUANTITIES_EACH])


def growth_key(house: int) -> SeriesKey:
    """Return the weights of one of the ten houses."""
    return SeriesKey("farm", f"house-{house}", "pi-1", "scale-1", "weight_grams")


def climate(number: int, chance: np.random.Generator) -> list[Point]:
    """Return a day of a series: a daily course with noise, one decimal, times that jitter."""
    key, steps = climate_key(number), np.arange(STEPS)
    values = 20 + 3 * np.sin(steps / 1375 + number) + np.cumsum(chance.normal(0, 0.02, STEPS))
    at_ms = BEGIN_MS + steps * STEP_MS + chance.integers(0, 20, STEPS)
    return [Point(key, at, value) for at, value in zip(at_ms.tolist(), np.round(values, 1).tolist(), strict=True)]


def growth(house: int, day: int, chance: np.random.Generator) -> list[Point]:
    """Return a day of a house's weights."""
    at_ms = BEGIN_MS - (GROWTH_DAYS - day) * DAY_MS + np.arange(STEPS) * STEP_MS
    values = np.round(40 + 60 * day + chance.normal(0, 30, STEPS))
    key = growth_key(house)
    return [Point(key, at, value) for at, value in zip(at_ms.tolist(), values.clip(10).tolist(), strict=True)]


def batches(per_series: list[list[Point]], size: int) -> Iterator[list[Point]]:
    """Give points as they come from many devices: time by time over all series, in batches."""
    flat = [point for row in zip(*per_series, strict=True) for point in row]
    for start in range(0, len(flat), size):
        yield flat[start : start + size]


def fill(store: SeriesStore) -> tuple[float, int]:
    """Write everything; answers points a second of the climate, in batches as from 100 series, and all points."""
    chance, count, spent_s = np.random.default_rng(1), 0, 0.0
    for start in range(0, HOUSES * QUANTITIES_EACH, 100):
        some = [climate(number, chance) for number in range(start, start + 100)]
        for batch in batches(some, 10_000):
            began_s = time.perf_counter()
            store.append(batch)
            spent_s += time.perf_counter() - began_s
            count += len(batch)
    rate = count / spent_s
    for house in range(GROWTH_HOUSES):
        for day in range(GROWTH_DAYS):
            points = growth(house, day, chance)
            store.append(points)
            count += len(points)
    return rate, count


@contextmanager
def writing(store: SeriesStore) -> Iterator[list[int]]:
    """Append 1,000 points a second over all series until left; tells how many it was."""
    stop, told = threading.Event(), [0]

    def write() -> None:
        number, chance = 0, np.random.default_rng(2)
        while not stop.wait(WRITER_EVERY_S):
            now_ms = int(time.time() * 1000)
            values = np.round(chance.normal(20, 1, WRITER_BATCH), 1).tolist()
            keys = [climate_key((number + n) % (HOUSES * QUANTITIES_EACH)) for n in range(WRITER_BATCH)]
            store.append([Point(key, now_ms, value) for key, value in zip(keys, values, strict=True)])
            number += WRITER_BATCH
            told[0] += WRITER_BATCH

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join()


def timed(work: Callable[[int], object], rounds: int) -> str:
    """Return p50 and p99 of so many calls, and the median of the caller's processor time, in ms."""
    work(0)
    spent_ms, busy_ms = [], []
    for number in range(rounds):
        began_s, began_busy_s = time.perf_counter(), time.thread_time()
        work(number)
        spent_ms.append(1000 * (time.perf_counter() - began_s))
        busy_ms.append(1000 * (time.thread_time() - began_busy_s))
    return f"{np.percentile(spent_ms, 50):.1f} / {np.percentile(spent_ms, 99):.1f} ({np.percentile(busy_ms, 50):.1f})"


def day_down_to_300(store: SeriesStore, number: int) -> None:
    """Ask for 24 hours of one of the thousand series."""
    key = climate_key(number * 37 % (HOUSES * QUANTITIES_EACH))
    window = store.window(key, BEGIN_MS, END_MS, 300)
    assert len(window.at_ms) == 288


def forty_days(store: SeriesStore, _number: int) -> None:
    """Ask for 40 daily means of ten houses."""
    last = datetime.fromtimestamp((BEGIN_MS - 1) / 1000, SHANGHAI).date()
    first: date = last - timedelta(days=GROWTH_DAYS - 1)
    for house in range(GROWTH_HOUSES):
        assert len(store.daily(growth_key(house), SHANGHAI, first, last)) >= GROWTH_DAYS - 1


async def over_http(config: CloudConfig, dist: Path) -> tuple[float, float]:
    """Return p50 and p99 of the same day over the API, in ms: the real service on a socket, one request at a time."""
    import uvicorn  # the service alone needs it

    app = create_app(config, dist)
    async with app.router.lifespan_context(app):
        services = app.state.services
        await asyncio.to_thread(
            people.add_user, services.records, services.passwords, "mei", PASSWORD, datetime.now(UTC)
        )
        settler = Settler(services.series, services.records, services.media, 10)
        for house in range(HOUSES):
            await asyncio.to_thread(settler.settle, [_hello(house)])
        server = uvicorn.Server(uvicorn.Config(app, port=config.http.port, lifespan="off", log_level="error"))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.05)
        root, apart = f"http://127.0.0.1:{config.http.port}/api/v1", multiprocessing.get_context("spawn")
        with writing(services.series), ProcessPoolExecutor(1, apart) as client:  # a phone shares no interpreter with us
            spent_ms = await asyncio.get_running_loop().run_in_executor(client, requests, root)
        server.should_exit = True
        await serving
    return float(np.percentile(spent_ms, 50)), float(np.percentile(spent_ms, 99))


def requests(root: str) -> list[float]:
    """Ask for that day again and again; answers the ms of each."""
    spent_ms = []
    with httpx.Client(timeout=30) as client:
        client.post(f"{root}/session", json={"name": "mei", "password": PASSWORD}).raise_for_status()
        for number in range(HTTP_ROUNDS):
            key = climate_key(number * 37 % (HOUSES * QUANTITIES_EACH))
            query = {"quantity": key.quantity, "source": key.source, "from": BEGIN_MS, "to": END_MS, "points": 300}
            began_s = time.perf_counter()
            answer = client.get(f"{root}/houses/{key.farm}/{key.house}/series", params=query)
            spent_ms.append(1000 * (time.perf_counter() - began_s))
            answer.raise_for_status()
    return spent_ms


def _hello(house: int) -> Arrived:
    place = Place(farm="farm", house=f"house-{house}", device="pi-1")
    event = Readings(device="pi-1", boot="00000000000000aa", seq=1, at=datetime.now(UTC), instrument="hello",
                     values={next(iter(QUANTITIES)): 20.0})  # fmt: skip
    return Arrived(build(place, Readings), encode(event))


def measured(config: CloudConfig, folder: Path, size_bytes: Callable[[], int]) -> dict[str, str]:
    """Fill a store and measure it; answers a column of the table."""
    store = series_store(config, config.series.store)
    store.open()
    rate, count = fill(store)
    if isinstance(store, EmbeddedSeries):
        store.seal()
    elif isinstance(store, InfluxSeries):
        while store.add_up():
            pass
    gc.collect()
    with writing(store) as told:
        day = timed(lambda number: day_down_to_300(store, number), ROUNDS)
        weeks = timed(lambda number: forty_days(store, number), ROUNDS // 4)
    store.close()
    size = size_bytes()
    dist = folder / "dist"
    dist.mkdir()
    (dist / "index.html").write_text("<!doctype html>")
    http_ms = asyncio.run(over_http(config, dist))
    return {
        "points": f"{count:,}",
        "written, 10,000 a batch, points/s": f"{rate:,.0f}",
        "appended meanwhile": f"{told[0]:,}",
        "24 h down to 288 buckets, p50 / p99 ms (limit 5); (caller's processor)": day,
        "the same over HTTP, p50 / p99 ms (limit 25)": f"{http_ms[0]:.1f} / {http_ms[1]:.1f}",
        "40 daily means of ten houses, p50 / p99 ms (limit 50); (caller's processor)": weeks,
        "bytes a point on the disk (limit 8)": f"{size / count:.2f}",
    }


def embedded() -> dict[str, str]:
    """Measure the embedded store."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return measured(_config(folder, SeriesConfig()), folder, lambda: _size(folder / "data", "series.db*"))


def influx() -> dict[str, str]:
    """Measure Debian's InfluxDB."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = Influx(folder / "influx")
        server.start()
        try:
            settings = SeriesConfig(store="influx", url=server.url, timeout_s=120)
            return measured(_config(folder, settings), folder, lambda: _settled_size(folder / "influx"))
        finally:
            server.stop()


def _config(folder: Path, series: SeriesConfig) -> CloudConfig:
    (folder / "data").mkdir()
    config = CloudConfig(data_dir=folder / "data", series=series, broker=BrokerConfig(port=free_port()))
    return config.model_copy(update={"http": config.http.model_copy(update={"port": free_port()})})


def _size(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.rglob(pattern) if path.is_file())


def _settled_size(folder: Path) -> int:
    """Return what InfluxDB takes once it has stopped compacting."""
    sizes = [_size(folder / "data", "*")]
    for _ in range(20):
        time.sleep(3)
        sizes.append(_size(folder / "data", "*"))
        if sizes[-1] == sizes[-2]:
            break
    return sizes[-1] + _size(folder / "wal", "*")


def table() -> str:
    """Measure both and lay them side by side."""
    columns = {"embedded": embedded(), "InfluxDB 1.6.7": influx()}
    rows = next(iter(columns.values())).keys()
    head = f"| | {' | '.join(columns)} |\n| --- |{' --- |' * len(columns)}"
    lines = [f"| {row} | {' | '.join(column[row] for column in columns.values())} |" for row in rows]
    return "\n".join(["### Series stores, with a writer running\n", head, *lines])
