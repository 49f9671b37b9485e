"""Several workers of ingest share the messages, on the real big installation; and what a flood does to others."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiomqtt
import httpx
import pytest

from cloud.store import ledger
from cloud.store.choice import chosen_series
from cloud.store.folder import opened_records
from cloud.store.series import SeriesKey
from contract import topics
from contract.messages import Verdict, encode
from contract.place import Place
from tests.cloud.big import Installation, installation
from tests.cloud.sending import BOOT, PI, Sender, announcement, finding, readings, status, topic_of
from tests.cloud.service import CloudProcess, cloud_process
from tests.servers import Mosquitto

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

PASSWORD = "correct horse"
DEVICES = [PI.model_copy(update={"device": f"pi-{number}"}) for number in range(1, 7)]
EACH = 60


@pytest.fixture
def big(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path, workers=2) as big:
        yield big


@asynccontextmanager
async def edge(broker: Mosquitto, place: Place) -> AsyncIterator[Sender]:
    async with aiomqtt.Client("127.0.0.1", broker.port) as client:
        sender = Sender(client, place)
        listening = asyncio.create_task(sender.listen())
        try:
            yield sender
        finally:
            listening.cancel()
            await asyncio.wait([listening])


async def send_all(broker: Mosquitto, place: Place, start: datetime) -> None:
    async with edge(broker, place) as sender:
        for seq in range(1, EACH + 1):
            event = readings(seq, start + timedelta(seconds=seq), temperature_celsius=20 + seq / 8)
            await sender.send(event.model_copy(update={"device": place.device}))
            if seq % 10 == 0:
                await asyncio.sleep(0.3)
        await sender.until_committed(set(range(1, EACH + 1)), timeout_s=60)


async def test_workers_share_what_comes_and_any_page_sees_it(big: Installation):
    add = big.service.command("user", "add", "mei", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert add.returncode == 0, add.stderr
    now = datetime.now(UTC)
    start = now - timedelta(seconds=EACH + 5)
    async with asyncio.TaskGroup() as group:
        for place in DEVICES:
            group.create_task(send_all(big.broker, place, start))

    with opened_records(big.config) as records:
        assert [ledger.settled(records, place)[BOOT] for place in DEVICES] == [[(1, EACH)]] * len(DEVICES)
        assert ledger.kept(records) == []
    series = chosen_series(big.config)
    series.open()
    for place in DEVICES:
        key = SeriesKey(place.farm, place.house, place.device, "thermo-1", "temperature_celsius")
        assert series.window(key, int(start.timestamp() * 1000), int(now.timestamp() * 1000), 1_000).mean.tolist() == [
            20 + seq / 8 for seq in range(1, EACH + 1)
        ]
    series.close()

    async with httpx.AsyncClient(base_url=big.service.url, timeout=90) as client:
        await client.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})
        async with client.stream("GET", "/api/v1/houses/hill/house-2/live") as stream:
            lines = stream.aiter_lines()
            async with edge(big.broker, PI) as sender:
                for seq in range(EACH + 1, EACH + 9):  # so many that each worker has had some
                    # Each at a moment of its own: of two of one millisecond either may be shown.
                    at = now + timedelta(milliseconds=seq)
                    await sender.send(readings(seq, at, temperature_celsius=seq / 2))
                await sender.until_committed({EACH + 8})
            async with asyncio.timeout(90):
                async for line in lines:
                    if f'"temperature_celsius":{(EACH + 8) / 2}' in line:
                        break


async def test_state_and_mail_have_one_carrier_and_another_when_it_is_killed(big: Installation):
    add = big.service.command("user", "add", "mei", "--password-stdin", stdin=f"{PASSWORD}\n")
    assert add.returncode == 0, add.stderr
    async with (
        edge(big.broker, PI) as sender,
        aiomqtt.Client("127.0.0.1", big.broker.port) as ear,
        httpx.AsyncClient(base_url=big.service.url, timeout=90) as client,
    ):
        await ear.subscribe(topics.build(PI, Verdict), qos=1)
        now = datetime.now(UTC)
        for message in (announcement(now), status("online", now)):
            await sender._client.publish(topic_of(message), encode(message), qos=1, retain=True)
        await sender.send(finding(1, when=now))
        await sender.until_committed({1})
        signed_in = await client.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})
        assert signed_in.status_code == 200, signed_in.text
        assert (await client.get("/api/v1/houses")).json() == [{"farm": "hill", "house": "house-2", "name": None}]
        address = "/api/v1/houses/hill/house-2/findings/pi-1/f-1/verdict"

        assert (await client.post(address, json={"answer": "right"})).status_code == 202
        async with asyncio.timeout(90):
            await anext(aiter(ear.messages))

        # The service leads, for it was the first: a worker takes over, and hears the state anew.
        assert big.service.process is not None
        big.service.process.send_signal(signal.SIGKILL)
        big.service.process.wait()
        await asyncio.to_thread(until_one_leads, big)
        big.service.start()
        await client.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})
        assert (await client.post(address, json={"answer": "false_alarm"})).status_code == 202
        async with asyncio.timeout(90):
            async for message in ear.messages:
                if b"false_alarm" in bytes(message.payload):
                    break
        [device] = (await client.get("/api/v1/houses/hill/house-2")).json()["devices"]
        assert device["state"] == "online"


def until_one_leads(big: Installation) -> None:
    deadline_s = time.monotonic() + 90
    while not any("this process leads" in worker.log for worker in big.workers):
        assert time.monotonic() < deadline_s
        time.sleep(0.1)


def test_embedded_stores_refuse_a_second_worker_with_a_sentence(tmp_path: Path):
    service = CloudProcess(tmp_path, 1)
    refused = service.command("ingest")
    assert refused.returncode == 1
    assert "InfluxDB" in refused.stderr
    assert "Traceback" not in refused.stderr
    shared = CloudProcess(tmp_path, 1, environment={"HENWISE_INGEST_SHARED": "true"})
    assert "PostgreSQL" in shared.command("serve").stderr


async def test_a_device_that_floods_is_throttled_and_another_is_not(tmp_path: Path, mosquitto: Mosquitto):
    limit = {"HENWISE_INGEST_DEVICE_MESSAGES_PER_S": "20"}
    with cloud_process(tmp_path, mosquitto.port, **limit) as service:
        flooding = PI.model_copy(update={"device": "pi-9"})
        async with edge(mosquitto, PI) as good, edge(mosquitto, flooding) as bad:
            junk = encode(readings(1).model_copy(update={"device": "pi-9"}))
            for _ in range(4_000):
                await bad._client.publish(topic_of(readings(1), flooding), junk, qos=0)
            for seq in range(1, 11):
                await good.send(readings(seq))
            await good.until_committed(set(range(1, 11)))
            async with httpx.AsyncClient() as client:
                text = (await client.get(f"{service.url}/metrics")).text
    throttled = next(line for line in text.splitlines() if line.startswith("henwise_throttled_total"))
    assert float(throttled.split()[1]) > 3_000
