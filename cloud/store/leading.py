"""The lock that one process of an installation holds: PostgreSQL's advisory lock of a connection.

It falls with the connection, so a leader that dies is replaced as soon as the server notices. With SQLite there is one
process, which leads.
"""

from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from cloud.errors import StoreUnavailable
from cloud.store.records import Records

_LEADER_LOCK: Final = 0x68656E6C656164  # "henlead"


class LeaderLock:
    """Asks for the lock and looks whether it is still held. All calls block; one thread at a time."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._connection: Connection | None = None

    def held(self) -> bool:
        """Take the lock if nobody has it; say whether it is ours now."""
        if self._records.server is None:
            return True
        try:
            if self._connection is None:
                return self._take()
            self._connection.execute(text("SELECT 1"))
        except (DBAPIError, StoreUnavailable):
            self.release()
            return False
        return True

    def release(self) -> None:
        """Let another process lead; harmless when we don't."""
        if self._connection is not None:
            try:
                self._connection.close()
            except DBAPIError:
                self._connection.invalidate()
            self._connection = None

    def _take(self) -> bool:
        self._connection = self._records.connect()
        taken = bool(self._connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LEADER_LOCK}))
        if not taken:
            self.release()
        return taken
