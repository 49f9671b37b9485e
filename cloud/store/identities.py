"""Records of accounts at an OpenID provider: whose they are. Nobody gets in who was not let in by somebody here."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from cloud.oidc import Vouched
from cloud.store import audit, invitations, people, sessions
from cloud.store.audit import Actor
from cloud.store.people import NAME_MAX_CHARACTERS
from cloud.store.records import Records, add
from cloud.store.sessions import ms
from cloud.store.tables import Identity, User


def recognise(records: Records, vouched: Vouched, invitation: str | None, address: str, now: datetime) -> int | None:
    """Return the user whom a provider vouches for, None when nobody here let them in.

    In this order: the account that was here before; the user with the verified e-mail address; whoever holds an
    invitation, by its link or by the verified address, who gets an account now.

    Args:
        records: where.
        vouched: what the provider says.
        invitation: token of a link that was opened before.
        address: where the browser is.
        now: the present as an aware time.
    """
    with records.writing() as connection:
        user_id = _known(connection, vouched, address, ms(now))
        # Somebody who is here already joins what they opened a link of, never what came to their address unasked.
        invited = invitations.look(connection, invitation, now) if invitation else None
        if user_id is None and not invitation and vouched.email:
            invited = invitations.for_email(connection, vouched.email, now)
        if user_id is None and invited is not None:
            user_id = people.insert(connection, _free_name(connection, vouched), "", now, vouched.email)
            _link(connection, vouched, user_id)
        if user_id is not None and invited is not None:
            name = connection.scalars(select(User.name).where(User.id == user_id)).one()
            invitations.use(connection, invited, user_id, Actor(name, ms(now), address))
    return user_id


def _known(connection: Connection, vouched: Vouched, address: str, now_ms: int) -> int | None:
    here = (Identity.issuer == vouched.issuer, Identity.subject == vouched.subject)
    user_id = connection.scalar(select(Identity.user_id).where(*here))
    if user_id is None and vouched.email is not None:
        query = select(User.id, User.name, User.password_hash).where(User.email == vouched.email.lower())
        user = connection.execute(query).first()
        if user is not None:
            user_id = int(user.id)
            _link(connection, vouched, user_id)
            if user.password_hash:
                _take_over(connection, user_id, Actor(user.name, now_ms, address))
    return user_id


def _take_over(connection: Connection, user_id: int, actor: Actor) -> None:
    """Leave an account to the owner of its address: whoever invited that address may have opened the link themselves.

    A password chosen then must not open what the owner joins from now on.
    """
    connection.execute(update(User).where(User.id == user_id).values(password_hash=""))
    sessions.end_all(connection, user_id)
    audit.note_of_person(connection, actor, "password-changed", user_id, "signs in through the provider from now on")


def _link(connection: Connection, vouched: Vouched, user_id: int) -> None:
    add(connection, Identity, {"issuer": vouched.issuer, "subject": vouched.subject, "user_id": user_id})


def _free_name(connection: Connection, vouched: Vouched) -> str:
    wanted = (vouched.name or vouched.email or "somebody").strip()[: NAME_MAX_CHARACTERS - 8]
    name, number = wanted, 1
    while people.is_taken(connection, name):
        number += 1
        name = f"{wanted} {number}"
    return name
