"""Letters to devices: a row first, then a message, sent again until the device's answer is here.

States: ``pending`` (on its way), ``done`` and ``refused`` (the device's answer), ``unanswered`` (given up).
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Row, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from cloud.store.records import Records
from cloud.store.tables import Command, Drawing, Verdict
from contract.messages import CommandResult, Message
from contract.place import Place

State = Literal["pending", "done", "refused", "unanswered"]

FIRST_AGAIN_MS: Final = 15_000
LAST_AGAIN_MS: Final = 5 * 60_000
"""A device that does not answer is told again at this distance, doubling from the first to the last."""

GIVE_UP_MS: Final = int(timedelta(days=14).total_seconds() * 1000)
ANSWER_MS: Final = 60_000
"""A letter that expires gets no answer any more so long after it did; one that comes all the same is taken."""
SEND_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """One message on its way.

    Attributes:
        place: the device it is for.
        name: its id; the device's answer names it.
        write: gives the message as it goes over the wire.
    """

    place: Place
    name: str
    write: Callable[[], Message]


class Mail:
    """The letters in one table.

    Args:
        table: where they are.
        name: its column with a letter's id.
        message_of: makes the message of a row.
        answers: which columns take over what else the device's answer says.
        expires: its column with the Unix ms from which on a letter is not sent any more; none: after two weeks.
    """

    def __init__(
        self,
        table: type[Verdict] | type[Drawing] | type[Command],
        name: str,
        message_of: Callable[[Row[Any]], Message],
        *,
        answers: Callable[[CommandResult], dict[str, Any]] = lambda _: {},
        expires: ColumnElement[int] | InstrumentedAttribute[int] | None = None,
    ) -> None:
        self._table = table
        self._name = name
        self._message_of = message_of
        self._answers = answers
        self._expires = expires

    def due(self, records: Records, now_ms: int) -> list[Letter]:
        """List what is to be sent now, oldest first, at most ``SEND_ROWS``."""
        table, name = self._table, self._column
        # Nothing waits longer than the longest wait, but for a clock that was set back meanwhile.
        due = or_(table.next_ms <= now_ms, table.next_ms > now_ms + LAST_AGAIN_MS)
        query = select(table).where(self._pending, due).order_by(table.at_ms, name).limit(SEND_ROWS)
        if self._expires is not None:
            query = query.where(self._expires > now_ms)
        with records.reading() as connection:
            rows = connection.execute(query).all()
        return [Letter(_place(row), getattr(row, self._name), partial(self._message_of, row)) for row in rows]

    def hurry(self, records: Records, heard: Collection[Place], now_ms: int) -> None:
        """Make all that waits for these devices due."""
        if not heard:
            return
        table = self._table
        query = select(table.farm, table.house, table.device).where(self._pending).distinct()
        with records.reading() as connection:
            waited_for = {_place(row) for row in connection.execute(query)}
        if not waited_for.isdisjoint(heard):
            with records.writing() as connection:
                for place in waited_for.intersection(heard):
                    change = update(table).where(*self._of(place), self._pending)
                    connection.execute(change.values(next_ms=now_ms))

    def sent(self, records: Records, letters: Iterable[Letter], now_ms: int) -> None:
        """Note that these were sent, and when to send them again."""
        table = self._table
        with records.writing() as connection:
            for one in letters:
                is_it = (*self._of(one.place), self._column == one.name)
                tries = connection.scalar(select(table.tries).where(*is_it)) or 0
                wait_ms = min(FIRST_AGAIN_MS * 2 ** min(tries, 20), LAST_AGAIN_MS)
                connection.execute(update(table).where(*is_it).values(tries=tries + 1, next_ms=now_ms + wait_ms))

    def give_up(self, records: Records, now_ms: int) -> None:
        """Send no more what no device has answered for two weeks, or before it expired."""
        expired = self._table.at_ms < now_ms - GIVE_UP_MS
        if self._expires is not None:
            expired = self._expires < now_ms - ANSWER_MS
        old = (self._pending, expired)
        with records.reading() as connection:
            if connection.execute(select(self._column).where(*old).limit(1)).first() is None:
                return
        with records.writing() as connection:
            connection.execute(update(self._table).where(*old).values(state="unanswered"))

    def answered(self, connection: Connection, place: Place, result: CommandResult) -> bool:
        """Note a device's answer; say whether it was to a letter of this table."""
        state: State = "done" if result.done else "refused"
        values = {"state": state, "detail": result.detail, **self._answers(result)}
        change = update(self._table).where(*self._of(place), self._column == result.command)
        return connection.execute(change.values(values)).rowcount > 0

    @property
    def _column(self) -> ColumnElement[str]:
        column: ColumnElement[str] = getattr(self._table, self._name)
        return column

    @property
    def _pending(self) -> ColumnElement[bool]:
        return self._table.state == "pending"

    def _of(self, place: Place) -> tuple[ColumnElement[bool], ...]:
        table = self._table
        return (table.farm == place.farm, table.house == place.house, table.device == place.device)


def instant(at_ms: int) -> datetime:
    """Return a kept time as the contract has it."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def _place(row: Any) -> Place:
    return Place(farm=row.farm, house=row.house, device=row.device)
