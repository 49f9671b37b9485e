"""One node's line, shared by the instruments that are configured on it: its platforms and its climate.

Each instrument of an agent has a thread of its own. One of them at a time reads, for all: each listener has a queue of
its own, and who does not read waits until something was put there. Opened by the first, closed by the last.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from firmware_bridge.errors import LineGarbled, LineLost, LineSilent
from firmware_bridge.link import Link
from firmware_bridge.node.decoder import NodeDecoder
from firmware_bridge.node.line import Line, encode
from firmware_bridge.node.records import Identity, Record

log = logging.getLogger(__name__)

READ_BYTES = 512
TURN_S = 0.2
"""Nobody has the line for longer than this while another waits for it."""

QUEUED_MOST = 64
"""Who doesn't come to read for seconds gets what is new then, not what is old."""


class NodeLine:
    """A node on a link.

    Args:
        link: the line, closed.
        asks: whether it can be spoken to; a recording can't.
    """

    def __init__(self, link: Link, *, asks: bool = True) -> None:
        self.decoder = NodeDecoder()
        self._link = link
        self._asks = asks
        self._turn = threading.Condition()
        self._taken = False
        self._speakers = 0
        self._queues: dict[object, deque[Record]] = {}

    def join(self, listener: object) -> bool:
        """Open the line for a listener and ask the node who it is. Raises LineLost.

        Returns:
            False when it listens already, and nothing was done.
        """
        with self._turn:
            if listener in self._queues:
                return False
            if not self._queues:
                self._link.open()
                self.decoder.forget()
            self._queues[listener] = deque(maxlen=QUEUED_MOST)
        if self._asks:
            self.say(Line(0, "who"))
        return True

    def leave(self, listener: object) -> None:
        """Close the line when the listener was the last."""
        with self._turn:
            self._queues.pop(listener, None)
            if not self._queues:
                self._link.close()

    def say(self, line: Line) -> None:
        """Send a command. Raises LineLost."""
        with self._turn:
            self._speakers += 1
            try:
                self._turn.wait_for(lambda: not self._taken)
                self._link.write(encode(line))
            except LineLost:
                self._drop()
                raise
            finally:
                self._speakers -= 1
                self._turn.notify_all()

    def next(self, listener: object, deadline_s: float) -> Record:
        """Return the next record for a listener.

        Args:
            listener: who joined.
            deadline_s: on ``time.monotonic``.

        Raises:
            LineLost: unplugged; all listeners are out and may join again.
            LineSilent: nothing came in time.
            LineGarbled: bytes came, but no line of a node.
        """
        skipped_before = self.decoder.skipped_bytes
        while True:
            with self._turn:
                queue = self._queue_of(listener)
                if queue:
                    return queue.popleft()
                left_s = deadline_s - time.monotonic()
                if left_s <= 0:
                    raise self._nothing(skipped_before)
                if self._taken or self._speakers:
                    self._turn.wait(min(TURN_S, left_s))
                    continue
                self._taken = True
            self._read(min(TURN_S, left_s))

    def _queue_of(self, listener: object) -> deque[Record]:
        queue = self._queues.get(listener)
        if queue is None:
            raise LineLost("the node's line is not open, or was unplugged; open it again")
        return queue

    def _read(self, wait_s: float) -> None:
        with self._given_back():
            try:
                data = self._link.read(READ_BYTES, wait_s)
            except LineSilent:
                return
            except LineLost:
                with self._turn:
                    self._drop()
                raise
            with self._turn:
                self._hand_out(self.decoder.feed(data))

    @contextmanager
    def _given_back(self) -> Iterator[None]:
        try:
            yield
        finally:
            with self._turn:
                self._taken = False
                self._turn.notify_all()

    def _hand_out(self, records: list[Record]) -> None:
        for record in records:
            if isinstance(record, Identity):
                log.info("node %s: firmware %s, last start by %s", record.machine, record.version, record.cause)
        for queue in self._queues.values():
            queue.extend(records)

    def _drop(self) -> None:
        self._queues.clear()
        self._link.close()

    def _nothing(self, skipped_before: int) -> LineSilent:
        if self.decoder.skipped_bytes > skipped_before:
            return LineGarbled(
                "node: bytes come, but no line of our node; check that our firmware is on the board, and the baud rate"
            )
        return LineSilent("node: nothing came; check its USB cable and power, and that our firmware is on the board")
