"""The outbox of notifications: what is on its way over which channel.

States: ``pending``, ``delivered`` (the channel's service took it) and ``failed`` (given up after half a day).
``next_ms`` is when a pending one may be taken: claiming one moves it ahead by the lease, so that no second worker
takes it, and a worker that dies leaves it to be taken again when the lease is over.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, delete, func, or_, select, update

from cloud.alerts.delivery.content import Content
from cloud.rights import Right
from cloud.store import channels, sessions
from cloud.store.channels import KeptChannel, Owner, Trouble
from cloud.store.records import Records
from cloud.store.tables import Channel, Delivery, Farm, Notification

State = Literal["pending", "delivered", "failed"]

Fate = Literal["again", "died", "gone"]
"""What a failed try means: the channel is tried again, has just died of it, or is no more."""

LEASE_MS: Final = 30_000
FIRST_AGAIN_MS: Final = 15_000
LAST_AGAIN_MS: Final = 15 * 60_000
GIVE_UP_MS: Final = 12 * 3600_000
CLAIM_ROWS: Final = 20
EACH_OWNER: Final = 4
EACH_ORGANISATION: Final = 8
"""A worker sends at once at most so many messages to one person or a farm's group chats, and of one organisation."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that a worker has taken.

    Attributes:
        notification: the message's id, the same in every try.
        tries: how often it was taken, this time counted.
        at_ms: when the message was written.
        organisation: whose farm it is about; None: nobody's, or several farms together.
        signed_out: the channel is a browser in which nobody is signed in any more.
    """

    notification: str
    farm: str
    user: int | None
    purpose: str
    channel: KeptChannel
    content: Content
    tries: int
    at_ms: int
    organisation: int | None = None
    signed_out: bool = False

    @property
    def right(self) -> Right:
        """Return what one must be allowed to be told it."""
        return Right.EXPORT if self.content.report else Right.READ

    @property
    def farms(self) -> frozenset[str]:
        """Return the farms it says something of; none for a test."""
        asked = self.content.report
        named = {farm for farm, _ in asked.flocks} if asked else {self.farm}
        return frozenset(named - {""}) if self.purpose != "test" else frozenset()


def claim(
    records: Records, worker: str, now_ms: int, limit: int = CLAIM_ROWS, flying: Iterable[Claimed] = ()
) -> list[Claimed]:  # fmt: skip
    """Take what is due, the worst first; nobody else gets it while the lease holds.

    ``flying``, what the worker is sending already, counts towards ``EACH_OWNER`` and ``EACH_ORGANISATION``: channels
    that keep a sender waiting must not keep those of others waiting too.
    """
    # Nothing waits longer than the longest wait, but for a clock that was set back meanwhile.
    due = or_(Delivery.next_ms <= now_ms, Delivery.next_ms > now_ms + LAST_AGAIN_MS)
    waiting = (Delivery.state == "pending", due)
    with records.reading() as connection:
        if connection.execute(select(Delivery.channel_id).where(*waiting).limit(1)).first() is None:
            return []
    order = (Notification.level != "severe", Delivery.next_ms)
    place = func.row_number().over(partition_by=(Channel.user_id, Channel.farm), order_by=order)
    whose = (Channel.user_id, Channel.farm, Farm.organisation_id)
    first = (
        select(Delivery.notification, Delivery.channel_id, *whose, place.label("place"))
        .join(Notification, Notification.id == Delivery.notification)
        .join(Channel, Channel.id == Delivery.channel_id)
        .outerjoin(Farm, Farm.farm == Notification.farm)
        .where(*waiting)
        .subquery()
    )
    query = (
        select(Delivery.notification, Delivery.channel_id, first.c.user_id, first.c.farm, first.c.organisation_id)
        .join(first, (first.c.notification == Delivery.notification) & (first.c.channel_id == Delivery.channel_id))
        .join(Notification, Notification.id == Delivery.notification)
        .where(*waiting, first.c.place <= EACH_OWNER)
        .order_by(*order)
        .with_for_update(skip_locked=True, of=Delivery)
    )
    with records.writing() as connection:
        taken = _shared_out(connection.execute(query), limit, flying)
        for key in taken:
            values = {"worker": worker, "next_ms": now_ms + LEASE_MS, "tries": Delivery.tries + 1}
            connection.execute(update(Delivery).where(*_is(key)).values(values))
        return [_claimed(connection, key, now_ms) for key in taken]


def _shared_out(rows: Iterable[Any], limit: int, flying: Iterable[Claimed]) -> list[tuple[str, int]]:
    """Return the first ``limit`` of these rows, with ``flying`` at most so many of each owner and organisation."""
    owners = Counter(one.channel.owner for one in flying)
    organisations = Counter(one.organisation for one in flying)
    taken: list[tuple[str, int]] = []
    for row in rows:
        owner = Owner(row.user_id, row.farm)
        full = owners[owner] >= EACH_OWNER or organisations[row.organisation_id] >= EACH_ORGANISATION
        if len(taken) < limit and not full:
            owners[owner] += 1
            organisations[row.organisation_id] += 1
            taken.append((row.notification, row.channel_id))
    return taken


def hold(records: Records, worker: str, taken: Iterable[Claimed], now_ms: int) -> None:
    """Prolong the lease on what is still being sent."""
    with records.writing() as connection:
        for one in taken:
            values = {"next_ms": now_ms + LEASE_MS}
            connection.execute(update(Delivery).where(*_mine(worker, one)).values(values))


def drop(records: Records, worker: str, one: Claimed) -> None:
    """Forget a delivery: its receiver may not be told any more."""
    with records.writing() as connection:
        connection.execute(delete(Delivery).where(*_mine(worker, one)))


def delivered(records: Records, worker: str, one: Claimed, now_ms: int) -> None:
    """Note that the channel's service took it."""
    with records.writing() as connection:
        values = {"state": "delivered", "settled_ms": now_ms, "trouble": ""}
        connection.execute(update(Delivery).where(*_mine(worker, one)).values(values))
        channels.worked(connection, one.channel.id, now_ms)


def failed(connection: Connection, worker: str, one: Claimed, trouble: Trouble, now_ms: int) -> Fate:
    """Note a try that failed, within the caller's transaction."""
    values: dict[str, Any] = {"trouble": trouble, "next_ms": now_ms + wait_ms(one.tries)}
    if trouble == "gone":
        channels.gone(connection, one.channel.id)
        return "gone"
    if now_ms + wait_ms(one.tries) > one.at_ms + GIVE_UP_MS or one.purpose == "test":
        values |= {"state": "failed", "settled_ms": now_ms}
    if connection.execute(update(Delivery).where(*_mine(worker, one)).values(values)).rowcount == 0:
        return "again"
    return "died" if channels.failed(connection, one.channel.id, trouble, now_ms) else "again"


def wait_ms(tries: int) -> int:
    """Return how long to wait after so many tries: doubling, from a quarter of a minute to a quarter of an hour."""
    return int(min(FIRST_AGAIN_MS * 2 ** min(tries - 1, 20), LAST_AGAIN_MS))


def _is(key: tuple[str, int]) -> tuple[Any, ...]:
    return (Delivery.notification == key[0], Delivery.channel_id == key[1])


def _mine(worker: str, one: Claimed) -> tuple[Any, ...]:
    taken = (Delivery.worker == worker, Delivery.state == "pending")
    return (*_is((one.notification, one.channel.id)), *taken)


def _claimed(connection: Connection, key: tuple[str, int], now_ms: int) -> Claimed:
    query = (
        select(Notification.farm, Notification.user_id, Notification.purpose, Notification.content)
        .add_columns(Delivery.tries, Delivery.at_ms, Farm.organisation_id)
        .join(Delivery, Notification.id == Delivery.notification)
        .outerjoin(Farm, Farm.farm == Notification.farm)
        .where(*_is(key))
    )
    row = connection.execute(query).one()
    channel = connection.execute(select(Channel).where(Channel.id == key[1])).one()
    content = Content.model_validate_json(row.content)
    kept = channels.kept(channel)
    signed_out = channel.session is not None and not sessions.live(connection, channel.session, now_ms)
    of_whom = (key[0], row.farm, row.user_id, row.purpose)
    return Claimed(*of_whom, kept, content, row.tries, row.at_ms, row.organisation_id, signed_out)
