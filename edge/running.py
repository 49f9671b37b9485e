"""Keeps a part running: what fails is started again after a while, what somebody wants anew at once."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any

from contract.errors import HenwiseError
from contract.messages import Cause
from edge.backoff import Backoff
from edge.causes import cause_of
from edge.health import Health

log = logging.getLogger(__name__)

STEADY_S = 60.0
CANCEL_AGAIN_S = 3.5
"""Longer than any part takes to end in good order."""


class Runner:
    """One part that runs for ever.

    Args:
        name: what the log calls it.
        work: runs the part until it is cancelled or fails.
        health: told when it fails; none for what has no place in the Status message.
    """

    def __init__(self, name: str, work: Callable[[], Coroutine[Any, Any, None]], health: Health | None = None) -> None:
        self.name = name
        self._work = work
        self._health = health
        self._again = asyncio.Event()

    def again(self) -> None:
        """End the part and start it anew; to be called on the event loop."""
        self._again.set()

    async def run(self) -> None:
        """Keep it running until cancelled."""
        backoff = Backoff()
        while True:
            self._again.clear()
            started_s = time.monotonic()
            wanted = await self._one_life()
            if wanted:
                log.info("%s: started anew, as was wanted", self.name)
                backoff.reset()
                continue
            if time.monotonic() - started_s > STEADY_S:
                backoff.reset()
            await _either(self._again.wait(), asyncio.sleep(backoff.next_s()))

    async def _one_life(self) -> bool:
        """Run it until it fails, or until it is wanted anew: then return True."""
        work = asyncio.create_task(self._work(), name=self.name)
        again = asyncio.create_task(self._again.wait())
        try:
            await asyncio.wait({work, again}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            again.cancel()
            await ended({work})
        if work.cancelled():
            return True
        told = _told(self.name, work.exception())
        if self._health:
            self._health.lost("failed", *told)
        return False


async def ended(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait until they are done.

    More than once: libraries on Python 3.11 may swallow a cancellation (see edge.publisher).
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _done, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_S)


async def _either(*waits: Coroutine[Any, Any, Any]) -> None:
    tasks = {asyncio.create_task(one) for one in waits}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def _told(name: str, error: BaseException | None) -> tuple[Cause, str]:
    if error is None:
        return "other", "ended by itself"
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if not isinstance(error, Exception):
        return "other", f"{type(error).__name__}: {error}"
    known = isinstance(error, HenwiseError)
    problem = str(error) if known else f"{type(error).__name__}: {error}; please report this"
    log.error("%s: %s; it is started again", name, problem, exc_info=None if known else error)
    return cause_of(error), problem
