"""Reading back what was said to whom, and how far it got."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, desc, select

from cloud.alerts.delivery.content import Content
from cloud.alerts.delivery.notice import Level
from cloud.store.channels import Trouble
from cloud.store.deliveries import State
from cloud.store.records import Records
from cloud.store.tables import Channel, Delivery, Notification, User


@dataclass(frozen=True, slots=True)
class SentOver:
    """How far a message got over one channel."""

    channel: int
    label: str
    kind: str
    state: State
    tries: int
    trouble: Trouble
    settled_ms: int | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message; ``name`` is the person's, empty for a group."""

    id: str
    farm: str
    house: str | None
    user: int | None
    name: str
    purpose: str
    level: Level
    at_ms: int
    content: Content
    over: tuple[SentOver, ...]


def to_user(records: Records, user: int, limit: int, after: tuple[int, str] | None = None) -> list[Sent]:
    """List what was said to a person, the newest first, if need be only what comes after this time in ms and id."""
    return _listed(records, (Notification.user_id == user, *_after(after)), limit)


def on_farm(records: Records, farm: str, limit: int, after: tuple[int, str] | None = None) -> list[Sent]:
    """List what was said about a farm, in the same way."""
    return _listed(records, (Notification.farm == farm, *_after(after)), limit)


def _after(last: tuple[int, str] | None) -> tuple[ColumnElement[bool], ...]:
    if last is None:
        return ()
    at_ms, name = last
    return ((Notification.at_ms < at_ms) | ((Notification.at_ms == at_ms) & (Notification.id > name)),)


def find(records: Records, notification: str) -> Sent | None:
    """Return one message, None when it is not known any more."""
    found = _listed(records, (Notification.id == notification,), 1)
    return found[0] if found else None


def _listed(records: Records, where: Sequence[ColumnElement[bool]], limit: int) -> list[Sent]:
    messages = (
        select(Notification, User.name)
        .outerjoin(User, User.id == Notification.user_id)
        .where(*where)
        .order_by(desc(Notification.at_ms), Notification.id)
        .limit(limit)
    )
    over: defaultdict[str, list[SentOver]] = defaultdict(list)
    with records.reading() as connection:
        rows = connection.execute(messages).all()
        ways = (
            select(Delivery, Channel.label, Channel.kind)
            .join(Channel, Channel.id == Delivery.channel_id)
            .where(Delivery.notification.in_([row.id for row in rows]))
            .order_by(Delivery.channel_id)
        )
        for way in connection.execute(ways):
            over[way.notification].append(_over(way))
    return [_sent(row, tuple(over[row.id])) for row in rows]


def _over(row: Any) -> SentOver:
    return SentOver(row.channel_id, row.label, row.kind, row.state, row.tries, row.trouble, row.settled_ms)


def _sent(row: Any, over: tuple[SentOver, ...]) -> Sent:
    content = Content.model_validate_json(row.content)
    return Sent(
        id=row.id,
        farm=row.farm,
        house=row.house,
        user=row.user_id,
        name=row.name or "",
        purpose=row.purpose,
        level=row.level,
        at_ms=row.at_ms,
        content=content,
        over=over,
    )
