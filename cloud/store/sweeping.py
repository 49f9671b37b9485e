"""Lets pictures go that are too old, now and again; what is beyond the number goes as new ones come."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Final

from cloud.errors import StoreUnavailable
from cloud.store import findings, late, pictures
from cloud.store.keeping import DAY_MS, Keeping
from cloud.store.media import Key, Media
from cloud.store.records import Records

log = logging.getLogger(__name__)

SWEEP_FIRST_S: Final = 300.0
SWEEP_EVERY_S: Final = 3_600.0


def sweep(records: Records, media: Media, keeping: Keeping, now_ms: int) -> int:
    """Let all pictures go that are too old at ``now_ms`` (Unix ms); return how many. Blocking.

    Raises:
        StoreUnavailable: some are still there; sweep again later.
    """
    gone = 0
    while some := _forgotten(records, keeping, now_ms):
        media.remove(some)
        gone += len(some)
    return gone


async def sweeping(records: Records, media: Media, keeping: Keeping) -> None:
    """Sweep until cancelled."""
    await asyncio.sleep(SWEEP_FIRST_S)
    while True:
        try:
            gone = await asyncio.to_thread(sweep, records, media, keeping, int(datetime.now(UTC).timestamp() * 1000))
        except StoreUnavailable as error:
            log.warning("old pictures stay for now (%s); trying again in %g h", error, SWEEP_EVERY_S / 3600)
        else:
            log.info("%d pictures were too old and are gone", gone)
        await asyncio.sleep(SWEEP_EVERY_S)


def _forgotten(records: Records, keeping: Keeping, now_ms: int) -> list[Key]:
    with records.writing() as connection:
        taken = pictures.older(connection, "snapshot", now_ms - keeping.snapshot_days * DAY_MS)
        pictures.forget(connection, taken)
        found = findings.older(
            connection, now_ms - keeping.finding_days * DAY_MS, now_ms - keeping.confirmed_days * DAY_MS
        )
        findings.forget_pictures(connection, found)
        late.forget(connection, now_ms - keeping.snapshot_days * DAY_MS)
    return [*taken, *found]
