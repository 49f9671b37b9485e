"""The table behind the outbox: one SQLite file, one transaction per call, safe to call from any thread.

What the cloud has committed is kept for a while, as long as there is room: a cloud that was restored from a backup asks
for it again. Those rows go first when there is no room, and then what waits, the least worth first.
"""

import sqlite3
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from contract.messages import SeqRange
from edge.clock import PowerOn
from edge.outbox_disk import transaction
from edge.outbox_fill import Fill, Passed
from edge.outbox_held import stamp_some
from edge.outbox_mending import MendedFile
from edge.outbox_rows import Load, NewRow, Row

_SWEEP_EVERY_MS = 10 * 60_000
_SWEEP_ROWS = 5_000
_DAY_MS = 86_400_000
_LIVE_ROWS = 1_000
_LIVE_COMMITS = 2_000
_COLUMNS = "id, boot, seq, leaf, at_ms, payload"


class OutboxFile:
    """Rows on a disk, bounded; what had to be dropped is counted in the same file."""

    def __init__(
        self,
        path: Path,
        *,
        max_rows: int,
        max_bytes: int,
        keep_days: float = 2,
        max_days: float = 60,
        now_ms: Callable[[], int | None] = lambda: int(time.time() * 1000),
    ) -> None:
        self._now_ms = now_ms
        self._keep_ms = int(keep_days * _DAY_MS)
        self._max_ms = int(max_days * _DAY_MS)
        self._swept_ms = 0
        self._max_rows = max_rows
        self._max_bytes = max_bytes
        self._mended = MendedFile(path, self._take)
        self._taken = False
        self._came_rows = self._came_bytes = 0
        self._fill = Fill()
        self._live: deque[tuple[int, int]] = deque(maxlen=_LIVE_COMMITS)
        self._next_id = 1
        self.held_rows = 0
        """Events among them that wait for the time."""
        self.dropped_rows = 0
        """Events given up since the file was made."""

    def open(self) -> None:
        """Open the file and hold it for this process.

        Raises:
            OutboxTaken: another process holds it.
            OutboxStuck: the folder can't be written.
        """
        self._mended.open()

    def _take(self, db: sqlite3.Connection) -> None:
        """Work with this file from now on; reads every page of rows."""
        if self._taken:
            # A commit that was refused in its last step may be there all the same; its events come a second time.
            db.execute("DELETE FROM outbox WHERE id >= ?", (self._next_id,))
        self._db = db
        self._fill = self._counted()
        self._count_held()
        # Ids are given here and not by AUTOINCREMENT, which would write a page more with every commit. After damage
        # they go on: what is on its way to the cloud is known by its id.
        (next_id,) = db.execute("SELECT coalesce(max(id), 0) + 1 FROM outbox").fetchone()
        self._next_id = max(self._next_id, next_id)
        # What an earlier process measured in the last minute is live, too.
        newest = max(1, self._next_id - _LIVE_ROWS)
        at_ms = db.execute("SELECT max(at_ms) FROM outbox WHERE id >= ? AND held IS NULL", (newest,)).fetchone()
        self._live.clear()
        self._live.append((newest, at_ms[0] or 0))
        (self.dropped_rows,) = db.execute("SELECT coalesce(sum(events), 0) FROM dropped").fetchone()
        self._taken = True

    def close(self) -> None:
        """Let go of the file."""
        self._mended.close()

    def append(self, rows: Sequence[NewRow], dropped_before: Counter[str] | None = None) -> None:
        """Store rows in one transaction, drop what is over the bounds, and count it.

        Args:
            rows: what to store, in order.
            dropped_before: events per leaf that were given up before they got here.

        Raises:
            sqlite3.Error: the disk refused; nothing of the call was stored.
        """
        self._mended.run(lambda: self._append(rows, dropped_before))

    def _append(self, rows: Sequence[NewRow], dropped_before: Counter[str] | None) -> None:
        with transaction(self._db):
            self._db.executemany(
                "INSERT INTO outbox (id, boot, seq, leaf, worth, at_ms, size, payload, held)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (row_id, r.boot, r.seq, r.leaf, r.worth, r.at_ms, len(r.payload), r.payload, r.held)
                    for row_id, r in enumerate(rows, self._next_id)
                ),
            )
            fill = self._fill.copy()
            fill.wait((row_id, len(row.payload), row.worth) for row_id, row in enumerate(rows, self._next_id))
            dropped = Counter(dropped_before or {})
            self._sweep(fill, dropped)
            self._trim(fill, dropped)
            self._count(dropped)
            # Before the commit, as all that may show damage: what was committed would be tried a second time.
            if self.held_rows or any(row.held for row in rows):
                self._count_held()
        self._fill = fill
        self._live.append((self._next_id, max((row.at_ms for row in rows if not row.held), default=0)))
        self.dropped_rows += dropped.total()
        self._next_id += len(rows)
        self._came_rows += len(rows)
        self._came_bytes += sum(len(row.payload) for row in rows)

    def _trim(self, fill: Fill, dropped: Counter[str]) -> None:
        while fill.rows + fill.kept > self._max_rows or fill.size + fill.kept_size > self._max_bytes:
            if fill.kept:
                gone = fill.kept_from = self._first("acked_ms IS NOT NULL", fill.kept_from)
            else:
                worth = fill.least_worth()
                gone = fill.first[worth] = self._first(f"acked_ms IS NULL AND worth = {worth:d}", fill.first[worth])
            self._delete("id = ?", gone, fill, dropped)

    def _first(self, which: str, from_id: int) -> int:
        """Return the first id of a kind of rows; there is one, and none below ``from_id``."""
        query = f"SELECT id FROM outbox WHERE id >= ? AND {which} ORDER BY id LIMIT 1"  # noqa: S608  # fixed texts
        return int(self._db.execute(query, (from_id,)).fetchone()[0])

    def _counted(self) -> Fill:
        fill = Fill()
        counts = "SELECT worth, acked_ms IS NULL, count(*), sum(size), min(id) FROM outbox GROUP BY 1, 2"
        for worth, waits, rows, size, first in self._db.execute(counts):
            if waits:
                fill.rows, fill.size = fill.rows + rows, fill.size + size
                fill.waiting[worth], fill.first[worth] = rows, first
            else:
                fill.kept_from = min(fill.kept_from, first) if fill.kept else first
                fill.kept, fill.kept_size = fill.kept + rows, fill.kept_size + size
        return fill

    def _sweep(self, fill: Fill, dropped: Counter[str]) -> None:
        """Now and then let go of what is too old to be asked for, or to be of use."""
        now_ms = self._now_ms()
        if now_ms is None:
            return
        if abs(now_ms - self._swept_ms) < _SWEEP_EVERY_MS:
            return
        self._swept_ms = now_ms
        some = "id IN (SELECT id FROM outbox WHERE {} ORDER BY id LIMIT {})"
        self._delete(some.format("acked_ms < ?", _SWEEP_ROWS), now_ms - self._keep_ms, fill, dropped)
        self._delete(
            some.format("acked_ms IS NULL AND held IS NULL AND at_ms < ?", _SWEEP_ROWS),
            now_ms - self._max_ms,
            fill,
            dropped,
        )

    def _delete(self, which: str, value: int, fill: Fill, dropped: Counter[str]) -> None:
        delete = f"DELETE FROM outbox WHERE {which} RETURNING leaf, size, acked_ms, worth"  # noqa: S608  # fixed texts
        gone = self._db.execute(delete, (value,)).fetchall()
        for leaf, size, acked_ms, worth in gone:
            if acked_ms is None:
                dropped[leaf] += 1
                fill.wait_no_longer(size, worth)
            else:
                fill.keep_no_longer(size)

    def _count(self, dropped: Counter[str]) -> None:
        self._db.executemany(
            "INSERT INTO dropped (leaf, events) VALUES (?, ?)"
            " ON CONFLICT (leaf) DO UPDATE SET events = events + excluded.events",
            dropped.items(),
        )

    def waiting(self, *, live_since_ms: int, but: Collection[int], limit: int, backlog: int | None = None) -> list[Row]:
        """Return rows to send: first those measured since ``live_since_ms``, then the backlog, each oldest first.

        Of what an earlier process stored, only the newest thousand rows can come first.

        Args:
            live_since_ms: where the backlog ends, in ms since 1970.
            but: ids that are on their way already.
            limit: most rows to return.
            backlog: most rows of the backlog among them; all unless given.
        """
        return self._mended.run(lambda: self._waiting(live_since_ms, but, limit, backlog))

    def _waiting(self, live_since_ms: int, but: Collection[int], limit: int, backlog: int | None) -> list[Row]:
        marks = ", ".join("?" * len(but))
        first = self._fill.first_waiting()
        if first is None:
            return []
        while self._live and self._live[0][1] < live_since_ms:
            self._live.popleft()
        live = self._live[0][0] if self._live else self._next_id
        ages = (
            (f"id >= {max(first, live):d} AND at_ms >= {live_since_ms:d}", limit),
            (f"id >= {first:d} AND (id < {live:d} OR at_ms < {live_since_ms:d})", min(limit, backlog or limit)),
        )
        return [
            Row(*values)
            for age, most in (ages[:1] if backlog == 0 else ages)
            for values in self._db.execute(
                f"SELECT {_COLUMNS} FROM outbox WHERE acked_ms IS NULL AND held IS NULL"  # noqa: S608  # numbers and marks only
                f" AND {age} AND id NOT IN ({marks}) ORDER BY id LIMIT ?",
                (*but, most),
            )
        ][:limit]

    @property
    def rows(self) -> int:
        """Events that wait."""
        return self._fill.rows

    @property
    def load(self) -> Load:
        """How full it is, and how much came since it was opened."""
        bounds = (self._max_rows, self._max_bytes)
        return Load(self.rows, self._fill.size, *bounds, self._came_rows, self._came_bytes)

    def oldest_at_ms(self) -> int | None:
        """Return when the oldest event that waits was measured, in ms since 1970; None when nothing waits."""
        query = "SELECT at_ms FROM outbox WHERE id >= ? AND acked_ms IS NULL AND held IS NULL ORDER BY id LIMIT 1"
        oldest = self._mended.run(
            lambda: self._db.execute(query, (self._fill.first_waiting() or self._next_id,)).fetchone()
        )
        return None if oldest is None else int(oldest[0])

    def dropped(self) -> dict[str, int]:
        """Return how many events were given up, per leaf."""
        query = "SELECT leaf, events FROM dropped ORDER BY leaf"
        return dict(self._mended.run(lambda: self._db.execute(query).fetchall()))

    def confirm(self, ranges: Iterable[SeqRange]) -> list[int]:
        """Note what the cloud has committed: it waits no longer.

        Returns:
            ids of the rows that waited until now.

        Raises:
            sqlite3.Error: the disk refused; nothing has changed.
        """
        spans = list(ranges)
        return self._mended.run(lambda: self._confirm(spans))

    def _confirm(self, ranges: Iterable[SeqRange]) -> list[int]:
        gone = self._set_acked(ranges, self._now_ms() or int(time.time() * 1000), "acked_ms IS NULL")
        self._fill.keep(gone)
        for _id, size, worth in gone:
            self._fill.wait_no_longer(size, worth)
        for worth in {worth for _id, _size, worth in gone if self._fill.waiting[worth]}:
            of_worth = f"acked_ms IS NULL AND worth = {worth:d}"
            self._fill.first[worth] = self._first(of_worth, self._fill.first[worth])
        return [row_id for row_id, _size, _worth in gone]

    def take_back(self, ranges: Iterable[SeqRange]) -> int:
        """Let what the cloud says it lacks wait again, as far as it is still here.

        Returns:
            how many rows wait again.

        Raises:
            sqlite3.Error: the disk refused; nothing has changed.
        """
        spans = list(ranges)
        return self._mended.run(lambda: self._take_back(spans))

    def _take_back(self, ranges: Iterable[SeqRange]) -> int:
        back = self._set_acked(ranges, None, "acked_ms IS NOT NULL")
        self._fill.wait(back)
        for _id, size, _worth in back:
            self._fill.keep_no_longer(size)
        return len(back)

    def kept(self, limit: int) -> list[SeqRange]:
        """Return which committed events are still here, the newest ranges, at most ``limit``."""
        query = (
            "SELECT boot, min(seq), max(seq), max(id) AS last FROM ("
            " SELECT id, boot, seq, seq - row_number() OVER (PARTITION BY boot ORDER BY seq) AS run"
            " FROM outbox WHERE acked_ms IS NOT NULL"
            ") GROUP BY boot, run ORDER BY last DESC LIMIT ?"
        )
        rows = self._mended.run(lambda: self._db.execute(query, (limit,)).fetchall())
        return [SeqRange(boot=boot, first=first, last=last) for boot, first, last, _id in rows]

    def _set_acked(self, ranges: Iterable[SeqRange], to_ms: int | None, before: str) -> list[Passed]:
        changed: list[Passed] = []
        with transaction(self._db, lasting=False):
            for span in ranges:
                changed += self._db.execute(
                    "UPDATE outbox SET acked_ms = ?"  # noqa: S608  # fixed texts
                    f" WHERE boot = ? AND seq BETWEEN ? AND ? AND {before} RETURNING id, size, worth",
                    (to_ms, span.boot, span.first, span.last),
                ).fetchall()
        return changed

    def stamp(self, known: PowerOn) -> int:
        """Give all rows that wait for the time their time, and return how many.

        Raises:
            sqlite3.Error: the disk refused; those that are left wait on.
        """
        stamped = 0
        while self.held_rows:
            stamped += self._mended.run(lambda: self._stamp(known))
        return stamped

    def _stamp(self, known: PowerOn) -> int:
        with transaction(self._db):
            some = stamp_some(self._db, known)
        self._count_held()
        return some

    def _count_held(self) -> None:
        (self.held_rows,) = self._db.execute("SELECT count(*) FROM outbox WHERE held IS NOT NULL").fetchone()
