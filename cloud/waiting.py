"""Servers that are away: waited for at the start, watched afterwards. What waiting would not mend is told at once."""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from typing import Final

from cloud.errors import StoreUnavailable
from cloud.store.records import Records
from cloud.store.series import SeriesStore
from cloud.vitals import StoreName, Vitals

log = logging.getLogger(__name__)

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 30.0
LOOK_S: Final = 5.0


async def opened(name: StoreName, open_: Callable[[], None], vitals: Vitals) -> None:
    """Open a store; while its server is away, try again with longer and longer waits, for as long as it takes.

    Raises:
        CannotStart: waiting would not help.
    """
    wait_s = FIRST_WAIT_S
    while True:
        try:
            await asyncio.to_thread(open_)
        except StoreUnavailable as error:
            vitals.away.add(name)
            log.warning("waiting for the %s: %s; trying again in %.1f s", name, error, wait_s)
        else:
            vitals.away.discard(name)
            return
        await asyncio.sleep(wait_s * random.uniform(0.8, 1.2))  # noqa: S311  # spreads many services, hides nothing
        wait_s = min(wait_s * 2, LONGEST_WAIT_S)


async def open_stores(series: SeriesStore, records: Records, vitals: Vitals) -> None:
    """Open both; a server that is away is waited for, a file that can't be opened is not.

    Raises:
        CannotStart: waiting would not help.
        StoreUnavailable: a file can't be opened.
    """
    await asyncio.to_thread(series.open)  # InfluxDB waits by itself: what comes in is kept by the devices
    if records.server is None:
        await asyncio.to_thread(records.open)
    else:
        await opened("records", records.open, vitals)


async def watching(stores: Mapping[StoreName, Callable[[], None]], vitals: Vitals) -> None:
    """Look now and again whether the stores answer, until cancelled; ``/readyz`` says which don't."""
    while True:
        for name, look in stores.items():
            try:
                await asyncio.to_thread(look)
            except StoreUnavailable as error:
                if name not in vitals.away:
                    log.warning("the %s can't be reached: %s", name, error)
                vitals.away.add(name)
            else:
                vitals.away.discard(name)
        await asyncio.sleep(LOOK_S)
