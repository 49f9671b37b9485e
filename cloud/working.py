"""The work beside the pages: ingest, mail, what exactly one process does. In the service or a worker of its own."""

import asyncio
import logging
import signal
from collections.abc import Callable, Iterable
from typing import Final

from cloud.alerts.engine import Engine
from cloud.clock import is_believed
from cloud.config import CloudConfig
from cloud.garbage import search_less
from cloud.glance import MEMBERS
from cloud.ingest.admission import Admission
from cloud.ingest.courier import Courier
from cloud.ingest.settling import Settler
from cloud.ingest.subscriber import Subscriber
from cloud.leader import Leadership
from cloud.live import Feed
from cloud.relay import Relay
from cloud.report.gather import Gatherer
from cloud.report.releasing import Releaser
from cloud.report.scheduler import Scheduler
from cloud.signals import Signal
from cloud.store.alerts import Transition
from cloud.store.choice import check_workers, chosen_media, chosen_series, forgetting
from cloud.store.folder import make_data_dir, records_of, refuse_unfinished
from cloud.store.leading import LeaderLock
from cloud.store.media import Media
from cloud.store.records import Records
from cloud.store.series import SeriesStore
from cloud.store.sweeping import sweeping
from cloud.store.zones import Zones
from cloud.tasks import ended, kept_up
from cloud.vitals import Vitals
from cloud.waiting import open_stores

log = logging.getLogger(__name__)

ALERTS: Final = frozenset({"alerts"})


class Work:
    """Everything that one process does with what devices send; put together by hand.

    Attributes:
        courier: carries what people say to devices.
        engine: judges houses by the rules, while this process leads.
        leadership: whether this process leads.
    """

    def __init__(
        self, config: CloudConfig, series: SeriesStore, records: Records, media: Media, vitals: Vitals
    ) -> None:
        self._config = config
        self._series = series
        self._records = records
        self._media = media
        self._feed: Feed | None = None
        self._alerted: Callable[[], None] | None = None
        self._relay = Relay(records, self._heard, self._missed)
        self.leadership = Leadership(LeaderLock(records))
        self._zones = Zones(records, config.zone)
        self.engine = Engine(series, records, self._zones, self._show_alerts)
        self.courier = Courier(records, tell=lambda: self._relay.tell(Signal(mail=True)))
        admission = Admission(records, everybody=config.ingest.enrol == "open")
        self._settler = Settler(
            series, records, media, config.pictures.keep_per_camera, admission=admission, believed=is_believed
        )
        self._subscriber = Subscriber(
            config.broker, config.ingest, self._settler, vitals, self._relay.settled, self.courier, self.leadership
        )

    def show(self, feed: Feed, alerted: Callable[[], None]) -> None:
        """Bring changes to the pages of this process; ``alerted`` is called when something happened to an alert."""
        self._feed = feed
        self._alerted = alerted

    def prepare(self) -> None:
        """Read what is needed before anything begins; see ``Subscriber.prepare``."""
        self._subscriber.prepare()

    def begin(self) -> list[asyncio.Task[None]]:
        """Begin; the tasks run until they are cancelled."""
        keeping, leading = self._config.pictures.keeping, self.leadership.leading
        gatherer = Gatherer(self._series, self._records, self._zones)
        reports, benchmarks = Scheduler(gatherer), Releaser(gatherer)
        return [
            kept_up("leader", self.leadership.run),
            kept_up("changes", self._relay.run),
            kept_up("ingest", self._subscriber.run),
            kept_up("alerts", lambda: leading(self.engine.run)),
            kept_up("retention", lambda: leading(lambda: forgetting(self._series))),
            kept_up("scheduled reports", lambda: leading(reports.run)),
            kept_up("benchmarks", lambda: leading(benchmarks.run)),
            kept_up("old pictures", lambda: leading(lambda: sweeping(self._records, self._media, keeping))),
        ]

    def tell_changed(self, farm: str, house: str, members: Iterable[str]) -> None:
        """Tell all processes what a person changed here."""
        self._relay.tell(Signal(changed={(farm, house): set(members)}))

    def tell_decided(self) -> None:
        """Tell all processes that it was decided anew which devices may speak."""
        self._relay.tell(Signal(decided=True))

    def _heard(self, signal: Signal) -> None:
        if signal.decided:
            self._settler.look_anew()
        for (farm, house), members in signal.changed.items():
            if self._feed is not None:
                self._feed.heard(farm, house, members)
            if self._alerted is not None and members >= ALERTS:
                self._alerted()
            if members != ALERTS:  # what the rules said themselves is no reason to ask them again
                self.engine.changed(farm, house)
        self.courier.heard(signal.announced)
        if signal.mail:
            self.courier.woken()

    def _show_alerts(self, transitions: Iterable[Transition]) -> None:
        houses = {(one.farm, one.house) for one in transitions}
        self._relay.tell(Signal(changed={house: set(ALERTS) for house in houses}))

    def _missed(self) -> None:
        self._settler.look_anew()
        if self._feed is not None:
            self._feed.missed(MEMBERS)
        self.courier.woken()


async def work_until_told(config: CloudConfig) -> None:
    """Take in what devices send until SIGINT or SIGTERM, beside a service that serves the pages.

    Raises:
        CannotStart: the stores are not made for several processes, or can't be used.
        StoreUnavailable: a store can't be reached.
    """
    check_workers(config)
    make_data_dir(config.data_dir)
    refuse_unfinished(config.data_dir)
    series, records, media = chosen_series(config), records_of(config), chosen_media(config)
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    try:
        vitals = Vitals()
        opening = asyncio.create_task(open_stores(series, records, vitals))
        if not await _before(opening, told):
            return
        await asyncio.to_thread(media.open)
        work = Work(config, series, records, media, vitals)
        work.prepare()
        tasks = work.begin()
        search_less()
        try:
            await told.wait()
        finally:
            await ended(set(tasks))
    finally:
        await asyncio.to_thread(series.close)
        await asyncio.to_thread(records.close)


async def _before(opening: asyncio.Task[None], told: asyncio.Event) -> bool:
    """Wait until the stores are open, or the end is told; say whether they are open."""
    ending = asyncio.create_task(told.wait())
    try:
        await asyncio.wait({opening, ending}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ending.cancel()
    if not opening.done():
        opening.cancel()
        return False
    opening.result()
    return True
