"""Organisations, their people, invitations, tokens and the audit log."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from cloud.api.models.base import Answer
from cloud.api.models.session import Name, NewPassword, Token
from cloud.rights import Right, Role
from cloud.store.invitations import DAYS, DAYS_MAX
from contract.messages import UtcTime
from contract.place import Slug

Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
TOKEN_DAYS_MAX = 3_650


class Asked(BaseModel):
    """Base of what is sent to the API."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Post(Asked):
    """What somebody is."""

    role: Role
    farm: Slug | None = Field(default=None, description="null: on all farms of the organisation")


class PersonNow(Answer):
    """A person of an organisation."""

    id: int
    name: str
    email: str | None
    posts: list[Post]


class Posts(Asked):
    """All that a person is to be in the organisation."""

    posts: list[Post] = Field(min_length=1, max_length=1_000)


class NewInvitation(Post):
    """Whom to invite as what."""

    email: Email | None = Field(default=None, description="lets the holder of this address in by OpenID Connect, too")
    days: int = Field(default=DAYS, ge=1, le=DAYS_MAX, description="the link holds so long")


class InvitationMade(Answer):
    """A new invitation; its link can't be read again."""

    id: int
    path: str = Field(description="of the page that accepts it, to be sent to one person")


class InvitationNow(Answer):
    """An invitation that nobody accepted yet."""

    id: int
    post: Post
    email: str | None
    by: str
    expires_at: UtcTime


class InvitationToken(Asked):
    """What stands behind the # of an invitation's link."""

    token: Token


class InvitationSeen(Answer):
    """What an invitation offers to whoever has the link."""

    organisation: str | None = Field(description="null: the service is set up, the organisation gets its name now")
    role: Role
    farm: str | None
    by: str
    email: str | None
    signed_in_as: str | None = Field(description="who would join; null: an account is made")


class Acceptance(Asked):
    """Accepting an invitation: with name and password an account is made, without them whoever is signed in joins."""

    token: Token
    name: Name | None = None
    password: NewPassword | None = None
    organisation: str = Field(default="", max_length=100, description="name of the organisation, when setting up")


class NewToken(Asked):
    """What a machine is to be allowed."""

    name: Name
    rights: list[Right] = Field(min_length=1, max_length=len(Right))
    farms: list[Slug] | None = Field(
        default=None, min_length=1, max_length=1_000, description="null: all, and new ones"
    )
    days: int | None = Field(default=None, ge=1, le=TOKEN_DAYS_MAX, description="null: until it is revoked")


class TokenMade(Answer):
    """A new token."""

    id: int
    secret: str = Field(description="for 'Authorization: Bearer'; can't be read again")


class TokenNow(Answer):
    """A token without its secret."""

    id: int
    name: str
    rights: list[Right]
    farms: list[str] | None
    by: str
    made_at: UtcTime
    expires_at: UtcTime | None
    used_at: UtcTime | None = Field(description="to the minute")


class AuditRow(Answer):
    """Who did what."""

    id: int
    at: UtcTime
    who: str
    action: str
    about: str
    farm: str | None
    address: str


class AuditPage(Answer):
    """A page of the audit log, newest first."""

    rows: list[AuditRow]
    next: str | None = Field(description="hand this in as cursor for the next page; null: this is the last")


class FarmNow(Answer):
    """A farm of the caller's."""

    farm: str
    organisation: int
    name: str | None
    time_zone: str | None
    rights: list[Right]


class FarmText(Asked):
    """How a farm is called and where a day begins on it."""

    name: Name | None = None
    time_zone: str | None = Field(default=None, max_length=64, description="IANA name; null: the service's")


class NewFarm(FarmText):
    """A farm to add."""

    farm: Slug


class HouseText(Asked):
    """How a house is called."""

    name: Name | None = None
