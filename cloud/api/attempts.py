"""Limits on wrong passwords, per name and per address; in memory, so a restart forgives."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock

WINDOW_S = 300.0
PER_NAME = 10
PER_ADDRESS = 20
ENTRIES_MAX = 10_000


class Attempts:
    """Counts attempts of the last five minutes; an attempt counts until it has succeeded.

    Counting before the password is checked keeps parallel guesses inside the limit too.
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._lock = Lock()
        self._times: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    def admit(self, name: str, address: str) -> int:
        """Count an attempt; return 0 when it may go on, else the seconds to wait."""
        now = self._clock_s()
        with self._lock:
            wait_s = max(
                self._wait_s(("name", name), PER_NAME, now), self._wait_s(("address", address), PER_ADDRESS, now)
            )
            if wait_s == 0:
                self._add(("name", name), now)
                self._add(("address", address), now)
        return wait_s

    def succeeded(self, name: str, address: str) -> None:
        """Forget the attempts under this name and the last one from this address."""
        with self._lock:
            self._times.pop(("name", name), None)
            times = self._times.get(("address", address))
            if times:
                times.pop()

    def _wait_s(self, key: tuple[str, str], limit: int, now: float) -> int:
        times = self._times.get(key, deque())
        while times and times[0] <= now - WINDOW_S:
            times.popleft()
        return int(times[0] + WINDOW_S - now) + 1 if len(times) >= limit else 0

    def _add(self, key: tuple[str, str], now: float) -> None:
        self._times.setdefault(key, deque()).append(now)
        self._times.move_to_end(key)
        while len(self._times) > ENTRIES_MAX:
            self._times.popitem(last=False)
