"""Accepting an invitation: an account is made or found, and becomes a member, in one transaction."""

from dataclasses import dataclass
from datetime import UTC, datetime

from cloud.errors import BadRecord
from cloud.store import invitations, people
from cloud.store.audit import Actor
from cloud.store.people import Passwords
from cloud.store.records import Records


class NameTaken(BadRecord):
    """Somebody has this name already."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What a new person says of themselves; ``organisation`` names the one they found, when setting up."""

    name: str
    password: str
    organisation: str = ""


def join_new(
    records: Records, passwords: Passwords, token: str, newcomer: Newcomer, address: str, now: datetime
) -> int | None:
    """Make an account and use the invitation; return the user's id, None when the invitation does not hold.

    Raises:
        NameTaken: somebody is called so.
        BadRecord: name or password can't be one.
    """
    people.check_name(newcomer.name)
    people.check_password(newcomer.password)
    with records.reading() as connection:
        # Before the password is hashed: a guessed token must not cost the machine 64 MiB.
        if invitations.look(connection, token, now) is None:
            return None
    password_hash = passwords.hash(newcomer.password)
    actor = Actor(newcomer.name, int(now.timestamp() * 1000), address)
    with records.writing() as connection:
        invited = invitations.look(connection, token, now)
        if invited is None:
            return None
        if people.is_taken(connection, newcomer.name):
            raise NameTaken("Somebody here has this name already; choose another one, or sign in first.")
        user_id = people.insert(connection, newcomer.name, password_hash, now, invited.email)
        invitations.use(connection, invited, user_id, actor, newcomer.organisation)
    return user_id


def join_known(records: Records, token: str, user_id: int, actor: Actor) -> bool:
    """Let a person who is there already use an invitation; say whether it held."""
    now = datetime.fromtimestamp(actor.at_ms / 1000, UTC)
    with records.writing() as connection:
        invited = invitations.look(connection, token, now)
        if invited is None:
            return False
        invitations.use(connection, invited, user_id, actor)
    return True
