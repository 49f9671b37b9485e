"""The service starts while its servers are away, says what it waits for, and goes on by itself when they are back."""

import asyncio
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiomqtt
import httpx
import pytest

from tests.cloud.sending import PI, Sender, readings
from tests.cloud.service import CloudProcess
from tests.influx_servers import Influx
from tests.postgresql import PostgreSQL
from tests.servers import Mosquitto

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


@pytest.fixture
def own_server() -> Iterator[PostgreSQL]:
    server = PostgreSQL(durable=True)
    server.make()
    yield server
    server.remove()


def get(service: CloudProcess, path: str) -> httpx.Response | None:
    try:
        return httpx.get(service.url + path, timeout=60)
    except httpx.TransportError:
        return None


def until(service: CloudProcess, **expected: Any) -> dict[str, Any]:
    """Wait until ``/readyz`` says all of this; return all that it says."""
    deadline_s = time.monotonic() + 180
    while True:
        answer = get(service, "/readyz")
        said = dict(answer.json()) if answer is not None else {}
        if said and expected.items() <= said.items():
            return said
        assert service.process is not None
        assert service.process.poll() is None, service.log
        assert time.monotonic() < deadline_s, (said, service.log)
        time.sleep(0.1)


async def test_everything_is_away_at_the_start_and_comes_back_one_after_the_other(
    tmp_path: Path, own_server: PostgreSQL
):
    url, broker, influx = own_server.database(), Mosquitto(tmp_path), Influx(tmp_path / "influx")
    own_server.kill()
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    told = {"HENWISE_RECORDS_URL": address, "HENWISE_SERIES_STORE": "influx", "HENWISE_SERIES_URL": influx.url}
    service = CloudProcess(tmp_path, broker.port, environment=told)
    service.start_alone()
    try:
        await asyncio.to_thread(until, service, status="starting", waiting_for=["records"])
        alive, ready, page = [get(service, path) for path in ("/healthz", "/readyz", "/api/v1/houses")]
        assert alive is not None
        assert ready is not None
        assert page is not None
        assert (alive.status_code, ready.status_code) == (200, 503)
        assert (page.status_code, page.json()["code"], page.headers["retry-after"]) == (503, "starting", "5")
        await asyncio.to_thread(own_server.start)
        await asyncio.to_thread(until, service, status="degraded", waiting_for=["series", "broker"])
        await asyncio.to_thread(broker.start)
        await asyncio.to_thread(until, service, waiting_for=["series"])
        await asyncio.to_thread(influx.start)
        influx.query('CREATE DATABASE "henwise"')
        await asyncio.to_thread(until, service, status="ok", waiting_for=[])
        async with aiomqtt.Client("127.0.0.1", broker.port) as client:
            edge = Sender(client, PI)
            listening = asyncio.create_task(edge.listen())
            await edge.send(readings(1))
            await edge.until_committed({1}, timeout_s=40)
            listening.cancel()
            await asyncio.wait([listening])
        await asyncio.to_thread(own_server.kill)
        await asyncio.to_thread(until, service, status="degraded", waiting_for=["records"])
        assert "Traceback" not in service.log
    finally:
        service.stop(signal.SIGKILL)
        broker.kill()
        influx.stop()


def test_a_service_that_waits_ends_when_it_is_told_to(tmp_path: Path, own_server: PostgreSQL):
    url = own_server.database()
    own_server.kill()
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    service = CloudProcess(tmp_path, 1, environment={"HENWISE_RECORDS_URL": address})
    service.start_alone()
    until(service, status="starting", waiting_for=["records"])
    assert service.stop() == 0
    assert "Traceback" not in service.log


@pytest.mark.parametrize(
    ("part", "sentence"),
    [({"database": "nowhere"}, 'database "nowhere" does not exist'), ({"username": "nobody"}, "does not exist")],
)
def test_a_mistake_is_told_at_once_not_waited_for(
    tmp_path: Path, postgresql: PostgreSQL, part: dict[str, str], sentence: str
):
    address = postgresql.url().set(drivername="postgresql", **part).render_as_string(hide_password=False)
    service = CloudProcess(tmp_path, 1, environment={"HENWISE_RECORDS_URL": address})
    done: subprocess.CompletedProcess[str] = service.command("serve")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    [told] = [line for line in done.stderr.splitlines() if line.startswith("henwise-cloud: ")]
    assert told.startswith("henwise-cloud: records.url: ")
    assert sentence in told
