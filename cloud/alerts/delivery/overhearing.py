"""What Apprise says about a try goes to us and not to the log: it is written for people, but may name addresses."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

_HEARD: ContextVar[list[str] | None] = ContextVar("overheard", default=None)


class _Ear(logging.Handler):
    """Hands each sentence to the thread that caused it."""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the sentence where somebody listens."""
        heard = _HEARD.get()
        if heard is not None and record.levelno >= logging.WARNING:
            heard.append(record.getMessage())


@cache
def _install() -> None:
    logger = logging.getLogger("apprise")
    logger.addHandler(_Ear())
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.WARNING)  # below it writes the addresses it calls


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Collect what Apprise complains of in this thread."""
    _install()
    heard: list[str] = []
    token = _HEARD.set(heard)
    try:
        yield heard
    finally:
        _HEARD.reset(token)
