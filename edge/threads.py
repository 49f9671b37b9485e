"""A blocking loop as a part of the agent: its own daemon thread, stopped by an event, its error handed on."""

import asyncio
import threading
from collections.abc import Callable

OF_PARTS = ("instrument ", "camera ", "looking ")
"""How the threads of parts are called."""
STOP_S = 3.0
"""How long a loop gets to end by itself; a read that hangs longer must not hold up the shutdown."""


async def run_in_thread(name: str, loop_body: Callable[[threading.Event], None]) -> None:
    """Run ``loop_body(stop)`` until it returns; set ``stop`` and wait for it shortly when cancelled.

    Raises:
        Exception: what ``loop_body`` raised.
    """
    stop = threading.Event()
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def finish(error: Exception | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def body() -> None:
        error: Exception | None = None
        try:
            loop_body(stop)
        except Exception as caught:  # noqa: BLE001  # handed on to the awaiting part
            error = caught
        if not loop.is_closed():
            loop.call_soon_threadsafe(finish, error)

    threading.Thread(target=body, name=name, daemon=True).start()
    try:
        await asyncio.shield(done)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([done], timeout=STOP_S)
        raise
