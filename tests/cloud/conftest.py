"""Stores in a folder of their own, and the service over ASGI with a broker that is away."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import URL

from cloud.api.services import Services
from cloud.app import create_app
from cloud.config import BrokerConfig, CloudConfig, SeriesConfig
from cloud.ingest.settling import Settler
from cloud.ingest.sorting import Arrived
from cloud.store import people
from cloud.store.embedded import EmbeddedSeries
from cloud.store.media import FolderMedia, Media
from cloud.store.records import Records
from cloud.store.retention import Retention
from contract.messages import Message, encode
from contract.place import Place
from tests.cloud.mailbox import Mailbox, mail_server
from tests.cloud.sending import PI, topic_of
from tests.postgresql import PostgreSQL
from tests.servers import free_port

PASSWORD = "correct horse"
BASE = "http://henwise.test"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """One server for all tests of this process; fast, since nothing of it must survive."""
    server = PostgreSQL()
    server.make()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def migrated(postgresql: PostgreSQL) -> URL:
    """A database with the newest tables, emptied before each test that uses it."""
    url = postgresql.database()
    store = Records(url)
    store.open()
    store.close()
    return url


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Argon2 at its cheapest within this process: nobody attacks what a test keeps."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PasswordHash, "recommended", lambda: cheap)
        yield


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the newest tables and nobody in it, to be copied: making them takes longer than most tests."""
    file = tmp_path_factory.mktemp("migrated") / "records.db"
    store = Records(file)
    store.open()
    store.close()
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def records_at(request: pytest.FixtureRequest, tmp_path: Path) -> Path | URL:
    """Where the records of this test are; each test that asks runs on both databases."""
    if request.param == "sqlite":
        return Path(shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "records.db"))
    url: URL = request.getfixturevalue("migrated")
    request.getfixturevalue("postgresql").empty(url)
    return url


@pytest.fixture
def records(records_at: Path | URL) -> Iterator[Records]:
    store = Records(records_at)
    store.open()
    yield store
    store.close()


@pytest.fixture
def series(tmp_path: Path) -> Iterator[EmbeddedSeries]:
    store = EmbeddedSeries(tmp_path / "series.db", retention=Retention(36_500))
    store.open()
    yield store
    store.close()


@pytest.fixture
def media(tmp_path: Path) -> Media:
    return FolderMedia(tmp_path / "pictures")


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """What came by mail, and the port of the server it comes to."""
    with mail_server() as listening:
        yield listening


@pytest.fixture
def config(tmp_path: Path) -> CloudConfig:
    for_ever = SeriesConfig(retention_days={"default": 36_500})
    return CloudConfig(data_dir=tmp_path / "data", broker=BrokerConfig(port=free_port()), series=for_ever)


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Henwise</title>")
    (folder / "assets" / "index-abc123.js").write_text("console.log('hen');" * 200)
    return folder


@pytest.fixture
async def app(config: CloudConfig, dist: Path, migrated_file: Path) -> AsyncIterator[FastAPI]:
    config.data_dir.mkdir(exist_ok=True)
    shutil.copy(migrated_file, config.data_dir / "records.db")
    service = create_app(config, dist)
    async with service.router.lifespan_context(service):
        services: Services = service.state.services
        await asyncio.to_thread(
            people.add_user, services.records, services.passwords, "mei", PASSWORD, datetime.now(UTC)
        )
        yield service


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
        yield client


@pytest.fixture
async def mei(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
        answer = await client.post("/api/v1/session", json={"name": "mei", "password": PASSWORD})
        assert answer.status_code == 200
        yield client


async def settle(app: FastAPI, *messages: Message, place: Place = PI) -> None:
    services: Services = app.state.services
    settler = Settler(services.series, services.records, services.media, 10)
    batch = [Arrived(topic_of(message, place), encode(message)) for message in messages]
    outcome = await asyncio.to_thread(settler.settle, batch)
    assert outcome.kept_aside == 0
