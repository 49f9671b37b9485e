"""Connections that never finish their request: each holds a file of the process, so nobody may keep one for ever."""

import asyncio
import resource
from typing import ClassVar, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

FILES_WANTED: Final = 65_536
"""Open pages, devices' pictures and databases at once; most systems begin at 1,024 and allow more."""


class PatientProtocol(H11Protocol):
    """HTTP/1.1 whose peers must have sent a request's head, and then its body, within a time.

    Attributes:
        head_s: for a head, from the connection or its first byte on.
        body_s: for a body; 1 MiB is the largest, at less than 4 kB/s.
    """

    head_s: ClassVar[float] = 20.0
    body_s: ClassVar[float] = 300.0

    _late: asyncio.TimerHandle | None = None
    _waits_for: object = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait_for(h11.IDLE)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait_for(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Go on waiting for what is not there yet; more bytes of the same are no reason to wait longer."""
        super().data_received(data)
        state = self.conn.their_state
        self._wait_for(state if state in {h11.IDLE, h11.SEND_BODY} else None)

    def _wait_for(self, state: object) -> None:
        if state is self._waits_for:
            return
        if self._late is not None:
            self._late.cancel()
        self._waits_for = state
        seconds = self.head_s if state is h11.IDLE else self.body_s
        self._late = None if state is None else self.loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()


def allow_many_connections() -> None:
    """Raise the number of files this process may open, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
