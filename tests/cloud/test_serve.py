"""The service as it runs: a process, a real broker, real HTTP, and kill -9."""

import asyncio
import json
import os
import random
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiomqtt
import httpx
import pytest
from sqlalchemy import delete

from cloud.api.live import RECHECK_S
from cloud.config import CloudConfig
from cloud.glance import MEMBERS
from cloud.store import ledger
from cloud.store.embedded import EmbeddedSeries
from cloud.store.folder import opened_records
from cloud.store.records import Records
from cloud.store.series import SeriesKey
from cloud.store.tables import Membership
from contract.messages import encode
from tests.cloud.sending import BOOT, PI, Sender, count, readings, status, topic_of
from tests.cloud.service import CloudProcess, cloud_process
from tests.servers import Mosquitto, free_port

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

PASSWORD = "correct horse"
TEMPERATURE = SeriesKey(PI.farm, PI.house, PI.device, "thermo-1", "temperature_celsius")


@pytest.fixture
def service(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[CloudProcess]:
    with cloud_process(tmp_path, mosquitto.port) as running:
        yield running


@asynccontextmanager
async def sender(mosquitto: Mosquitto) -> AsyncIterator[Sender]:
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
        edge = Sender(client)
        listening = asyncio.create_task(edge.listen())
        try:
            yield edge
        finally:
            listening.cancel()
            await asyncio.wait([listening])
            if not listening.cancelled():
                listening.exception()  # the broker was killed; the test knows


def stored(folder: Path) -> tuple[dict[int, float], dict[str, list[tuple[int, int]]]]:
    """Read, beside the service or after it, every stored temperature by ms and the ledger."""
    series, records = EmbeddedSeries(folder / "data" / "series.db"), Records(folder / "data" / "records.db")
    series.open()
    records.open()
    try:
        window = series.window(TEMPERATURE, 0, 2**42, 10_000_000)
        return dict(zip(window.at_ms.tolist(), window.mean.tolist(), strict=True)), ledger.settled(records, PI)
    finally:
        series.close()
        records.close()


async def test_an_event_is_committed_then_acknowledged_then_seen(service: CloudProcess, mosquitto: Mosquitto):
    service.command("user", "add", "mei", "--password-stdin", stdin=f"{PASSWORD}\n")
    now = datetime.now(UTC)
    async with sender(mosquitto) as edge, httpx.AsyncClient(base_url=service.url) as client:
        await edge.send(readings(1, now, temperature_celsius=26.5))
        await edge.send(status("online", now))
        await edge.send_raw(topic_of(readings(2)), b'{"boot": "00000000000000aa", "seq": 2, "nonsense": true}')
        await edge.until_committed({1, 2})
        await client.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})
        house = (await client.get("/api/v1/houses/hill/house-2")).json()
    assert house["climate"][0]["values"] == {"temperature_celsius": 26.5}
    assert house["devices"][0]["state"] == "online"
    points, ranges = stored(service.folder)
    assert list(points.values()) == [26.5]
    assert ranges == {BOOT: [(1, 2)]}


async def patches(client: httpx.AsyncClient, heard: str = "") -> AsyncIterator[dict[str, object]]:
    """Yield each patch, with the id of its event as ``id``."""
    headers = {"last-event-id": heard} if heard else {}
    async with client.stream("GET", "/api/v1/houses/hill/house-2/live", headers=headers, timeout=90) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-encoding" not in answer.headers
        event = event_id = data = ""
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("id: "):
                event_id = line.removeprefix("id: ")
            elif line.startswith("data: "):
                data = line.removeprefix("data: ")
            elif not line and event:
                assert event == "patch"
                yield {**json.loads(data), "id": event_id}
                event = ""


async def test_the_live_stream_begins_whole_and_goes_on_with_changes(service: CloudProcess, mosquitto: Mosquitto):
    service.command("user", "add", "mei", "--password-stdin", stdin=f"{PASSWORD}\n")
    async with sender(mosquitto) as edge, httpx.AsyncClient(base_url=service.url) as client:
        await edge.send(readings(1))
        await edge.until_committed({1})
        await client.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})
        stream = patches(client)
        first = await anext(stream)
        assert set(first) == {"id", "now", *MEMBERS}
        await edge.send(count(2, 212.0))
        second = await anext(stream)
        assert set(second) == {"id", "now", "counts", "house_count"}
        assert second["counts"][0]["visible_birds"] == 212.0  # type: ignore[index]  # JSON
        assert set(await anext(patches(client, str(second["id"])))) == {"id", "now"}
        assert set(await anext(patches(client, str(first["id"])))) == {"id", "now", "counts", "house_count"}
        assert set(await anext(patches(client, "of-another-run"))) == {"id", "now", *MEMBERS}
        service.process.send_signal(signal.SIGTERM)  # type: ignore[union-attr]  # it runs
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(anext(stream), 60)
    assert service.stop() == 0


@pytest.mark.parametrize("how", ["signed out", "removed"])
async def test_an_open_stream_ends_when_its_reader_may_not_read_any_more(
    service: CloudProcess, mosquitto: Mosquitto, how: str
):
    service.command("user", "add", "mei", "--password-stdin", stdin=f"{PASSWORD}\n")
    async with sender(mosquitto) as edge, httpx.AsyncClient(base_url=service.url) as client:
        await edge.send(readings(1))
        await edge.until_committed({1})
        await client.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})
        stream = patches(client)
        await anext(stream)
        if how == "signed out":
            await client.delete("/api/v1/session")
        else:
            with (
                opened_records(CloudConfig(data_dir=service.folder / "data")) as records,
                records.writing() as connection,
            ):
                connection.execute(delete(Membership))
        with pytest.raises(StopAsyncIteration):
            await asyncio.wait_for(anext(stream), RECHECK_S + 60)


async def test_kill_9_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path, mosquitto: Mosquitto):
    service = CloudProcess(tmp_path, mosquitto.port)
    chance = random.Random(3)
    start = datetime.now(UTC) - timedelta(hours=1)
    sent = 0

    async def load(edge: Sender, ended: asyncio.Event) -> None:
        nonlocal sent
        while not ended.is_set():
            sent += 1
            await edge.send(readings(sent, start + timedelta(milliseconds=sent), temperature_celsius=sent % 500 / 10))

    acknowledged: set[int] = set()
    try:
        for _ in range(5):
            await asyncio.to_thread(service.start)
            async with sender(mosquitto) as edge:
                ended = asyncio.Event()
                loading = asyncio.create_task(load(edge, ended))
                await edge.until_more_committed(50)
                await asyncio.sleep(chance.uniform(0, 0.5))
                service.stop(signal.SIGKILL)
                ended.set()
                await loading
                await asyncio.sleep(0.1)
                acknowledged |= edge.committed
    finally:
        service.stop(signal.SIGKILL)
    points, ranges = await asyncio.to_thread(stored, tmp_path)
    assert len(acknowledged) >= 5 * 50
    settled = {seq for first, last in ranges[BOOT] for seq in range(first, last + 1)}
    assert acknowledged <= settled
    lost = [seq for seq in settled if points.get(_ms(start, seq)) != seq % 500 / 10]
    assert lost == []


def _ms(start: datetime, seq: int) -> int:
    return (start + timedelta(milliseconds=seq) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


async def test_a_device_that_is_revoked_is_turned_away_at_once(tmp_path: Path, mosquitto: Mosquitto):
    with cloud_process(tmp_path, mosquitto.port, HENWISE_INGEST_ENROL="asked") as service:
        service.command("user", "add", "mei", "--password-stdin", stdin=f"{PASSWORD}\n")
        service.command("device", "approve", PI.farm, PI.house, PI.device)
        async with sender(mosquitto) as edge, httpx.AsyncClient(base_url=service.url) as client:
            await edge.send(readings(1))
            await edge.until_committed({1})
            await client.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})
            decided = await client.put(f"/api/v1/farms/hill/devices/house-2/{PI.device}", json={"state": "revoked"})
            assert decided.status_code == 200, decided.text
            await edge.send(readings(2))
            async with asyncio.timeout(90):
                while "henwise_held_total 1.0" not in (told := (await client.get("/metrics")).text):
                    assert "henwise_messages_total 1.0" in told
                    await asyncio.sleep(0.05)
    assert stored(tmp_path)[1] == {BOOT: [(1, 1)]}


async def test_a_broker_that_goes_and_comes_back_is_heard_again(service: CloudProcess, mosquitto: Mosquitto):
    await asyncio.to_thread(mosquitto.kill)
    await asyncio.to_thread(service.wait_until, broker_connected=False)
    await asyncio.to_thread(mosquitto.start)
    await asyncio.to_thread(service.wait_until, broker_connected=True)
    async with sender(mosquitto) as edge:
        await edge.send(readings(1))
        await edge.until_committed({1})
    assert "can't be heard" in service.log
    assert "Traceback" not in service.log


async def test_a_broker_that_dies_between_commit_and_acknowledgement_is_no_mistake(
    tmp_path: Path, mosquitto: Mosquitto
):
    with cloud_process(tmp_path, mosquitto.port, HENWISE_INGEST_BATCH_S="1.5") as service:
        await asyncio.to_thread(service.wait_until, broker_connected=True)
        async with sender(mosquitto) as edge:
            await edge.send(readings(1))
            await asyncio.sleep(0.5)  # the service has it and gathers
            mosquitto.send(signal.SIGSTOP)
            await asyncio.sleep(2)  # committed; its acknowledgement stays unanswered
            await asyncio.to_thread(mosquitto.kill)
            assert edge.committed == set()
        await asyncio.to_thread(mosquitto.start)
        await asyncio.to_thread(service.wait_until_logged, "listening to the broker", 2)
        async with sender(mosquitto) as edge:
            await edge.send(readings(1))
            await edge.until_committed({1})
        assert "Traceback" not in service.log
        assert "mistake" not in service.log


async def test_a_full_disk_acknowledges_nothing_until_there_is_room(service: CloudProcess, mosquitto: Mosquitto):
    assert service.process is not None
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    async with sender(mosquitto) as edge:
        await edge.send(readings(1))
        await edge.until_committed({1})
        # No file may grow beyond one byte: every write fails as on a full disk.
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (1, hard))
        for seq in range(2, 200):
            await edge.send(readings(seq))
        await asyncio.to_thread(service.wait_until, store_writable=False)
        await asyncio.sleep(1)
        assert edge.committed == {1}
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        await edge.until_committed(set(range(1, 200)), 40)
    assert (await asyncio.to_thread(stored, service.folder))[1] == {BOOT: [(1, 199)]}
    assert service.process.poll() is None


async def test_a_hundred_devices_are_acknowledged_each_on_its_own_topic(service: CloudProcess, mosquitto: Mosquitto):
    from contract import topics
    from contract.messages import Committed, parse
    from contract.place import Place

    heard: dict[str, int] = {}
    async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
        await client.subscribe("henwise/v1/hill/house-2/+/committed", qos=1)
        for number in range(100):
            place = Place(farm="hill", house="house-2", device=f"pi-{number}")
            message = readings(number + 1).model_copy(update={"device": place.device})
            await client.publish(topics.build(place, type(message)), encode(message), qos=1)
        async with asyncio.timeout(90):
            async for message in client.messages:
                place, _ = topics.split(str(message.topic))
                heard[place.device] = parse(Committed, message.payload).ranges[0].last
                if len(heard) == 100:
                    break
    assert heard == {f"pi-{number}": number + 1 for number in range(100)}


def said(service: CloudProcess, *arguments: str, stdin: str = "") -> str:
    done = service.command(*arguments, stdin=stdin)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("henwise-cloud: ")
    return done.stderr


def test_what_can_not_start_says_why(tmp_path: Path):
    (tmp_path / "data").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        service = CloudProcess(tmp_path, free_port(), taken.getsockname()[1])
        assert "is taken by another program; set http.port" in said(service, "serve")
    service = CloudProcess(tmp_path / "missing" / "deeper", free_port())
    assert "can't be made" in said(service, "serve")
    service = CloudProcess(tmp_path, free_port(), environment={"HENWISE_HTTP_HOST": "192.0.2.1"})
    assert "set http.host" in said(service, "serve")
    tls = {"HENWISE_BROKER_TLS": "true", "HENWISE_BROKER_CA_FILE": str(tmp_path / "ca.pem")}
    assert "broker.ca_file" in said(CloudProcess(tmp_path, free_port(), environment=tls), "serve")
    assert "can't be read" in said(service, "serve", "--config", str(tmp_path / "none.toml"))


def test_two_services_never_share_a_folder(service: CloudProcess):
    second = CloudProcess(service.folder, service.broker_port)
    assert "in use by another henwise-cloud" in said(second, "serve")


def test_people_and_flocks_are_added_beside_a_running_service(service: CloudProcess):
    place = (
        "flock",
        "place",
        "hill",
        "house-2",
        "--placed-on",
        str(datetime.now(ZoneInfo("Asia/Shanghai")).date()),
        "--birds",
        "480",
    )
    assert service.command(*place, "--breed", "ross-308").returncode == 0
    assert "no standard for 'dodo'" in service.command(*place, "--breed", "dodo").stdout
    assert "480 dodo" in service.command("flock", "list", "hill", "house-2").stdout
    assert "80 birds now" in service.command("flock", "harvest", "hill", "house-2", "--birds", "400").stdout
    assert "only 80 are left" in said(service, "flock", "thin", "hill", "house-2", "--birds", "81")
    assert "no house hill/house-9" in said(service, "flock", "transfer", "hill", "house-2", "house-9", "--birds", "1")
    assert service.command("flock", "close", "hill", "house-2").returncode == 0
    assert "closed on" in service.command("flock", "list", "hill", "house-2").stdout
    assert "lower-case" in said(service, "flock", "place", "Hill", *place[3:], "--breed", "ross-308")
    assert "days ago" in said(service, *place[:5], "1990-01-01", *place[6:], "--breed", "ross-308")
    assert service.command("user", "add", "mei", stdin=f"{PASSWORD}\n").returncode == 0
    assert "already a user" in said(service, "user", "add", "mei", stdin=f"{PASSWORD}\n")
    assert service.command("user", "add", "mei", "--replace", stdin=f"{PASSWORD}\n").returncode == 0
    for password in ("short", "long" * 1_000):
        assert "8 to 1000 characters" in said(service, "user", "add", "li", stdin=f"{password}\n")
    assert "line breaks" in said(service, "user", "add", "li\nmei", stdin=f"{PASSWORD}\n")


def test_a_password_that_is_no_text_is_a_sentence(tmp_path: Path):
    adding = [sys.executable, "-m", "cloud.cli", "user", "add", "li"]
    environment = {**os.environ, "HENWISE_DATA_DIR": str(tmp_path / "data"), "PYTHONUTF8": "1"}
    done = subprocess.run(
        adding, env=environment, input=b"\xff\xfe\xfd-long-enough\n", capture_output=True, check=False
    )
    assert (done.returncode, b"Traceback" in done.stderr) == (1, False)
    assert b"not UTF-8" in done.stderr
