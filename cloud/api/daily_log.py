"""The daily log of a house: what a person writes down of a day.

The client makes an entry's id, so that an entry that was written without a line can be sent until it is answered: the
same id with the same content is answered again and kept once, with other content refused (409). Nothing is
overwritten: a correction is a new entry that names the one it ``replaces``, and DELETE takes an entry back openly.
"""

from dataclasses import fields
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Query, Response
from fastapi import Path as PathParameter
from fastapi.concurrency import run_in_threadpool

from cloud.api.caller import Caller, WithCaller, may
from cloud.api.models import EntryTold, LogEntryNow, LogPage
from cloud.api.paging import Paged, bad_cursor, paging
from cloud.api.paths import FarmPath, HousePath, known_house
from cloud.api.pictures import IMMUTABLE, JPEG
from cloud.api.problems import not_found
from cloud.api.services import Services, WithServices
from cloud.book.answers import entry_now, log_days
from cloud.book.log import LogBook
from cloud.book.moment import Writing
from cloud.ingest.points import to_unix_ms
from cloud.rights import Right
from cloud.store import daily_log
from cloud.store.daily_log import EntryFacts, KeptEntry, PhotoKey
from contract.place import SLUG_MAX_CHARACTERS, Slug

DAYS_MAX: Final = 60
KEPT: Final[dict[int | str, dict[str, Any]]] = {
    201: {"model": LogEntryNow, "description": "Kept; 200: it was here already"}
}

EntryPath = Annotated[Slug, PathParameter(min_length=1, max_length=SLUG_MAX_CHARACTERS)]

router = APIRouter(prefix="/houses", tags=["log"])


@router.get("/{farm}/{house}/log", dependencies=[Depends(may(Right.READ))])
def read_log(
    farm: FarmPath,
    house: HousePath,
    services: WithServices,
    page: Annotated[Paged, paging(7, DAYS_MAX, str)],
    *,
    replaced: Annotated[bool, Query(description="also what was corrected or taken back")] = False,
) -> LogPage:
    """Read the log, newest day first; a row of a page is a day that has entries."""
    known_house(services, farm, house)
    before = _day(page.after[0]) if page.after else None
    days = daily_log.days_before(services.records, farm, house, before, page.wanted, replaced=replaced)
    shown = page.cut(days, lambda day: (day.isoformat(),))
    return LogPage(days=log_days(services.records, farm, house, shown, replaced=replaced), next=page.next)


@router.put("/{farm}/{house}/log/{entry}", responses=KEPT, dependencies=[Depends(may(Right.RECORD))])
async def write(
    farm: FarmPath,
    house: HousePath,
    entry: EntryPath,
    told: EntryTold,
    services: WithServices,
    caller: WithCaller,
    response: Response,
) -> LogEntryNow:
    """Write an entry, or correct one by a new one."""
    facts = entry_facts(told)

    def keep() -> tuple[KeptEntry, bool]:
        return _book(services, farm, house).write(entry, facts, writing_now(services, farm, caller))

    kept, new = await run_in_threadpool(keep)
    response.status_code = HTTPStatus.CREATED if new else HTTPStatus.OK
    services.feed.changed(farm, house, ("stock",))
    services.engine.changed(farm, house)
    return entry_now(kept, farm, house)


@router.delete("/{farm}/{house}/log/{entry}", dependencies=[Depends(may(Right.RECORD))])
async def take_back(
    farm: FarmPath, house: HousePath, entry: EntryPath, services: WithServices, caller: WithCaller
) -> LogEntryNow:
    """Take an entry back; it stays readable as taken back. Again changes nothing."""

    def keep() -> KeptEntry:
        return _book(services, farm, house).withdraw(entry, writing_now(services, farm, caller))

    kept = await run_in_threadpool(keep)
    services.feed.changed(farm, house, ("stock",))
    services.engine.changed(farm, house)
    return entry_now(kept, farm, house)


@router.put("/{farm}/{house}/log/{entry}/photo", dependencies=[Depends(may(Right.RECORD))])
def photograph(
    farm: FarmPath,
    house: HousePath,
    entry: EntryPath,
    jpeg: Annotated[bytes, Body(media_type="image/jpeg", description="at most 1 MiB")],
    services: WithServices,
) -> LogEntryNow:
    """Add the photo of an entry; the same again changes nothing, another one is refused."""
    return entry_now(_book(services, farm, house).photograph(services.media, entry, jpeg), farm, house)


@router.get(
    "/{farm}/{house}/log/{entry}/photo.jpg",
    response_class=Response,
    responses=JPEG,
    dependencies=[Depends(may(Right.READ))],
)
def photo(farm: FarmPath, house: HousePath, entry: EntryPath, services: WithServices) -> Response:
    """Return the photo of an entry; it never changes, so it may be kept for ever."""
    with services.records.reading() as connection:
        kept = daily_log.find(connection, farm, house, entry)
    jpeg = services.media.read(PhotoKey(farm, house, kept.photo)) if kept and kept.photo else None
    if jpeg is None:
        raise not_found("no_such_picture", "There is no such picture any more.")
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": IMMUTABLE})


def writing_now(services: Services, farm: str, caller: Caller) -> Writing:
    """Return who writes, and when it is on the farm; blocking."""
    now = datetime.now(UTC)
    return Writing(caller.name, to_unix_ms(now), services.zones.day(farm, now), caller.address)


def entry_facts(told: EntryTold) -> EntryFacts:
    """Return what was sent as it is kept."""
    sent = told.model_dump(exclude={"at"})
    return EntryFacts(
        at_ms=to_unix_ms(told.at), **{one.name: sent[one.name] for one in fields(EntryFacts) if one.name in sent}
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise bad_cursor() from None


def _book(services: Services, farm: str, house: str) -> LogBook:
    known_house(services, farm, house)
    return LogBook(services.records, farm, house)
