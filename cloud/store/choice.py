"""Which store keeps series and pictures, by the configuration; and the task that lets it drop what is too old."""

import asyncio
import logging
from typing import Final

from cloud.config import CloudConfig
from cloud.errors import CannotStart, StoreUnavailable
from cloud.store.embedded import EmbeddedSeries
from cloud.store.media import FolderMedia, Media
from cloud.store.series import SeriesStore

log = logging.getLogger(__name__)

FORGET_EVERY_S: Final = 6 * 3600.0
FORGET_FIRST_S: Final = 600.0
"""Not at once: a service that has just started has better things to do."""


def chosen_series(config: CloudConfig) -> SeriesStore:
    """Return the store that the configuration names, not opened yet."""
    return series_store(config, config.series.store)


def series_store(config: CloudConfig, kind: str) -> SeriesStore:
    """Return a store by its name, ``embedded`` or ``influx``, not opened yet."""
    if kind == "embedded":
        return EmbeddedSeries(config.data_dir / "series.db", retention=config.series.retention)
    # Who keeps series in the file needs no client of InfluxDB in memory.
    from cloud.store.influx import InfluxSeries

    return InfluxSeries(config.series, config.broker.client_id)


def chosen_media(config: CloudConfig) -> Media:
    """Return where the configuration has the pictures, not opened yet."""
    if config.bucket.name is None:
        return FolderMedia(config.data_dir / "pictures")
    # Who keeps pictures on the disk needs no boto3.
    from cloud.store.bucket import BucketMedia

    return BucketMedia(config.bucket.name, config.bucket)


def is_embedded(config: CloudConfig) -> bool:
    """Say whether a store is a file, which one process has for itself."""
    return config.series.store == "embedded" or config.records.url is None


def check_shared(config: CloudConfig) -> None:
    """Refuse to share messages among workers when the stores can't be shared.

    Raises:
        CannotStart: the stores are files.
    """
    if config.ingest.shared and is_embedded(config):
        raise CannotStart(
            "ingest.shared: the embedded stores are for one process; several workers need InfluxDB (series.store) and "
            "PostgreSQL (records.url)"
        )


def check_workers(config: CloudConfig) -> None:
    """Refuse a worker beside the service when messages or stores are not shared.

    Raises:
        CannotStart: they are not.
    """
    check_shared(config.model_copy(update={"ingest": config.ingest.model_copy(update={"shared": True})}))
    if not config.ingest.shared:
        raise CannotStart("ingest.shared: set it to true for the service and all its workers")


async def forgetting(series: SeriesStore) -> None:
    """Drop points that are older than their retention, now and again, until cancelled."""
    await asyncio.sleep(FORGET_FIRST_S)
    while True:
        try:
            await asyncio.to_thread(series.forget)
        except StoreUnavailable as error:
            log.warning("old points are not dropped now (%s); trying again in %g h", error, FORGET_EVERY_S / 3600)
        await asyncio.sleep(FORGET_EVERY_S)
