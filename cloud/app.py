"""The composition root: every part of the service, put together by hand."""

import asyncio
import fcntl
import logging
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from cloud.api import health, houses, live, pictures, problems, series, session
from cloud.api.attempts import Attempts
from cloud.api.dashboard import Dashboard, built_dashboard
from cloud.api.guard import Guard
from cloud.api.services import Services
from cloud.config import CloudConfig
from cloud.errors import CannotStart
from cloud.glance import Glance
from cloud.ingest.settling import Settler
from cloud.ingest.subscriber import Subscriber
from cloud.live import Feed, Hub
from cloud.store.embedded import EmbeddedSeries
from cloud.store.media import Media
from cloud.store.people import Passwords
from cloud.store.records import Records
from cloud.vitals import Vitals

log = logging.getLogger(__name__)

API = "/api/v1"
RESTART_S = 5.0


def create_app(config: CloudConfig, dashboard: Path | None = None) -> FastAPI:
    """Return the service; files are opened and the broker is called when its lifespan begins.

    Args:
        config: everything it is told.
        dashboard: folder of the built pages; the shipped one unless given.
    """
    app = FastAPI(
        title="Henwise",
        version="1",
        lifespan=_lifespan(config),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        responses=problems.DOCUMENTED,
    )
    for module in (session, houses, series, live, pictures, health):
        app.include_router(module.router, prefix=API)
    app.mount("/", Dashboard(dashboard or built_dashboard()))
    problems.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(Guard, https=config.http.secure_cookies)
    return app


def open_records(config: CloudConfig) -> Records:
    """Open the records alone, for commands beside a running service.

    Raises:
        CannotStart: the data folder can't be made.
        StoreUnavailable: the records can't be opened.
    """
    make_data_dir(config.data_dir)
    records = Records(config.data_dir / "records.db")
    records.open()
    return records


def make_data_dir(folder: Path) -> None:
    """Make the data folder if it is missing; its parent must be there.

    Raises:
        CannotStart: it can't be made or written.
    """
    try:
        folder.mkdir(exist_ok=True, mode=0o750)
    except OSError as error:
        raise CannotStart(f"data_dir: {folder} can't be made: {error.strerror}; make it, or set another") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotStart(f"data_dir: {folder} can't be written; give this user the right, or set another")


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the data folder, so that two services never write the same files.

    Raises:
        CannotStart: another service holds it.
    """
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart(f"data_dir: {folder} is in use by another henwise-cloud; stop it first") from error
        yield


def _lifespan(config: CloudConfig) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        make_data_dir(config.data_dir)
        series_db = EmbeddedSeries(config.data_dir / "series.db")
        records = Records(config.data_dir / "records.db")
        with only_one(config.data_dir):
            try:
                await asyncio.to_thread(series_db.open)
                await asyncio.to_thread(records.open)
                async with _running(config, series_db, records) as services:
                    app.state.services = services
                    yield
            finally:
                await asyncio.to_thread(series_db.close)
                await asyncio.to_thread(records.close)

    return lifespan


@asynccontextmanager
async def _running(config: CloudConfig, series_db: EmbeddedSeries, records: Records) -> AsyncIterator[Services]:
    media = Media(config.data_dir / "pictures")
    hub, vitals = Hub(), Vitals()
    glance = Glance(series_db, records, config.zone)
    feed = Feed(hub, glance.patch)
    settler = Settler(series_db, records, media, config.pictures.keep_per_camera)
    subscriber = Subscriber(config.broker, config.ingest, settler, vitals, feed.changed)
    subscriber.prepare()
    tasks = [_kept_up("ingest", subscriber.run), _kept_up("live stream", feed.run)]
    try:
        yield Services(config, series_db, records, media, hub, glance, vitals, Passwords(), Attempts())
    finally:
        hub.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _kept_up(name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
    """Run a part for ever: a mistake in it is logged and it starts again; it never takes the service down."""

    async def again() -> None:
        while True:
            try:
                await run()
            except Exception:
                log.exception("%s stopped by a mistake of ours and starts again in %g s", name, RESTART_S)
                await asyncio.sleep(RESTART_S)

    return asyncio.create_task(again(), name=name)
