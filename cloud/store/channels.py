"""Records of channels: where alerts go, and how each channel does.

A channel is ``new`` until its first delivery, then ``working``, ``failing`` (the last try failed) or ``dead`` (so
many tries in a row failed that a person must look). A dead channel is still tried with every message and is
``working`` again as soon as one arrives.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, delete, func, select, update

from cloud.alerts.delivery.notice import Language
from cloud.errors import BadRecord
from cloud.store import audit
from cloud.store.audit import Actor
from cloud.store.records import Records, add
from cloud.store.tables import Channel

State = Literal["new", "working", "failing", "dead"]

Trouble = Literal["", "unreachable", "refused", "gone", "not_allowed", "failed"]
"""Why the last try failed: nobody answered, the service said no, the subscription is over, the host may not be
addressed from here, anything else."""

DEAD_AFTER: Final[dict[str, int]] = {"unreachable": 5, "failed": 5, "refused": 3, "not_allowed": 1}
"""Failures in a row after which a channel is dead."""

PER_OWNER: Final = 20


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose channel it is: a person's, or a farm's group chat."""

    user: int | None = None
    farm: str | None = None


@dataclass(frozen=True, slots=True)
class NewChannel:
    """A channel to add; ``address`` is secret, ``shown`` may be shown of it, ``session`` is a browser's sign-in."""

    kind: str
    label: str
    address: str
    shown: str
    language: Language
    session: str | None = None


@dataclass(frozen=True, slots=True)
class KeptChannel:
    """A channel as it is kept; ``address`` must not leave the service."""

    id: int
    owner: Owner
    kind: str
    label: str
    address: str
    shown: str
    language: Language
    state: State
    trouble: Trouble
    delivered_ms: int | None


def put(records: Records, owner: Owner, channel: NewChannel, now_ms: int, actor: Actor | None = None) -> KeptChannel:
    """Keep a channel; the same one again only gets the new label. A push subscription may change its owner.

    Raises:
        BadRecord: there are too many.
    """
    fingerprint = _fingerprint(owner, channel)
    with records.writing() as connection:
        same = Channel.fingerprint == fingerprint
        known = connection.scalar(select(Channel.id).where(same))
        if known is None:
            if (connection.scalar(select(func.count()).where(*_of(owner))) or 0) >= PER_OWNER:
                raise BadRecord(f"there are {PER_OWNER} channels already; remove one first")
            add(connection, Channel, _row(owner, channel, fingerprint, now_ms))
            _note(connection, actor, "channel-added", owner, f"{channel.kind}: {channel.label}")
        else:
            told_anew = {"label": channel.label, "language": channel.language, "address": channel.address}
            mine = {"user_id": owner.user, "farm": owner.farm, "session": channel.session}
            connection.execute(update(Channel).where(same).values(**told_anew, **mine))
        row = connection.execute(select(Channel).where(same)).one()
    return kept(row)


def of(records: Records, owner: Owner) -> list[KeptChannel]:
    """List an owner's channels, oldest first."""
    with records.reading() as connection:
        return [kept(row) for row in connection.execute(select(Channel).where(*_of(owner)).order_by(Channel.id))]


def find(records: Records, owner: Owner, channel: int) -> KeptChannel | None:
    """Return one of the owner's channels, None when they have none of this id."""
    with records.reading() as connection:
        row = connection.execute(select(Channel).where(*_of(owner), Channel.id == channel)).first()
    return kept(row) if row else None


def remove(records: Records, owner: Owner, channel: int, actor: Actor | None = None) -> bool:
    """Forget a channel and what waits for it; say whether it was there."""
    gone_now = delete(Channel).where(*_of(owner), Channel.id == channel).returning(Channel.kind, Channel.label)
    with records.writing() as connection:
        removed = connection.execute(gone_now).first()
        if removed is not None:
            _note(connection, actor, "channel-removed", owner, f"{removed.kind}: {removed.label}")
    return removed is not None


def reaching(connection: Connection, farm: str, users: Collection[int]) -> list[KeptChannel]:
    """List the farm's own channels and those of these people."""
    mine = (Channel.farm == farm) | Channel.user_id.in_(users)
    return [kept(row) for row in connection.execute(select(Channel).where(mine).order_by(Channel.id))]


def worked(connection: Connection, channel: int, now_ms: int) -> None:
    """Note that a message went through."""
    well = {"state": "working", "failures": 0, "failing_since_ms": None, "trouble": "", "delivered_ms": now_ms}
    connection.execute(update(Channel).where(Channel.id == channel).values(**well))


def failed(connection: Connection, channel: int, trouble: Trouble, now_ms: int) -> bool:
    """Note that a message did not go through; say whether the channel has just died of it."""
    row = connection.execute(select(Channel).where(Channel.id == channel).with_for_update()).first()
    if row is None:
        return False
    failures = row.failures + 1
    dies: bool = row.state != "dead" and failures >= DEAD_AFTER.get(trouble, DEAD_AFTER["failed"])
    state: State = "dead" if dies or row.state == "dead" else "failing"
    since_ms = now_ms if row.failing_since_ms is None else row.failing_since_ms
    values = {"state": state, "failures": failures, "failing_since_ms": since_ms, "trouble": trouble}
    connection.execute(update(Channel).where(Channel.id == channel).values(**values))
    return dies


def gone(connection: Connection, channel: int) -> None:
    """Forget a channel whose receiver said that it is no more."""
    connection.execute(delete(Channel).where(Channel.id == channel))


def _note(connection: Connection, actor: Actor | None, action: str, owner: Owner, about: str) -> None:
    """Write it into the audit log of the farm, or of each organisation of the person; tests have nobody who acts."""
    if actor is not None and owner.farm is not None:
        audit.note(connection, actor, action, about, farm=owner.farm)
    elif actor is not None and owner.user is not None:
        audit.note_of_person(connection, actor, action, owner.user, about)


def _of(owner: Owner) -> tuple[ColumnElement[bool], ...]:
    return (Channel.user_id == owner.user, Channel.farm == owner.farm)


def _row(owner: Owner, channel: NewChannel, fingerprint: str, now_ms: int) -> dict[str, object]:
    return {
        "user_id": owner.user,
        "farm": owner.farm,
        "kind": channel.kind,
        "label": channel.label,
        "address": channel.address,
        "fingerprint": fingerprint,
        "shown": channel.shown,
        "language": channel.language,
        "created_ms": now_ms,
        "state": "new",
        "failures": 0,
        "failing_since_ms": None,
        "delivered_ms": None,
        "trouble": "",
        "session": channel.session,
    }


def _fingerprint(owner: Owner, channel: NewChannel) -> str:
    # A browser has one subscription, whoever is signed in; a group's bot may serve several farms.
    whose = "" if channel.kind == "push" else f"{owner.user}/{owner.farm}"
    return hashlib.sha256(f"{whose}\n{channel.address}".encode()).hexdigest()


def kept(row: Any) -> KeptChannel:
    """Return a row of the table as it is handed on."""
    return KeptChannel(
        id=row.id,
        owner=Owner(row.user_id, row.farm),
        kind=row.kind,
        label=row.label,
        address=row.address,
        shown=row.shown,
        language=row.language,
        state=row.state,
        trouble=row.trouble,
        delivered_ms=row.delivered_ms,
    )
