"""What people weigh by hand, told on the page: kept here, and the flock's mean is corrected with it, openly."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi import Path as PathParameter
from fastapi.concurrency import run_in_threadpool

from cloud.api.caller import WithCaller, may
from cloud.api.models import (
    WEIGHED_BIRDS_LEAST,
    WEIGHED_BIRDS_MOST,
    WEIGHED_GRAMS_LEAST,
    WEIGHED_GRAMS_MOST,
    HandWeighed,
    HandWeighing,
)
from cloud.api.paths import FarmPath, HousePath, known_house
from cloud.api.problems import Refusal, not_found
from cloud.api.services import Services, WithServices
from cloud.ingest.points import to_unix_ms
from cloud.rights import Right
from cloud.store import flocks, hand_weighings
from cloud.store.flocks import FlockFacts
from cloud.store.hand_weighings import Weighed
from cloud.weights import Weights, hand_weighed
from contract.place import SLUG_MAX_CHARACTERS, Slug

APART_MOST: Final = 0.3
"""Birds by hand and on the scale that are further apart are not of one flock, or not in grams."""

router = APIRouter(prefix="/houses", tags=["weights"], dependencies=[Depends(may(Right.RECORD))])

WeighingPath = Annotated[Slug, PathParameter(min_length=1, max_length=SLUG_MAX_CHARACTERS)]


@router.post("/{farm}/{house}/hand-weighings", status_code=HTTPStatus.CREATED)
async def weigh(
    farm: FarmPath, house: HousePath, weighing: HandWeighing, services: WithServices, caller: WithCaller
) -> HandWeighed:
    """Tell the mean of birds weighed by hand on a day; the same again changes nothing."""
    now = datetime.now(UTC)
    _in_range("grams", weighing.grams, WEIGHED_GRAMS_LEAST, WEIGHED_GRAMS_MOST)
    _in_range("birds", weighing.birds, WEIGHED_BIRDS_LEAST, WEIGHED_BIRDS_MOST)

    def keep() -> HandWeighed:
        if weighing.day > services.zones.day(farm, now):
            detail = f"day: {weighing.day} has not come yet; give the day the birds were weighed"
            raise _unprocessable("not_yet_weighed", detail)
        flock = _flock(services, farm, house, weighing.day)
        _near_the_scale(services, farm, house, weighing)
        told = Weighed(hand_weighings.new_id(), **weighing.model_dump(), at_ms=to_unix_ms(now), by=caller.name)
        return hand_weighed(hand_weighings.tell(services.records, farm, house, told, caller.address), flock)

    kept = await run_in_threadpool(keep)
    services.feed.changed(farm, house, ("weight",))
    return kept


@router.delete("/{farm}/{house}/hand-weighings/{weighing}", status_code=HTTPStatus.NO_CONTENT)
async def take_back(
    farm: FarmPath, house: HousePath, weighing: WeighingPath, services: WithServices, caller: WithCaller
) -> None:
    """Take a weighing by hand back; it corrects nothing any more."""

    def remove() -> None:
        known_house(services, farm, house)
        if not hand_weighings.remove(services.records, farm, house, weighing, caller.acting()):
            raise not_found("no_such_weighing", f"There is no weighing {weighing!r} here; read the list again.")

    await run_in_threadpool(remove)
    services.feed.changed(farm, house, ("weight",))


def _flock(services: Services, farm: str, house: str, day: date) -> FlockFacts:
    known_house(services, farm, house)
    flock = flocks.facts_on(services.records, farm, house, day)
    if flock is None:
        detail = f"No flock lived in {farm}/{house} on {day}: place it first, with the day it came."
        raise Refusal(HTTPStatus.CONFLICT, "no_flock", detail)
    return flock


def _near_the_scale(services: Services, farm: str, house: str, weighing: HandWeighing) -> None:
    weights = Weights(services.series, services.records, services.zones)
    said = weights.mean_on(farm, house, weighing.day)
    if said and abs(weighing.grams / said - 1) > APART_MOST:
        both = f"{weighing.grams:g} g by hand and {said:.0f} g on the scale"
        detail = f"grams: {both} can't be one flock; look at both scales"
        raise _unprocessable("too_far_apart", detail)


def _in_range(field: str, value: float, least: int, most: int) -> None:
    if not least <= value <= most:
        raise _unprocessable("weighed_out_of_range", f"{field}: {value:g} can't be; give {least} to {most}")


def _unprocessable(code: str, detail: str) -> Refusal:
    return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, code, detail)
