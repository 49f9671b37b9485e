"""Brings what one process of an installation changed to the open pages and the courier of all of them.

With PostgreSQL by LISTEN and NOTIFY: what ingest settles is told with the transaction itself. A service with SQLite is
alone and hears itself.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import psycopg

from cloud.errors import StoreUnavailable
from cloud.signals import CHANNEL, Signal, notify
from cloud.store.engines import conninfo
from cloud.store.records import Records

log = logging.getLogger(__name__)

AGAIN_S: Final = 1.0


class Relay:
    """Tells and hears; all calls belong to the event loop's thread.

    Args:
        records: whose database carries the signals.
        heard: called with each signal, those of this process too.
        missed: called when signals may have been missed, because the database was away.
    """

    def __init__(self, records: Records, heard: Callable[[Signal], None], missed: Callable[[], None]) -> None:
        self._records = records
        self._heard = heard
        self._missed = missed
        self._tasks: set[asyncio.Task[None]] = set()

    def settled(self, signal: Signal) -> None:
        """Pass on what ingest of this process has settled; with PostgreSQL its transaction has told it already."""
        if self._records.server is None:
            self._heard(signal)

    def tell(self, signal: Signal) -> None:
        """Tell a change that is committed."""
        if self._records.server is None:
            self._heard(signal)
            return
        task = asyncio.create_task(self._tell(signal))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def run(self) -> None:
        """Hear until cancelled; connects again for ever."""
        url = self._records.server
        if url is None:
            await asyncio.Event().wait()  # nobody else is there to be heard
            return
        while True:
            try:
                await self._listen(conninfo(url))
            except (psycopg.Error, OSError) as error:
                log.warning("changes of other processes can't be heard (%s); trying again", str(error).strip())
            await asyncio.sleep(AGAIN_S)

    async def _listen(self, address: str) -> None:
        async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
            await connection.execute(f"LISTEN {CHANNEL}")  # fixed text
            self._missed()
            async for notification in connection.notifies():
                self._heard(Signal.read(notification.payload))

    async def _tell(self, signal: Signal) -> None:
        def send() -> None:
            with self._records.writing_beside() as connection:
                notify(connection, signal)

        try:
            await asyncio.to_thread(send)
        except StoreUnavailable as error:
            log.warning("open pages of other processes miss a change: %s", error)
            self._heard(signal)
