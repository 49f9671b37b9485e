"""How long a message may be on its way, and how much may come back: what answers is whatever somebody named.

The time-outs of sockets begin anew with every byte, and who reads an answer reads it to its end. An address that
answers a byte at a time would keep a sender's place for ever, one that answers without end would fill the memory, and
so would a few kilobytes that unfold to gigabytes; each of them for all farms.
"""

import os
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from requests import Response
from requests.adapters import HTTPAdapter

WITHIN_S: Final = 30.0
FILES_WITHIN_S: Final = 300.0
"""For a message with the files of a report, on a farm's line."""
RECEIVED_MOST_BYTES: Final = 4 * 1024 * 1024
ANSWER_MOST_BYTES: Final = 256 * 1024
"""What is read of an HTTP answer, unpacked; the services that we know of answer with less than a kilobyte."""
LOOK_S: Final = 0.2
CHUNK_BYTES: Final = 16 * 1024

_TCP_INFO_BYTES: Final = 136
_RECEIVED: Final = struct.Struct("=Q")
_RECEIVED_AT: Final = _TCP_INFO_BYTES - _RECEIVED.size
"""Where ``tcpi_bytes_received`` stands in ``struct tcp_info``, linux/tcp.h."""


@dataclass(slots=True)
class Bounds:
    """The connections of one message, cut when it takes too long or too much comes back.

    Attributes:
        within_s: for all of it.
        cut: they were cut.
    """

    within_s: float = WITHIN_S
    cut: bool = False
    _opened: list[socket.socket] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold what this thread sends to the bounds."""
        _install()
        watching = threading.Thread(target=self._watch, name="notify-bounds", daemon=True)
        watching.start()
        token = _BOUNDS.set(self)
        try:
            yield
        finally:
            _BOUNDS.reset(token)
            self._over.set()
            watching.join()
            for one in self._opened:
                one.close()

    def opened(self, connection: socket.socket) -> None:
        """Note a connection that is about to be made.

        Raises:
            TimeoutError: it is too late for one.
        """
        if self.cut:
            raise TimeoutError("the message was on its way for too long, or too much came back")
        # A socket of our own for the same connection: the other may be wrapped, and so emptied, at any moment.
        self._opened.append(socket.socket(fileno=os.dup(connection.fileno())))

    def _watch(self) -> None:
        left_s = self.within_s
        while not self._over.wait(min(LOOK_S, max(left_s, 0.0))):
            left_s -= LOOK_S
            if left_s <= 0 or any(_received(one) > RECEIVED_MOST_BYTES for one in self._opened[:]):
                self.cut = True
                for one in self._opened[:]:
                    _shut(one)
                return


_BOUNDS: ContextVar[Bounds | None] = ContextVar("bounds", default=None)


def _received(connection: socket.socket) -> int:
    try:
        told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
    except OSError:
        return 0
    return int(_RECEIVED.unpack_from(told, _RECEIVED_AT)[0]) if len(told) == _TCP_INFO_BYTES else 0


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # it is not connected, or not any more
        return


@cache
def _install() -> None:
    """Let ``requests``, which all ways but mail go over, read the beginning of an answer only; once, and for good."""
    send = HTTPAdapter.send

    def bounded(self: HTTPAdapter, request: Any, stream: bool = False, **more: Any) -> Response:
        answer = send(self, request, stream, **more)
        if _BOUNDS.get() is not None and not stream:
            answer._content = _beginning(answer)  # noqa: SLF001  # requests offers no bound
            answer._content_consumed = True  # noqa: SLF001  # as above
        return answer

    HTTPAdapter.send = bounded


def _beginning(answer: Response) -> bytes:
    read = bytearray()
    for part in answer.iter_content(CHUNK_BYTES):
        read += part
        if len(read) >= ANSWER_MOST_BYTES:
            answer.close()
            break
    return bytes(read[:ANSWER_MOST_BYTES])
