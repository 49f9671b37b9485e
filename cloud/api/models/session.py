"""Signing in, and one's own account."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from cloud.api.models.base import Answer
from cloud.errors import Unfit
from cloud.rights import Role
from cloud.store.people import NAME_MAX_CHARACTERS, PASSWORD_MAX_CHARACTERS, PASSWORD_MIN_CHARACTERS
from contract.messages import UtcTime


def _text(secret: SecretStr) -> SecretStr:
    try:
        secret.get_secret_value().encode()
    except UnicodeEncodeError:
        raise Unfit("holds half a character", "含有不完整的字符") from None
    return secret


def readable(name: str) -> str:
    """Return a text of one line, without anything that can't be seen.

    Raises:
        ValueError: it has some.
    """
    if not name.isprintable():
        raise Unfit("holds characters that can't be seen", "含有看不见的字符")
    return name


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_MAX_CHARACTERS),
    AfterValidator(readable),
]
Password = Annotated[SecretStr, AfterValidator(_text), Field(min_length=1, max_length=PASSWORD_MAX_CHARACTERS)]
NewPassword = Annotated[
    SecretStr, AfterValidator(_text), Field(min_length=PASSWORD_MIN_CHARACTERS, max_length=PASSWORD_MAX_CHARACTERS)
]
Token = Annotated[str, Field(min_length=1, max_length=100)]
Tongue = Literal["en", "zh"]


class Credentials(BaseModel):
    """What a person types to sign in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=254, description="user name or e-mail address")
    password: Password


class BelongsTo(Answer):
    """One thing a person is."""

    organisation: int
    organisation_name: str
    role: Role
    farm: str | None = Field(description="null: on all farms of the organisation")


class User(Answer):
    """Who is signed in."""

    name: str
    email: str | None
    language: Tongue | None
    has_password: bool = Field(description="false: only through the OpenID provider")
    posts: list[BelongsTo]


class OwnWishes(BaseModel):
    """What a person sets for themselves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Tongue


class PasswordChange(BaseModel):
    """The old password and the new one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    old: Password
    new: NewPassword


class SessionNow(Answer):
    """A browser that is signed in."""

    id: str
    began_at: UtcTime | None
    used_at: UtcTime | None = Field(description="to ten minutes")
    browser: str
    address: str
    current: bool = Field(description="the one that asks")


class Leaving(BaseModel):
    """Leaving for the OpenID provider."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    invitation: Token | None = Field(default=None, description="of a link to accept on the way back")


class Departure(Answer):
    """Where to go."""

    address: str


class WaysIn(Answer):
    """How one may sign in here."""

    set_up: bool = Field(description="false: nobody is there yet; the console shows a link that makes the first owner")
    provider: str | None = Field(description="name of the OpenID provider for the button; null: there is none")
