"""One ingest worker over a real mosquitto: how many points a second until they are on the disk and acknowledged.

    python -m tests.bench ingest

20,000 messages of 20 quantities from 1,000 known devices wait in the broker, as after an outage; then the worker
connects and drains them with its default settings, everything as in the service: decoded, checked, committed with
``synchronous=FULL`` to series and records, acknowledged to each device. Processor time is that of the worker's process.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as paho

from cloud.config import BrokerConfig, IngestConfig, SeriesConfig
from cloud.garbage import search_less
from cloud.ingest.courier import Courier
from cloud.ingest.settling import Settler
from cloud.ingest.subscriber import Subscriber
from cloud.leader import Leadership
from cloud.store.embedded import EmbeddedSeries
from cloud.store.influx import InfluxSeries
from cloud.store.leading import LeaderLock
from cloud.store.media import FolderMedia
from cloud.store.records import Records
from cloud.store.series import SeriesStore
from cloud.vitals import Vitals
from contract.messages import Readings, encode
from contract.place import Place
from contract.quantities import QUANTITIES
from contract.topics import build
from tests.influx_servers import Influx
from tests.servers import Mosquitto

DEVICES, MESSAGES, VALUES = 1_000, 20_000, 20
WITHIN_S = 300.0
BROKER = ("allow_anonymous true", "max_queued_messages 0", "max_inflight_messages 1000", "max_packet_size 4000000")
BEGIN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Drained:
    """What it took: wall clock and processor time of the worker, in s."""

    wall_s: float
    cpu_s: float
    points: int


def message(number: int) -> tuple[str, bytes]:
    """Return topic and payload of one of the messages."""
    device, turn = number % DEVICES, number // DEVICES
    place = Place(farm=f"farm-{device // 10}", house=f"house-{device % 10}", device="pi-1")
    values = {}
    for index, row in enumerate(list(QUANTITIES.values())[:VALUES]):
        share = (number * 7 + index * 13) % 100 / 100
        values[row.key] = round(row.low + share * (min(row.high, row.low + 100) - row.low), 1)
    event = Readings(
        device="pi-1",
        boot="00000000000000aa",
        seq=turn + 1,
        at=BEGIN + timedelta(seconds=10 * turn),
        instrument="thermo-1",
        values=values,
    )
    return build(place, Readings), encode(event)


def publish(port: int, first: int, last: int) -> None:
    """Send messages at QoS 1 and wait until the broker has them."""
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="devices")
    client.max_inflight_messages_set(1000)
    client.connect("127.0.0.1", port)
    client.loop_start()
    sent = [client.publish(*message(number), qos=1) for number in range(first, last)]
    for one in sent:
        one.wait_for_publish(WITHIN_S)
    client.loop_stop()
    client.disconnect()


async def drain(port: int, series: SeriesStore, folder: Path) -> Drained:
    """Fill the broker's queue for a worker that has been there once, then let it drain."""
    records = Records(folder / "records.db")
    records.open()
    vitals = Vitals()
    search_less()
    settler = Settler(series, records, FolderMedia(folder / "pictures"), 10)

    def worker() -> "asyncio.Task[None]":
        leadership = Leadership(LeaderLock(records))
        subscriber = Subscriber(
            BrokerConfig(port=port), IngestConfig(), settler, vitals, lambda *_: None, Courier(records), leadership
        )
        return asyncio.create_task(subscriber.run())

    async def sent(first: int, last: int) -> None:
        command = [sys.executable, "-c", f"from tests.bench.ingest import publish; publish({port}, {first}, {last})"]
        await asyncio.to_thread(subprocess.run, command, check=True, cwd=Path(__file__).parents[2])

    await _until(worker(), lambda: vitals.broker_connected)
    # Everybody once: a farm, a house and twenty series are made once in their lives.
    await sent(0, DEVICES)
    await _until(worker(), lambda: vitals.messages >= DEVICES)
    await sent(DEVICES, DEVICES + MESSAGES)
    points = vitals.points
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    await _until(worker(), lambda: vitals.messages >= DEVICES + MESSAGES)
    drained = Drained(time.perf_counter() - began_s, time.process_time() - began_cpu_s, vitals.points - points)
    records.close()
    return drained


async def _until(task: "asyncio.Task[None]", done: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not done():
            await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.wait([task])


def measured(series: SeriesStore, folder: Path) -> Drained:
    """Measure one store over a broker of its own."""
    broker = Mosquitto(folder, *BROKER)
    broker.start()
    series.open()
    try:
        return asyncio.run(drain(broker.port, series, folder))
    finally:
        series.close()
        broker.kill()


def table() -> str:
    """Measure both stores."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        rows.append(("embedded", measured(EmbeddedSeries(Path(name) / "series.db"), Path(name))))
    with tempfile.TemporaryDirectory() as name:
        server = Influx(Path(name) / "influx")
        server.start()
        try:
            rows.append(("InfluxDB 1.6.7", measured(InfluxSeries(SeriesConfig(url=server.url)), Path(name))))
        finally:
            server.stop()
    lines = [
        f"| {name} | {one.points:,} | {one.points / one.wall_s:,.0f} | {one.points / one.cpu_s:,.0f} "
        f"| {1e6 * one.cpu_s / MESSAGES:.0f} |"
        for name, one in rows
    ]
    head = "| store | points | points/s | points per processor second | processor µs a message |\n|" + " --- |" * 5
    title = f"### One ingest worker over mosquitto: {MESSAGES:,} messages of {VALUES} quantities, {DEVICES:,} devices\n"
    return "\n".join([title, head, *lines])
