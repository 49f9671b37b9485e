"""How each part does: kept by the part's own thread, read for the Status message and the watchdog."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Literal

from contract.messages import Cause, PartStatus

STALLED_AFTER_S = 180.0
"""Longer than any time-out and any wait between two attempts: a part that says nothing for so long hangs."""


class Health:
    """How one instrument or camera does."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self._lock = threading.Lock()
        self._state: Literal["ok", "starting", "silent", "failed"] = "starting"
        self._cause: Cause = ""
        self._problem = ""
        self._noted: tuple[Cause, str] = ("", "")
        self._lacking: tuple[Cause, str] = ("", "")
        self._had_good = False
        self._faults = 0
        self._goods = 0
        self._refused = 0
        self._last_sign_s = self._good_s = time.monotonic()

    def ok(self, cause: Cause = "", problem: str = "") -> None:
        """Note a good value or frame; ``cause`` and ``problem`` say what else is wrong, if anything."""
        with self._lock:
            self._state, self._cause, self._problem = "ok", cause, problem[:500]
            self._had_good = True
            self._last_sign_s = self._good_s = time.monotonic()
            self._goods += 1

    def lost(self, state: Literal["silent", "failed"], cause: Cause, problem: str, *, counted: bool = True) -> bool:
        """Note a failed attempt.

        Args:
            state: silent = it may come back by itself, failed = somebody has to do something.
            cause: what is wrong, as the contract names it.
            problem: the same in detail, in English, with what to do.
            counted: whether it is a new fault; False while an instrument is only waited for.

        Returns:
            True when this is news.
        """
        with self._lock:
            news = (state, problem[:500]) != (self._state, self._problem)
            self._state, self._cause, self._problem = state, cause, problem[:500]
            self._faults += counted
            self._last_sign_s = time.monotonic()
            return news

    def note(self, cause: Cause, problem: str = "") -> None:
        """Note what is wrong with what comes, although it comes; an empty cause takes it back."""
        with self._lock:
            self._noted = (cause, problem[:500])

    def lacks(self, cause: Cause, problem: str) -> None:
        """Note what the part does without for as long as it runs; told while nothing worse is."""
        with self._lock:
            self._lacking = (cause, problem[:500])

    def fault(self, count: int = 1) -> None:
        """Count bad frames or refused values."""
        with self._lock:
            self._faults += count

    def refused(self, count: int) -> None:
        """Note how many loads on a scale were no single bird so far."""
        with self._lock:
            self._refused = count

    def alive(self) -> None:
        """Note that the part's thread came round, without a value."""
        with self._lock:
            self._last_sign_s = time.monotonic()

    def counts(self) -> tuple[int, int]:
        """Return how many good values or frames came since the start, and how many faults there were."""
        with self._lock:
            return self._goods, self._faults

    def good_age_s(self) -> float:
        """Return how long ago the last good value or frame came, or the part began, in s."""
        with self._lock:
            return time.monotonic() - self._good_s

    def stalled(self) -> bool:
        """Say whether the part has neither delivered nor failed for too long: it hangs."""
        with self._lock:
            return time.monotonic() - self._last_sign_s > STALLED_AFTER_S

    def status(self, at: datetime | None = None) -> PartStatus:
        """Return it as the contract says it; ``at`` is the present, where somebody knows better than the wall clock."""
        with self._lock:
            good_age = timedelta(seconds=time.monotonic() - self._good_s)
            told = (self._cause, self._problem)
            if self._state == "ok" and not self._cause:
                told = self._noted if self._noted[0] else self._lacking
            cause, problem = told
            return PartStatus(
                slug=self.slug,
                state=self._state,
                cause=cause,
                problem=problem,
                last_at=(at or datetime.now(UTC)) - good_age if self._had_good else None,
                faults=self._faults,
                refused=self._refused,
            )
