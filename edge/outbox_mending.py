"""The outbox's file over its life: opened, opened again after an error of reading, begun anew after damage.

A file that turns out to be damaged, at the start or at any call later, is set aside and a new one is begun with what
could be read of it; then the call is done on that one. Before, it is opened a second time: a card that can't be read
for a moment looks like damage, too.
"""

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from edge.errors import OutboxStuck
from edge.outbox_disk import begin_anew, can_be_read, connect_or_begin_anew, connected, held, is_damage

T = TypeVar("T")

ANEW_EVERY_S: Final = 60.0
"""A disk that damages each new file must not be kept busy with new files alone."""
PATIENCE_S: Final = 30.0
"""For so long a place that can't be read is tried again; what waits in memory meanwhile has room there."""


class MendedFile:
    """One file that calls can be made on, one after the other, from any thread.

    Args:
        path: the file.
        take: works with a connection from now on; reads every page of rows. Called again whenever there is a new one.
    """

    def __init__(self, path: Path, take: Callable[[sqlite3.Connection], object]) -> None:
        self._path = path
        self._handed = take
        self._lock = threading.Lock()
        self._damage: sqlite3.DatabaseError | None = None
        self._anew_from_s = 0.0
        self._unread_since_s: float | None = None

    def open(self) -> None:
        """Open the file and hold it for this process.

        Raises:
            OutboxTaken: another process holds it.
            OutboxStuck: the folder can't be written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._held = held(self._path.with_suffix(".lock"))
        except OSError as error:
            raise OutboxStuck(f"{self._path.parent} can't be written ({error.strerror}): check data_dir") from error
        try:
            connect_or_begin_anew(self._path, self._take)
        except sqlite3.Error as error:
            self._held.close()
            raise OutboxStuck(f"{self._path} can't be opened ({error}): check the disk") from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()
            self._held.close()

    def run(self, work: Callable[[], T]) -> T:
        """Do something with the file, all or nothing; when that shows damage, on a new file.

        Raises:
            sqlite3.Error: the disk refused.
        """
        with self._lock:
            damage = self._damage
            if damage is None:
                try:
                    return work()
                except sqlite3.DatabaseError as error:
                    damage = self._closed_as_damaged(error)
            if self._opened_again():
                try:
                    return work()
                except sqlite3.DatabaseError as error:
                    damage = self._closed_as_damaged(error)
            self._begin_anew(damage)
            return work()

    def _take(self, db: sqlite3.Connection) -> None:
        self._handed(db)
        self._db = db

    def _closed_as_damaged(self, error: sqlite3.DatabaseError) -> sqlite3.DatabaseError:
        if not is_damage(error):
            raise error
        self._damage = error
        self._db.close()
        return error

    def _opened_again(self) -> bool:
        """Open the file a second time; say whether it is whole after all.

        Raises:
            sqlite3.Error: the disk refuses just now.
        """
        if not can_be_read(self._path):
            self._unread_since_s = self._unread_since_s or time.monotonic()
            if time.monotonic() - self._unread_since_s < PATIENCE_S:
                raise sqlite3.OperationalError("the disk can't be read")
            return False
        self._unread_since_s = None
        try:
            connected(self._path, self._take)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            return False
        self._damage = None
        return True

    def _begin_anew(self, damage: sqlite3.DatabaseError) -> None:
        if time.monotonic() < self._anew_from_s:
            raise damage
        self._anew_from_s = time.monotonic() + ANEW_EVERY_S
        begin_anew(self._path, damage, self._take)
        self._damage = self._unread_since_s = None
