"""The composition root: every part of the service, put together by hand."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware

from cloud.alerts.delivery.book import AlertBook
from cloud.alerts.delivery.desk import NotificationDesk, Setting
from cloud.alerts.delivery.members import Members
from cloud.api import (
    account,
    alerts,
    answers,
    audit,
    benchmarks,
    channels,
    commands,
    curves,
    daily_log,
    devices,
    document,
    droppings,
    farms,
    findings,
    flocks,
    hand_weighings,
    health,
    houses,
    invitations,
    leaving,
    live,
    marks,
    money,
    notifying,
    oidc,
    overview,
    people,
    pictures,
    problems,
    report_mail,
    report_schedules,
    reports,
    series,
    session,
    thresholds,
    tokens,
    updates,
)
from cloud.api.dashboard import Dashboard, built_dashboard
from cloud.api.declared import declared
from cloud.api.entrance import Entrance
from cloud.api.etag import EntityTags
from cloud.api.guard import Guard
from cloud.api.heavy import Heavy
from cloud.api.services import Services
from cloud.api.timing import Timed
from cloud.config import CloudConfig
from cloud.droppings import DroppingsNetwork
from cloud.glance import Glance
from cloud.live import Feed, Hub
from cloud.metrics import Metrics
from cloud.oidc import Provider
from cloud.report.gather import Gatherer
from cloud.report.mailing import attachments
from cloud.store.attempts import Attempts
from cloud.store.choice import check_shared, chosen_media, chosen_series, is_embedded
from cloud.store.folder import make_data_dir, only_one, records_of, refuse_unfinished
from cloud.store.media import Media
from cloud.store.people import Passwords
from cloud.store.records import Records
from cloud.store.series import SeriesStore
from cloud.store.zones import Zones
from cloud.tasks import ended, kept_up
from cloud.trends import Trends
from cloud.vitals import Vitals
from cloud.waiting import open_stores, watching
from cloud.working import Work

log = logging.getLogger(__name__)

API = "/api/v1"
EXPORTS_AT_ONCE: Final = 4
"""A file of everything an organisation owns takes minutes, and room on the disk until its reader has it."""


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
    app.state.vitals = Vitals()
    for module in (session, oidc, account, people, invitations, tokens, audit, farms):
        app.include_router(module.router, prefix=API)
    for module in (
        devices, commands, overview, houses, flocks, daily_log, alerts, answers, thresholds, findings, hand_weighings,
        marks, series, live, pictures, droppings, updates, reports, report_mail, report_schedules, curves, money,
        benchmarks, leaving,
    ):  # fmt: skip
        app.include_router(module.router, prefix=API)
    app.include_router(pictures.of_houses, prefix=API)
    app.include_router(devices.coming, prefix=API)
    for module in (channels, notifying):
        app.include_router(module.mine, prefix=API)
        app.include_router(module.farms, prefix=API)
    app.include_router(document.router, prefix=API)
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
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5)  # 9 takes twice the time for a 25th less
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "If-Match", "If-None-Match"],
            expose_headers=["ETag", "Link"],
        )
    app.add_middleware(Entrance)
    app.add_middleware(Guard, https=config.http.secure_cookies, allowed_origins=origins)
    app.add_middleware(Timed)


def _lifespan(config: CloudConfig) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        make_data_dir(config.data_dir)
        refuse_unfinished(config.data_dir)
        series_db = chosen_series(config)
        records = records_of(config)
        check_shared(config)
        with only_one(config.data_dir) if is_embedded(config) else nullcontext():
            try:
                await open_stores(series_db, records, app.state.vitals)
                async with _running(config, series_db, records, app.state.vitals) as services:
                    app.state.services = services
                    yield
            finally:
                await asyncio.to_thread(series_db.close)
                await asyncio.to_thread(records.close)

    return lifespan


@asynccontextmanager
async def _running(
    config: CloudConfig, series_db: SeriesStore, records: Records, vitals: Vitals
) -> AsyncIterator[Services]:
    media = chosen_media(config)
    await asyncio.to_thread(media.open)
    hub = Hub()
    zones = Zones(records, config.zone)
    glance = Glance(series_db, records, zones)
    work = Work(config, series_db, records, media, vitals)
    feed = Feed(hub, glance.patch, tell=work.tell_changed)
    notifications = await asyncio.to_thread(_notification_desk, config, records, media, series_db)
    work.show(feed, notifications.wake)
    work.prepare()
    vitals.starting = False
    tasks = [
        *work.begin(),
        kept_up("live stream", feed.run),
        kept_up("notifications", notifications.plan),
        kept_up("sending", notifications.send),
        kept_up("stores", lambda: watching({"records": records.look, "series": series_db.look}, vitals)),
    ]
    try:
        yield Services(
            config=config,
            series=series_db,
            records=records,
            zones=zones,
            media=media,
            hub=hub,
            glance=glance,
            trends=Trends(series_db),
            droppings=DroppingsNetwork(),
            metrics=Metrics(vitals, hub.listening),
            vitals=vitals,
            passwords=Passwords(),
            attempts=Attempts(records),
            courier=work.courier,
            feed=feed,
            provider=_provider(config),
            engine=work.engine,
            notifications=notifications,
            heavy=Heavy(),
            exports=Heavy(at_once=EXPORTS_AT_ONCE, each_most=1),
            decided=work.tell_decided,
        )
    finally:
        hub.close()
        await ended(set(tasks))


def _provider(config: CloudConfig) -> Provider | None:
    if config.oidc.issuer is None:
        return None
    provider = Provider(config.oidc, config.http.page(oidc.CALLBACK))
    provider.check_libraries()
    return provider


def _notification_desk(config: CloudConfig, records: Records, media: Media, series_db: SeriesStore) -> NotificationDesk:
    setting = Setting.of(config)
    people = Members(records, "zh" if setting.mainland else "en")
    attach = attachments(Gatherer(series_db, records, Zones(records, config.zone)))
    return NotificationDesk(records, AlertBook(records), people, config, setting, media, attach)
