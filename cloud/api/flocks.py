"""Flocks: placing one, what becomes of its birds, closing it.

As with the log, the client makes the ids and nothing is overwritten. A flock is corrected by sending it again with
``If-Match`` and the ETag that was read; an event by a new one that names the one it ``replaces``.
"""

from dataclasses import fields
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Response
from fastapi import Path as PathParameter
from fastapi.concurrency import run_in_threadpool

from cloud.api.caller import WithCaller, may
from cloud.api.daily_log import writing_now
from cloud.api.models import EventTold, FlockRecord, Floor, Placing, StockHistory
from cloud.api.paging import Paged, paging
from cloud.api.paths import FarmPath, HousePath, known_house
from cloud.api.problems import Refusal, not_found
from cloud.api.services import Services, WithServices
from cloud.book.answers import flock_record, flock_records, stock_history
from cloud.book.flocks import FlockBook
from cloud.ingest.points import to_unix_ms
from cloud.rights import Right
from cloud.store import houses
from cloud.store.flocks import EventFacts, FlockFacts
from contract.place import SLUG_MAX_CHARACTERS, Slug

KEPT: Final[dict[int | str, dict[str, Any]]] = {
    201: {"model": FlockRecord, "description": "Kept; 200: it was here already"}
}
MEMBERS: Final = ("flock", "stock", "weight")
"""What of a house at a glance a flock changes."""

FlockPath = Annotated[Slug, PathParameter(min_length=1, max_length=SLUG_MAX_CHARACTERS)]
EventPath = Annotated[Slug, PathParameter(min_length=1, max_length=SLUG_MAX_CHARACTERS)]

router = APIRouter(prefix="/houses", tags=["flocks"])


@router.get("/{farm}/{house}/flocks", dependencies=[Depends(may(Right.READ))])
def list_flocks(
    farm: FarmPath, house: HousePath, services: WithServices, page: Annotated[Paged, paging(50, 200, int, str)]
) -> list[FlockRecord]:
    """List every flock that was ever in a house, the one placed last first."""
    known_house(services, farm, house)
    records = flock_records(services.records, farm, house)
    return page.sliced(records, lambda one: (-one.placed_on.toordinal(), one.flock))


@router.get("/{farm}/{house}/stock", dependencies=[Depends(may(Right.READ))])
def stock(farm: FarmPath, house: HousePath, services: WithServices) -> StockHistory:
    """Return every day of the flock that lives in a house: birds, losses, feed, water."""
    known_house(services, farm, house)
    zone = services.zones.of(farm)
    return stock_history(services.records, farm, house, datetime.now(zone).date(), time_zone=zone.key)


@router.put("/{farm}/{house}/flocks/{flock}", responses=KEPT, dependencies=[Depends(may(Right.FLOCK))])
async def place(
    farm: FarmPath,
    house: HousePath,
    flock: FlockPath,
    placing: Placing,
    services: WithServices,
    caller: WithCaller,
    response: Response,
    if_match: Annotated[str | None, Header(description="ETag of the version that is corrected")] = None,
) -> FlockRecord:
    """Place a flock in a house, or correct what was told of it."""
    facts = FlockFacts(house=house, **placing.model_dump())
    corrects = _version(if_match)

    def keep() -> bool:
        book = FlockBook(services.records, farm)
        _, changed = book.place(flock, facts, writing_now(services, farm, caller), corrects=corrects)
        return changed

    changed = await run_in_threadpool(keep)
    response.status_code = HTTPStatus.CREATED if changed and corrects is None else HTTPStatus.OK
    return await _answer(services, farm, (house,), flock, response)


@router.put("/{farm}/{house}/flocks/{flock}/events/{event}", responses=KEPT, dependencies=[Depends(may(Right.FLOCK))])
async def tell(
    farm: FarmPath,
    house: HousePath,
    flock: FlockPath,
    event: EventPath,
    told: EventTold,
    services: WithServices,
    caller: WithCaller,
    response: Response,
) -> FlockRecord:
    """Write down that birds were thinned, transferred or harvested, or that the flock is over."""
    facts = event_facts(flock, house, told)

    def keep() -> bool:
        known_house(services, farm, house)
        _, new = FlockBook(services.records, farm).tell(event, facts, writing_now(services, farm, caller))
        return new

    new = await run_in_threadpool(keep)
    response.status_code = HTTPStatus.CREATED if new else HTTPStatus.OK
    return await _answer(services, farm, (house, facts.to_house or house), flock, response)


@router.delete("/{farm}/{house}/flocks/{flock}/events/{event}", dependencies=[Depends(may(Right.FLOCK))])
async def take_back(
    farm: FarmPath,
    house: HousePath,
    flock: FlockPath,
    event: EventPath,
    services: WithServices,
    caller: WithCaller,
    response: Response,
) -> FlockRecord:
    """Take an event back; it stays in the records. Again changes nothing."""

    def keep() -> None:
        book = FlockBook(services.records, farm)
        book.withdraw(house, flock, event, writing_now(services, farm, caller))

    await run_in_threadpool(keep)
    named = [name for name in await run_in_threadpool(houses.names, services.records) if name[0] == farm]
    return await _answer(services, farm, tuple(name for _, name in named), flock, response)


@router.put("/{farm}/{house}/floor", dependencies=[Depends(may(Right.FLOCK))])
async def set_floor(farm: FarmPath, house: HousePath, floor: Floor, services: WithServices) -> Floor:
    """Say how much floor the birds of a house have: the density is reckoned with it."""

    def keep() -> None:
        known_house(services, farm, house)
        houses.set_floor(services.records, farm, house, floor.floor_m2)

    await run_in_threadpool(keep)
    services.feed.changed(farm, house, ("stock",))
    return floor


def event_facts(flock: str, house: str, told: EventTold) -> EventFacts:
    """Return what was sent as it is kept."""
    sent = told.model_dump(exclude={"at"})
    known = {one.name: sent[one.name] for one in fields(EventFacts) if one.name in sent}
    return EventFacts(flock=flock, house=house, at_ms=to_unix_ms(told.at), **known)


async def _answer(
    services: Services, farm: str, changed: tuple[str, ...], flock: str, response: Response
) -> FlockRecord:
    for house in dict.fromkeys(changed):
        services.feed.changed(farm, house, MEMBERS)
    record = await run_in_threadpool(flock_record, services.records, farm, flock)
    if record is None:
        raise not_found("no_such_flock", f"There is no flock {flock!r} on this farm.")
    response.headers["ETag"] = f'"{record.version}"'
    return record


def _version(if_match: str | None) -> int | None:
    if if_match is None:
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > len(str(2**31)):
        detail = f'If-Match: {if_match!r} is not an ETag of a flock; send the one you have read, such as "1".'
        raise Refusal(HTTPStatus.PRECONDITION_FAILED, "corrected_meanwhile", detail)
    return int(text)
