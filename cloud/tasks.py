"""Tasks that run for as long as the process does."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from contract.errors import RetryableError

log = logging.getLogger(__name__)

RESTART_S = 5.0
CANCEL_AGAIN_S = 1.0


def kept_up(name: str, run: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
    """Run a part for ever: a mistake in it is logged and it starts again; it never takes the service down."""

    async def again() -> None:
        while True:
            try:
                await run()
            except RetryableError as error:
                log.warning("%s waits and starts again in %g s: %s", name, RESTART_S, error)
                await asyncio.sleep(RESTART_S)
            except Exception:
                log.exception("%s stopped by a mistake of ours and starts again in %g s", name, RESTART_S)
                await asyncio.sleep(RESTART_S)

    return asyncio.create_task(again(), name=name)


async def ended(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel tasks until they end: before Python 3.12 a wait_for below may swallow a cancellation."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=CANCEL_AGAIN_S)
