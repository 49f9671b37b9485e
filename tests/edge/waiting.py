"""Waiting for something that other threads do."""

import time
from collections.abc import Callable


def wait_until(true: Callable[[], object], most_s: float = 60) -> None:
    """Return as soon as ``true()`` is; fail when it isn't within ``most_s``."""
    deadline = time.monotonic() + most_s
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
