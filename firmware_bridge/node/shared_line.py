"""One node's line, shared by the instruments that are configured on it: its platforms and its climate.

Whoever reads, reads for all: each listener has a queue of its own. Opened by the first, closed by the last. Locked,
since each instrument of an agent has its own thread.
"""

import threading
import time
from collections import deque

from firmware_bridge.errors import LineGarbled, LineLost, LineSilent
from firmware_bridge.link import Link
from firmware_bridge.node.decoder import NodeDecoder
from firmware_bridge.node.line import Line, encode
from firmware_bridge.node.records import Record

READ_BYTES = 512
TURN_S = 0.2
"""Nobody holds the line longer than this while another waits."""

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
        self._lock = threading.RLock()
        self._queues: dict[object, deque[Record]] = {}

    def join(self, listener: object) -> bool:
        """Open the line for a listener and ask the node who it is. Raises LineLost.

        Returns:
            False when it listens already, and nothing was done.
        """
        with self._lock:
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
        with self._lock:
            self._queues.pop(listener, None)
            if not self._queues:
                self._link.close()

    def say(self, line: Line) -> None:
        """Send a command. Raises LineLost."""
        with self._lock:
            try:
                self._link.write(encode(line))
            except LineLost:
                self._drop()
                raise

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
            with self._lock:
                queue = self._queues.get(listener)
                if queue is None:
                    raise LineLost("the node's line is not open; open it first")
                if queue:
                    return queue.popleft()
                self._take(min(TURN_S, deadline_s - time.monotonic()))
                if not queue and time.monotonic() >= deadline_s:
                    raise self._nothing(skipped_before)

    def _take(self, wait_s: float) -> None:
        try:
            records = self.decoder.feed(self._link.read(READ_BYTES, max(wait_s, 0.0)))
        except LineSilent:
            return
        except LineLost:
            self._drop()
            raise
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
