"""Records of who is what where."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, and_, bindparam, delete, func, or_, select

from cloud.errors import BadRecord
from cloud.rights import RIGHTS, Grants, Right, Role, united
from cloud.store import audit, farms
from cloud.store.audit import Actor
from cloud.store.records import Records, add
from cloud.store.tables import ApiToken, Farm, Invitation, Membership, Organisation, User


class LastOwner(BadRecord):
    """An organisation would be left without an owner."""


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody is: ``farm`` None means on all farms of the organisation."""

    role: Role
    farm: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A person of an organisation, with all that they are in it."""

    id: int
    name: str
    email: str | None
    posts: list[Post] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Belonging:
    """One membership as the person themselves sees it."""

    organisation: int
    organisation_name: str
    post: Post


# Asked for with every request: made once, for building a statement takes longer than running it.
_GRANTED = (
    select(Membership.organisation_id, Membership.role, Membership.farm.is_(None).label("on_all"), Farm.farm)
    .join(
        Farm,
        and_(
            Membership.organisation_id == Farm.organisation_id,
            or_(Membership.farm.is_(None), Membership.farm == Farm.farm),
        ),
        isouter=True,
    )
    .where(Membership.user_id == bindparam("user_id"))
)


def grants_of(records: Records, user_id: int) -> Grants:
    """Return what a person may do where, as it stands now."""
    with records.reading() as connection:
        rows = connection.execute(_GRANTED, {"user_id": user_id}).all()
    return Grants(
        united((row.farm, RIGHTS[Role(row.role)]) for row in rows if row.farm is not None),
        united((row.organisation_id, RIGHTS[Role(row.role)]) for row in rows if row.on_all),
    )


def belongings(records: Records, user_id: int) -> list[Belonging]:
    """List where a person belongs, by organisation and farm."""
    query = (
        select(Organisation.id, Organisation.name, Membership.role, Membership.farm)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id == user_id)
        .order_by(Organisation.name, Organisation.id, Membership.farm)
    )
    with records.reading() as connection:
        return [Belonging(row.id, row.name, Post(Role(row.role), row.farm)) for row in connection.execute(query)]


def members(records: Records, organisation: int) -> list[Member]:
    """List the people of an organisation by name."""
    query = (
        select(User.id, User.name, User.email, Membership.role, Membership.farm)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation)
        .order_by(User.name, Membership.farm)
    )
    found: dict[int, Member] = {}
    with records.reading() as connection:
        for row in connection.execute(query):
            member = found.setdefault(row.id, Member(row.id, row.name, row.email))
            member.posts.append(Post(Role(row.role), row.farm))
    return list(found.values())


def check_post(connection: Connection, organisation: int, post: Post) -> None:
    """Check that an organisation can give this post.

    Raises:
        BadRecord: an owner of one farm, or a farm of somebody else.
    """
    if post.farm is None:
        return
    if post.role is Role.OWNER:
        raise BadRecord("an owner owns all farms of the organisation; leave the farm out, or make them a farmer there")
    if farms.owner_of(connection, post.farm) != organisation:
        raise BadRecord(f"there is no farm {post.farm!r} in this organisation")


def join(connection: Connection, user_id: int, organisation: int, post: Post) -> None:
    """Make a person a member; what they are on the same farm, or on all farms, is replaced.

    Raises:
        BadRecord: the organisation can't give this post.
    """
    check_post(connection, organisation, post)
    same = Membership.farm.is_(None) if post.farm is None else Membership.farm == post.farm
    connection.execute(
        delete(Membership).where(Membership.user_id == user_id, Membership.organisation_id == organisation, same)
    )
    row = {"user_id": user_id, "organisation_id": organisation, "farm": post.farm, "role": post.role.value}
    add(connection, Membership, row)


def set_posts(records: Records, organisation: int, user_id: int, posts: Iterable[Post], actor: Actor) -> bool:
    """Replace all that a member is in an organisation, none: remove them; say whether they were one.

    Links by which they invited others and the tokens they made are void when they may make no more: they could come
    back by one, and have seen the tokens' secrets.

    Raises:
        BadRecord: the organisation can't give a post.
        LastOwner: nobody would own it.
    """
    wanted = list(dict.fromkeys(posts))
    here = (Membership.user_id == user_id, Membership.organisation_id == organisation)
    with records.writing() as connection:
        query = select(User.name).join(Membership, Membership.user_id == User.id).where(*here)
        name = connection.scalars(query).first()
        if name is None:
            return False
        connection.execute(delete(Membership).where(*here))
        for post in wanted:
            join(connection, user_id, organisation, post)
        if not owners(connection, organisation):
            raise LastOwner("somebody must own the organisation; make another person an owner first")
        action, about = ("person-changed", f"{name}: {_said(wanted)}") if wanted else ("person-removed", name)
        audit.note(connection, actor, action, about, organisation=organisation)
        if not any(post.farm is None and Right.PEOPLE in RIGHTS[post.role] for post in wanted):
            _withdraw_links(connection, organisation, name, actor)
            _revoke_tokens(connection, organisation, name, actor)
    return True


def _withdraw_links(connection: Connection, organisation: int, by: str, actor: Actor) -> None:
    theirs = (Invitation.organisation_id == organisation, Invitation.by == by)
    for email in connection.scalars(select(Invitation.email).where(*theirs)).all():
        about = f"{email or 'a link'}, by {by}"
        audit.note(connection, actor, "invitation-withdrawn", about, organisation=organisation)
    connection.execute(delete(Invitation).where(*theirs))


def _revoke_tokens(connection: Connection, organisation: int, by: str, actor: Actor) -> None:
    theirs = (ApiToken.organisation_id == organisation, ApiToken.by == by)
    for name in connection.scalars(select(ApiToken.name).where(*theirs).order_by(ApiToken.id)).all():
        audit.note(connection, actor, "token-revoked", f"{name}, by {by}", organisation=organisation)
    connection.execute(delete(ApiToken).where(*theirs))


def owners(connection: Connection, organisation: int) -> int:
    """Count the owners of an organisation."""
    query = select(func.count()).select_from(Membership)
    query = query.where(Membership.organisation_id == organisation, Membership.role == Role.OWNER.value)
    return connection.scalar(query) or 0


def is_owner(connection: Connection, user_id: int, organisation: int) -> bool:
    """Say whether a person owns an organisation."""
    query = select(Membership.id).where(
        Membership.user_id == user_id, Membership.organisation_id == organisation, Membership.role == Role.OWNER.value
    )
    return connection.execute(query).first() is not None


def _said(posts: Iterable[Post]) -> str:
    return ", ".join(f"{post.role.value} of {post.farm or 'all farms'}" for post in posts)
