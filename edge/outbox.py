"""The durable queue between this device and the cloud: group commit, confirm before delete.

``put`` may be called from any thread. One writer thread commits what has piled up and gives numbers only to what it
commits: within a boot, seq rises by one per stored event, in order, whatever dies in between. Twenty events are
committed at once; what is measured all the time waits two seconds for company, all else half a second. A row waits
until the cloud has committed it (``confirm``); then it is kept for two days, so that a cloud that was restored can ask
for it again (``take_back``). When the outbox is full these go first, then what is worth least, the oldest of it first.

Committing in groups of twenty costs a quarter of the bytes written and a twentieth of the waiting of one commit per
event, which is what an SD card can bear.
"""

import logging
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from contract.messages import KEPT_RANGES_MAX, Event, SeqRange, encode
from contract.topics import leaf_of
from edge.clock import Clock, is_mark, mark_ms
from edge.outbox_file import OutboxFile
from edge.outbox_rows import Load, NewRow, Row

log = logging.getLogger(__name__)

UNNUMBERED = 1
"""The seq of an event that is not in the outbox yet; the commit replaces it."""

WORTH = {
    "snapshot": 0,
    "readings": 1,
    "count": 1,
    "gate": 1,
    "wellness": 1,
    "rollcall": 1,
    "weight": 2,
    "handweighing": 3,
    "finding": 3,
    "result": 3,
}
"""Leaf -> what is given up first when the outbox is full: lowest worth, then oldest."""

GROUP_ROWS = 20
GROUP_WAIT_S = 2.0
SOON_WORTH = 2
SOON_S = 0.5
"""What is worth so much, and whatever waits beside it, is committed this soon: it does not come again by itself."""
RETRY_WAIT_S = 2.0
STALLED_AFTER_S = 120.0
CLOCK_LOOK_S = 1.0
MEMORY_ROWS = 500
"""Events kept in memory while the disk refuses commits."""


class _Pending(NamedTuple):
    event: Event
    leaf: str
    numbered: Future[int]
    until_s: float
    """How long it may wait for company, on the monotonic clock."""


class Outbox:
    """The queue. Use as a context manager: entering opens it and starts the writer, leaving commits the rest.

    Args:
        path: its file; the folder is made.
        boot: name of this start of the agent, 16 hex digits.
        clock: what time it is; what was measured before anybody knew waits for it.
        max_rows: most events that may wait on the disk.
        max_bytes: most bytes of messages that may wait on the disk.
        memory_rows: most events kept in memory while the disk refuses.
        keep_days: how long what is committed is kept, in days.
        max_days: how long an event may wait, in days.
        group_wait_s: most time that a commit waits for company, in s.
        retry_wait_s: how long a refused commit waits, in s.
    """

    def __init__(
        self,
        path: Path,
        boot: str,
        *,
        clock: Clock | None = None,
        max_rows: int = 200_000,
        max_bytes: int = 500_000_000,
        memory_rows: int = MEMORY_ROWS,
        keep_days: float = 2,
        max_days: float = 60,
        group_wait_s: float = GROUP_WAIT_S,
        retry_wait_s: float = RETRY_WAIT_S,
    ) -> None:
        self._memory_rows = memory_rows
        self._group_wait_s = group_wait_s
        self._retry_wait_s = retry_wait_s
        bounds = {"max_rows": max_rows, "max_bytes": max_bytes}
        self._clock = clock or Clock()
        self._file = OutboxFile(path, now_ms=self._known_ms, keep_days=keep_days, max_days=max_days, **bounds)
        self._boot = boot
        self._next_seq = 1
        self._pending: list[_Pending] = []
        self._shed: Counter[str] = Counter()
        self._changed = threading.Condition()
        self._closing = False
        self._listener: Callable[[], object] = lambda: None
        self._problem = ""
        self._last_round_s = 0.0

    def __enter__(self) -> Self:
        """Open the file and start the writer.

        Raises:
            OutboxTaken: another process holds it.
            OutboxStuck: the folder can't be written.
        """
        self._file.open()
        self._writer = threading.Thread(target=self._write_until_closed, name="outbox", daemon=True)
        self._writer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Commit what is pending and close."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._writer.join()
        self._file.close()

    @property
    def rows(self) -> int:
        """Events on the disk that the cloud has not committed."""
        return self._file.rows

    @property
    def held_rows(self) -> int:
        """Events among them that wait for the time: they were measured before anybody knew it."""
        return self._file.held_rows

    @property
    def load(self) -> Load:
        """How full it is, and how much came since it was opened."""
        return self._file.load

    def oldest_at_ms(self) -> int | None:
        """Return when the oldest event that waits was measured, in ms since 1970; None when nothing waits."""
        return self._file.oldest_at_ms()

    @property
    def dropped_rows(self) -> int:
        """Events given up since the outbox was made."""
        return self._file.dropped_rows + self._shed.total()

    @property
    def problem(self) -> str:
        """Why nothing can be committed just now, as a sentence; empty when all is well."""
        return self._problem

    def stalled(self) -> bool:
        """Say whether the writer hangs in the disk; a disk that refuses is not a hanging one."""
        with self._changed:
            return bool(self._pending) and time.monotonic() - self._last_round_s > STALLED_AFTER_S

    def put(self, event: Event) -> Future[int]:
        """Queue an event for the next commit, which sets its boot and seq.

        Returns:
            a future of its seq, done once it is on the disk; nobody has to wait for it.
        """
        leaf, now_s = _leaf(event), time.monotonic()
        wait_s = min(self._group_wait_s, SOON_S) if WORTH[leaf] >= SOON_WORTH else self._group_wait_s
        one = _Pending(event, leaf, Future(), now_s + wait_s)
        with self._changed:
            if not self._pending:
                self._last_round_s = now_s
            self._pending.append(one)
            self._shed_pending()
            self._changed.notify_all()
        return one.numbered

    def on_commit(self, listener: Callable[[], object]) -> None:
        """Call ``listener``, in the writer's thread, after each commit; the one before is forgotten."""
        self._listener = listener

    def waiting(self, *, live_since_ms: int, but: Collection[int], limit: int, backlog: int | None = None) -> list[Row]:
        """Return rows to send, see ``OutboxFile.waiting``."""
        return self._file.waiting(live_since_ms=live_since_ms, but=but, limit=limit, backlog=backlog)

    def kept(self) -> list[SeqRange]:
        """Return which committed events are still here, as far as an announcement has room for them."""
        return self._file.kept(KEPT_RANGES_MAX)

    def take_back(self, ranges: Iterable[SeqRange]) -> int:
        """Let what the cloud lacks wait again and return how many rows that are, none when the disk refused."""
        try:
            return self._file.take_back(ranges)
        except sqlite3.Error as error:
            log.warning("the outbox can't give back what the cloud lacks (%s): it asks again", error)
            return 0

    def confirm(self, ranges: Iterable[SeqRange]) -> list[int]:
        """Note what the cloud has committed and return the ids of these rows, none when the disk refused.

        What can't be noted now is sent again and confirmed again, so refusal is harmless.
        """
        try:
            return self._file.confirm(ranges)
        except sqlite3.Error as error:
            log.warning("the outbox can't forget what the cloud has (%s): it will be sent again", error)
            return []

    def _shed_pending(self) -> None:
        # Beyond a group only while the disk refuses: memory must not fill up instead of the disk.
        while len(self._pending) > self._memory_rows:
            least = min(range(len(self._pending)), key=lambda n: WORTH[self._pending[n].leaf])
            given_up = self._pending.pop(least)
            given_up.numbered.cancel()
            self._shed[given_up.leaf] += 1

    def _write_until_closed(self) -> None:
        while True:
            self._stamp_held()
            group = self._next_group()
            if not group and self._closing:
                self._stamp_held()
                return
            if not group:
                continue
            try:
                self._commit(group)
            except sqlite3.Error as error:
                if not self._keep_for_later(group, error):
                    return
                continue
            self._tell(group)

    def _next_group(self) -> list[_Pending]:
        with self._changed:
            look_again_s = CLOCK_LOOK_S if self._file.held_rows else None
            if not self._changed.wait_for(lambda: self._pending or self._closing, look_again_s):
                return []
            while len(self._pending) < GROUP_ROWS and not self._closing:
                left_s = min(one.until_s for one in self._pending) - time.monotonic()
                if left_s <= 0:
                    break
                self._changed.wait(left_s)
            group, self._pending = self._pending, []
            self._last_round_s = time.monotonic()
            return group

    def _commit(self, group: list[_Pending]) -> None:
        rows = [self._numbered(one, seq) for seq, one in enumerate(group, self._next_seq)]
        shed = self._shed.copy()
        self._file.append(rows, shed)
        with self._changed:
            self._shed -= shed
        self._next_seq += len(rows)

    def _numbered(self, one: _Pending, seq: int) -> NewRow:
        at = self._clock.resolved(one.event.at)
        payload = encode(one.event.model_copy(update={"boot": self._boot, "seq": seq, "at": at}))
        return NewRow(
            boot=self._boot,
            seq=seq,
            leaf=one.leaf,
            worth=WORTH[one.leaf],
            at_ms=mark_ms(at) if is_mark(at) else int(at.timestamp() * 1000),
            payload=payload,
            held=self._clock.power_on if is_mark(at) else None,
        )

    def _known_ms(self) -> int | None:
        known = self._clock.known()
        return None if known is None else int(self._clock.now().timestamp() * 1000)

    def _stamp_held(self) -> None:
        """Give what waits for the time its time, once that is known."""
        known = self._clock.known() if self._file.held_rows else None
        if known is None:
            return
        try:
            stamped = self._file.stamp(known)
        except sqlite3.Error as error:
            log.warning("what was measured before the clock was known can't be stamped yet: %s", error)
            return
        log.info("the time is known: %d events measured before are stamped", stamped)
        self._listener()

    def _keep_for_later(self, group: list[_Pending], error: sqlite3.Error) -> bool:
        sentence = f"nothing can be stored ({error}): make room on the disk or check it"
        if sentence != self._problem:
            log.error("%s; the newest %d events are kept in memory", sentence, self._memory_rows)
        self._problem = sentence
        with self._changed:
            self._pending = group + self._pending
            self._shed_pending()
            self._changed.wait_for(lambda: self._closing, self._retry_wait_s)
            if self._closing:
                log.error("%d events are lost: the disk refused them until the end", len(self._pending))
            return not self._closing

    def _tell(self, group: list[_Pending]) -> None:
        if self._problem:
            log.info("the outbox stores again")
            self._problem = ""
        for seq, one in enumerate(group, self._next_seq - len(group)):
            if one.numbered.set_running_or_notify_cancel():
                one.numbered.set_result(seq)
        self._listener()


def _leaf(event: Event) -> str:
    return leaf_of(type(event)).name
