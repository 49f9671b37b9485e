"""Records of invitations: a link that makes one person a member, once; and the link that sets the service up."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from cloud.errors import BadRecord
from cloud.rights import Role
from cloud.store import audit, farms, memberships
from cloud.store.audit import Actor
from cloud.store.memberships import Post
from cloud.store.records import Records, add
from cloud.store.sessions import TOKEN_BYTES, hashed, ms
from cloud.store.tables import Invitation, Organisation, User

DAYS = 7
DAYS_MAX = 90
SET_UP = "set up"


@dataclass(frozen=True, slots=True)
class Invited:
    """What an invitation offers.

    Attributes:
        id: of the invitation.
        organisation: whose; None: the service is set up, and an organisation is made.
        organisation_name: its name.
        post: what the invited person becomes.
        email: whom it is for, where that was said.
        by: who invites.
        expires_ms: until when, Unix ms.
    """

    id: int
    organisation: int | None
    organisation_name: str | None
    post: Post
    email: str | None
    by: str
    expires_ms: int


def invite(
    records: Records, organisation: int, post: Post, actor: Actor, *, email: str | None = None, days: int = DAYS
) -> tuple[int, str]:
    """Return id and token of a new invitation; the token can't be read again.

    Raises:
        BadRecord: the organisation can't give this post.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = {
        **_row(token, actor, days), "organisation_id": organisation, "farm": post.farm, "role": post.role.value,
        "email": email.lower() if email else None,
    }  # fmt: skip
    with records.writing() as connection:
        memberships.check_post(connection, organisation, post)
        invitation = connection.execute(insert(Invitation).values(row).returning(Invitation.id)).scalar_one()
        about = f"{email or 'a link'}: {post.role.value} of {post.farm or 'all farms'}"
        audit.note(connection, actor, "person-invited", about, organisation=organisation)
    return invitation, token


def set_up_link(records: Records, now: datetime) -> str | None:
    """Return the token that makes the first owner, None when there is a user; an earlier one is void."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with records.writing() as connection:
        connection.execute(delete(Invitation).where(Invitation.organisation_id.is_(None)))
        if has_users(connection):
            return None
        row = _row(token, Actor(SET_UP, ms(now)), DAYS)
        add(connection, Invitation, {**row, "role": Role.OWNER.value})
    return token


def join_path(token: str) -> str:
    """Return the path of the page that accepts an invitation."""
    return f"/join#{token}"


def set_up_path(token: str) -> str:
    """Return the path of the page that makes the first owner."""
    return f"/setup#{token}"


def has_users(connection: Connection) -> bool:
    """Say whether anybody may sign in."""
    return connection.execute(select(User.id).limit(1)).first() is not None


def open_ones(records: Records, organisation: int, now: datetime) -> list[Invited]:
    """List the invitations of an organisation that can still be accepted, newest first."""
    query = _query().where(Invitation.organisation_id == organisation, Invitation.expires_ms > ms(now))
    with records.reading() as connection:
        return [_invited(row) for row in connection.execute(query.order_by(Invitation.id.desc()))]


def withdraw(records: Records, organisation: int, invitation: int, actor: Actor) -> bool:
    """Make a link void; say whether there was one."""
    here = (Invitation.id == invitation, Invitation.organisation_id == organisation)
    with records.writing() as connection:
        found = connection.execute(select(Invitation.email).where(*here)).first()
        if found is None:
            return False
        connection.execute(delete(Invitation).where(*here))
        about = found.email or "a link"
        audit.note(connection, actor, "invitation-withdrawn", about, organisation=organisation)
    return True


def look(connection: Connection, token: str, now: datetime) -> Invited | None:
    """Return what a token offers; None when it is used, over, withdrawn or unknown."""
    query = _query().where(Invitation.token_hash == hashed(token), Invitation.expires_ms > ms(now))
    row = connection.execute(query).first()
    if row is None or (row.organisation_id is None and has_users(connection)):
        return None
    return _invited(row)


def for_email(connection: Connection, email: str, now: datetime) -> Invited | None:
    """Return the newest invitation for an e-mail address."""
    query = _query().where(Invitation.email == email.lower(), Invitation.expires_ms > ms(now))
    row = connection.execute(query.order_by(Invitation.id.desc())).first()
    return _invited(row) if row else None


def use(connection: Connection, invited: Invited, user_id: int, actor: Actor, organisation_name: str = "") -> None:
    """Make a person what an invitation offers, and the invitation void.

    Raises:
        BadRecord: the farm is the organisation's no more.
    """
    organisation = invited.organisation
    if organisation is None:
        name = organisation_name.strip() or farms.FIRST_ORGANISATION
        organisation = farms.make_organisation(connection, name, actor.at_ms)
    if not _weakens(connection, user_id, organisation, invited.post):
        memberships.join(connection, user_id, organisation, invited.post)
    connection.execute(delete(Invitation).where(Invitation.id == invited.id))
    audit.note(connection, actor, "invitation-accepted", f"by {invited.by}", organisation=organisation)


def _weakens(connection: Connection, user_id: int, organisation: int, post: Post) -> bool:
    """Say whether the post would take an owner's own ownership away."""
    return post.farm is None and memberships.is_owner(connection, user_id, organisation)


def _row(token: str, actor: Actor, days: int) -> dict[str, object]:
    if not 1 <= days <= DAYS_MAX:
        raise BadRecord(f"an invitation holds for 1 to {DAYS_MAX} days")
    expires_ms = actor.at_ms + int(timedelta(days=days).total_seconds() * 1000)
    return {"token_hash": hashed(token), "by": actor.who, "created_ms": actor.at_ms, "expires_ms": expires_ms}


def _query() -> Any:
    return select(
        Invitation.id, Invitation.organisation_id, Organisation.name.label("organisation_name"), Invitation.role,
        Invitation.farm, Invitation.email, Invitation.by, Invitation.expires_ms,
    ).join(Organisation, Organisation.id == Invitation.organisation_id, isouter=True)  # fmt: skip


def _invited(row: Row[Any]) -> Invited:
    return Invited(
        row.id, row.organisation_id, row.organisation_name, Post(Role(row.role), row.farm), row.email, row.by,
        row.expires_ms,
    )  # fmt: skip
