"""Parts of addresses that several routers share."""

from typing import Annotated

from fastapi import Path

from cloud.api.problems import not_found
from cloud.api.services import Services
from cloud.store import houses
from contract.place import SLUG_MAX_CHARACTERS, Slug

_SLUG = Path(min_length=1, max_length=SLUG_MAX_CHARACTERS)

FarmPath = Annotated[Slug, _SLUG]
HousePath = Annotated[Slug, _SLUG]
CameraPath = Annotated[Slug, _SLUG]
DevicePath = Annotated[Slug, _SLUG]
FindingPath = Annotated[Slug, _SLUG]


def known_house(services: Services, farm: str, house: str) -> None:
    """Check that the house was heard of.

    Raises:
        Refusal: it was not (404).
    """
    if not houses.exists(services.records, farm, house):
        raise not_found("no_such_house", f"There is no house {farm}/{house}.")
