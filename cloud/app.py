"""The composition root: every part of the service, put together by hand."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware

from cloud.alerts.engine import Engine
from cloud.api import (
    alerts,
    daily_log,
    findings,
    flocks,
    hand_weighings,
    health,
    houses,
    live,
    marks,
    pictures,
    problems,
    series,
    session,
    thresholds,
)
from cloud.api.attempts import Attempts
from cloud.api.dashboard import Dashboard, built_dashboard
from cloud.api.declared import declared
from cloud.api.etag import EntityTags
from cloud.api.guard import Guard
from cloud.api.services import Services
from cloud.api.timing import Timed
from cloud.config import CloudConfig
from cloud.glance import Glance
from cloud.ingest.courier import Courier
from cloud.ingest.settling import Settler
from cloud.ingest.subscriber import Subscriber
from cloud.live import Feed, Hub
from cloud.metrics import Metrics
from cloud.store.alerts import Transition
from cloud.store.choice import chosen_media, chosen_series, forgetting
from cloud.store.folder import make_data_dir, only_one, records_of
from cloud.store.people import Passwords
from cloud.store.records import Records
from cloud.store.series import SeriesStore
from cloud.store.sweeping import sweeping
from cloud.vitals import Vitals

log = logging.getLogger(__name__)

API = "/api/v1"
RESTART_S = 5.0
CANCEL_AGAIN_S = 1.0


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
    for module in (
        session, houses, flocks, daily_log, alerts, thresholds, findings, hand_weighings, marks, series, live, pictures,
    ):  # fmt: skip
        app.include_router(module.router, prefix=API)
    app.include_router(health.router)
    declared(app)
    # Not mounted: a mount would take a known address asked with a wrong method, too.
    app.router.default = Dashboard(dashboard or built_dashboard())
    problems.install(app)
    _add_middleware(app, config)
    return app


def _add_middleware(app: FastAPI, config: CloudConfig) -> None:
    """Put the layers around every request; the last added is the outermost."""
    origins = config.http.allowed_origins
    app.add_middleware(EntityTags)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "If-Match", "If-None-Match"],
            expose_headers=["ETag"],
        )
    app.add_middleware(Guard, https=config.http.secure_cookies, allowed_origins=origins)
    app.add_middleware(Timed)


def _lifespan(config: CloudConfig) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        make_data_dir(config.data_dir)
        series_db = chosen_series(config)
        records = records_of(config)
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
async def _running(config: CloudConfig, series_db: SeriesStore, records: Records) -> AsyncIterator[Services]:
    media = chosen_media(config)
    await asyncio.to_thread(media.open)
    hub, vitals = Hub(), Vitals()
    glance = Glance(series_db, records, config.zone)
    feed = Feed(hub, glance.patch)
    engine = Engine(series_db, records, config.zone, lambda transitions: _show(feed, transitions))

    def changed(farm: str, house: str, members: Iterable[str]) -> None:
        feed.changed(farm, house, members)
        engine.changed(farm, house)

    settler = Settler(series_db, records, media, config.pictures.keep_per_camera)
    courier = Courier(records)
    subscriber = Subscriber(config.broker, config.ingest, settler, vitals, changed, courier)
    subscriber.prepare()
    tasks = [
        _kept_up("ingest", subscriber.run),
        _kept_up("live stream", feed.run),
        _kept_up("alerts", engine.run),
        _kept_up("retention", lambda: forgetting(series_db)),
        _kept_up("old pictures", lambda: sweeping(records, media, config.pictures.keeping)),
    ]
    try:
        yield Services(
            config=config,
            series=series_db,
            records=records,
            media=media,
            hub=hub,
            glance=glance,
            metrics=Metrics(vitals, hub.listening),
            vitals=vitals,
            passwords=Passwords(),
            attempts=Attempts(),
            courier=courier,
            feed=feed,
            engine=engine,
        )
    finally:
        hub.close()
        await _ended(set(tasks))


def _show(feed: Feed, transitions: Iterable[Transition]) -> None:
    """Tell open pages that alerts have changed."""
    for house in {(one.farm, one.house) for one in transitions}:
        feed.changed(*house, ("alerts",))


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


async def _ended(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel tasks until they end: before Python 3.12 a wait_for below may swallow a cancellation."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=CANCEL_AGAIN_S)
