"""Names of places: farm / house / device, and of the instruments and cameras inside a device.

A slug becomes a level of a topic, a folder and a part of a web address, so it is narrow: lower-case letters,
digits and inner hyphens. What a person reads is a display name, kept elsewhere, in any script.
"""

import re
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from contract.errors import BadPlace

SLUG_MAX_CHARACTERS = 63
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


def checked_slug(text: str) -> str:
    """Return ``text`` when it is a slug.

    Raises:
        BadPlace: it is not; the message says what is allowed.
    """
    if len(text) > SLUG_MAX_CHARACTERS or not _SLUG.fullmatch(text):
        raise BadPlace(
            f"{text!r} can't be a name here: use 1 to {SLUG_MAX_CHARACTERS} lower-case letters, digits and "
            "inner hyphens, for example 'house-2'"
        )
    return text


def _validated(text: str) -> str:
    try:
        return checked_slug(text)
    except BadPlace as error:
        raise ValueError(str(error)) from error


Slug = Annotated[str, AfterValidator(lru_cache(maxsize=65_536)(_validated))]
"""A checked name; pydantic models refuse anything else."""


class Place(BaseModel):
    """Where an edge device stands."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    farm: Slug
    house: Slug
    device: Slug

    def __hash__(self) -> int:
        """Hash as equal places do; pydantic's own way costs the cloud more than reading a message."""
        return hash((self.farm, self.house, self.device))
