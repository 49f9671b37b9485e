"""Records of what was said to whom: a message, its tellings and its deliveries are written together or not at all."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from cloud.alerts.delivery.content import Content
from cloud.alerts.delivery.policy import DAY_MS, DIGEST, Item, Told
from cloud.store.records import Records, add
from cloud.store.tables import Delivery, Notification, Telling

KEPT_DAYS: Final = 180
"""What was said is kept this long; the alerts themselves are not this module's."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to one recipient.

    Attributes:
        id: the same for every try and every channel; receivers can tell a repeat by it.
        recipient: ``user-12``, or ``farm`` for the group.
        purpose: why it is sent.
        channels: ids of the channels it goes over.
        items: what it says of which alert; empty for tests and words about channels.
    """

    id: str
    farm: str
    house: str | None
    recipient: str
    user: int | None
    purpose: str
    content: Content
    channels: tuple[int, ...]
    items: tuple[Item, ...] = ()


def post(records: Records, letter: Letter, now_ms: int) -> bool:
    """Write a letter in a transaction of its own; see ``post_within``."""
    with records.writing() as connection:
        return post_within(connection, letter, now_ms)


def post_within(connection: Connection, letter: Letter, now_ms: int) -> bool:
    """Write a letter within the caller's transaction; False, and nothing written, when any of it was said before."""
    with connection.begin_nested() as point:
        new = _insert_new(connection, Notification, [_notification(letter, now_ms)])
        new = new and _insert_new(connection, Telling, [_telling(letter, item, now_ms) for item in letter.items])
        if not new:
            point.rollback()
            return False
        for channel in letter.channels:
            add(connection, Delivery, _delivery(letter, channel, now_ms))
    return True


def told(records: Records, farm: str, alerts: Collection[str], now_ms: int) -> list[Told]:
    """List all that was said about these alerts, and everything of the last day."""
    recent = (Telling.at_ms > now_ms - DAY_MS) | Telling.alert.in_([*alerts, DIGEST])
    query = select(Telling).where(Telling.farm == farm, recent).order_by(Telling.at_ms)
    with records.reading() as connection:
        rows = connection.execute(query).all()
    return [
        Told(
            row.recipient,
            row.notification,
            Item(row.alert, row.n, row.step, row.purpose, row.level),
            row.at_ms,
        )
        for row in rows
    ]


def sent_since(records: Records, farm: str, recipient: str, purpose: str, from_ms: int) -> int:
    """Count the messages of one purpose to one recipient since a time."""
    ours = (Notification.farm == farm, Notification.at_ms > from_ms)
    theirs = (Notification.recipient == recipient, Notification.purpose == purpose)
    with records.reading() as connection:
        return connection.scalar(select(func.count()).where(*ours, *theirs)) or 0


def forget_old(records: Records, now_ms: int) -> None:
    """Forget what was said half a year ago; its tellings and deliveries go with it."""
    with records.writing() as connection:
        connection.execute(delete(Notification).where(Notification.at_ms < now_ms - KEPT_DAYS * DAY_MS))


def _notification(letter: Letter, now_ms: int) -> dict[str, object]:
    return {
        "id": letter.id,
        "farm": letter.farm,
        "house": letter.house,
        "recipient": letter.recipient,
        "user_id": letter.user,
        "purpose": letter.purpose,
        "level": letter.content.level,
        "at_ms": now_ms,
        "content": letter.content.model_dump_json(),
    }


def _delivery(letter: Letter, channel: int, now_ms: int) -> dict[str, object]:
    return {
        "notification": letter.id,
        "channel_id": channel,
        "state": "pending",
        "tries": 0,
        "at_ms": now_ms,
        "next_ms": now_ms,
        "worker": "",
        "settled_ms": None,
        "trouble": "",
    }


def _telling(letter: Letter, item: Item, now_ms: int) -> dict[str, object]:
    return {
        "farm": letter.farm,
        "recipient": letter.recipient,
        "alert": item.alert,
        "n": item.n,
        "step": item.step,
        "purpose": item.purpose,
        "level": item.level,
        "at_ms": now_ms,
        "notification": letter.id,
    }


def _insert_new(
    connection: Connection, table: type[Notification] | type[Telling], rows: Sequence[dict[str, object]]
) -> bool:
    """Insert rows; say whether all of them were new."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    key = table.id if table is Notification else Telling.farm
    # An INSERT's rowcount is not told by every driver; what it returns is.
    statements = (dialect.insert(table).values(row).on_conflict_do_nothing().returning(key) for row in rows)
    return all(connection.execute(statement).first() is not None for statement in statements)
