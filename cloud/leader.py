"""Work that exactly one process of an installation does at a time, and another takes over when that one dies."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from cloud.store.leading import LeaderLock

log = logging.getLogger(__name__)

LOOK_S: Final = 1.0


class Leadership:
    """Who leads; all calls belong to the event loop's thread.

    Args:
        lock: what the leader holds.
    """

    def __init__(self, lock: LeaderLock) -> None:
        self._lock = lock
        self._leads = asyncio.Event()
        self._lost = asyncio.Event()

    async def run(self) -> None:
        """Ask for the lock, and look after it, until cancelled."""
        loop = asyncio.get_running_loop()
        # A single thread: a lock that is just being taken when we are cancelled is taken before it is released.
        with ThreadPoolExecutor(1, "leader") as thread:
            try:
                while True:
                    self._note(held=await loop.run_in_executor(thread, self._lock.held))
                    await asyncio.sleep(LOOK_S)
            finally:
                self._note(held=False)
                await loop.run_in_executor(thread, self._lock.release)

    async def leading(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do this work while this process leads, each time anew, until cancelled or the work ends by an error."""
        while True:
            await self._leads.wait()
            tasks = {asyncio.create_task(work()), asyncio.create_task(self._gone())}
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)
            for task in done:
                task.result()

    async def _gone(self) -> None:
        await self._lost.wait()

    def _note(self, *, held: bool) -> None:
        if held and not self._leads.is_set():
            log.info("this process leads")
            self._lost.clear()
            self._leads.set()
        elif not held and self._leads.is_set():
            log.warning("this process does not lead any more")
            self._leads.clear()
            self._lost.set()
