"""Signing in."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from cloud.api.models.base import Answer


def _text(secret: SecretStr) -> SecretStr:
    try:
        secret.get_secret_value().encode()
    except UnicodeEncodeError:
        raise ValueError("holds half a character") from None
    return secret


class Credentials(BaseModel):
    """What a person types to sign in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=100)
    password: Annotated[SecretStr, AfterValidator(_text)] = Field(min_length=1, max_length=1_000)


class User(Answer):
    """Who is signed in."""

    name: str
