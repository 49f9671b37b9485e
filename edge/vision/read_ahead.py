"""Read the next pictures while the network looks at one.

Decoding takes about as long as the network, on a video of 25 frames a second of which two are counted.
"""

import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")

AHEAD = 2
"""Items read ahead; pictures are large."""


@dataclass(frozen=True, slots=True)
class _End:
    error: Exception | None


def read_ahead(items: Generator[T], most: int = AHEAD) -> Iterator[T]:
    """Give what a generator gives, which runs on a thread of its own and is at most ``most`` items ahead.

    Closed early, it closes the generator too and waits for its thread.

    Raises:
        Exception: what the generator raised, in its place among the items.
    """
    ready: SimpleQueue[T | _End] = SimpleQueue()
    room, stop = threading.Semaphore(most), threading.Event()

    def read() -> None:
        error: Exception | None = None
        try:
            with closing(items):
                for item in items:
                    ready.put(item)
                    room.acquire()
                    if stop.is_set():
                        break
        except Exception as caught:  # noqa: BLE001  # handed on to who asks for the items
            error = caught
        ready.put(_End(error))

    thread = threading.Thread(target=read, name="read ahead", daemon=True)
    thread.start()
    try:
        while not isinstance(item := ready.get(), _End):
            room.release()
            yield item
        if item.error is not None:
            raise item.error
    finally:
        stop.set()
        room.release()
        thread.join()
