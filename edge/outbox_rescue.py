"""What can still be read of a damaged outbox, copied into a new one.

Rows come by rising id up to the damage, then from the newest back to it; what lies between two damaged places stays
behind, in the file that is set aside.
"""

import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from typing import Any

_ROWS_AT_ONCE = 500
_ROW = "id, boot, seq, leaf, worth, at_ms, size, payload, held"


def rescue(damaged: Path, into: sqlite3.Connection, most_s: float) -> int:
    """Copy the events that wait, and how many were given up; return how many events that were.

    Args:
        damaged: the outbox that can't be read, at least in part.
        into: a new and empty one.
        most_s: most time for it, in s; what is left then stays behind.

    Raises:
        sqlite3.OperationalError: the disk refuses the new one.
    """
    with closing(sqlite3.connect(damaged, isolation_level=None)) as old:
        dropped: list[tuple[Any, ...]] = []
        with suppress(sqlite3.DatabaseError):
            dropped = old.execute("SELECT leaf, events FROM dropped").fetchall()
        _insert(into, "INSERT OR IGNORE INTO dropped (leaf, events) VALUES (?, ?)", dropped)
        rows = filter(_whole, _readable(old, time.monotonic() + most_s))
        copy = f"INSERT OR IGNORE INTO outbox ({_ROW}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608  # fixed texts
        while group := list(islice(rows, _ROWS_AT_ONCE)):
            _insert(into, copy, group)
    return int(into.execute("SELECT count(*) FROM outbox").fetchone()[0])


def _readable(old: sqlite3.Connection, until_s: float) -> Iterator[tuple[Any, ...]]:
    last = 0
    for order in ("ASC", "DESC"):
        waiting = f"SELECT {_ROW} FROM outbox WHERE acked_ms IS NULL AND id > ? ORDER BY id {order}"  # noqa: S608  # fixed texts
        with suppress(sqlite3.DatabaseError):
            for row in old.execute(waiting, (last,)):
                if time.monotonic() > until_s:
                    return
                yield row
                last = row[0] if order == "ASC" else last
            return


def _whole(row: tuple[Any, ...]) -> bool:
    """Say whether a row is what was written, as far as can be seen: damage may look like a row."""
    row_id, boot, seq, leaf, worth, at_ms, size, payload, held = row
    numbers = all(isinstance(one, int) for one in (row_id, seq, worth, at_ms))
    texts = isinstance(boot, str) and isinstance(leaf, str) and isinstance(held, str | None)
    return numbers and texts and isinstance(payload, bytes) and len(payload) == size


def _insert(into: sqlite3.Connection, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    into.execute("BEGIN IMMEDIATE")
    into.executemany(statement, rows)
    into.execute("COMMIT")
