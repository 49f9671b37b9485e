"""Reports: of a flock's day, week and whole life, and of flocks side by side, as answers and as files.

Reading one needs the right ``read``, taking a file away ``export``; a comparison needs it on every farm it is about.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from cloud.api.caller import Caller, WithCaller, may, not_allowed
from cloud.api.flocks import FlockPath
from cloud.api.language import Language, language_of
from cloud.api.models import FarmFlock, ReportNow
from cloud.api.paging import Paged, paging
from cloud.api.paths import FarmPath, no_such_farm
from cloud.api.problems import Refusal
from cloud.api.services import Services, WithServices
from cloud.book.stock import flock_totals
from cloud.report.desk import COMPARED_MOST, FlockKind, Wish, last_day, report
from cloud.report.files import MEDIA_TYPES, Format, ReportFile, made
from cloud.report.gather import Gatherer
from cloud.report.others import read_by
from cloud.report.printed import Printed
from cloud.report.units import Units
from cloud.rights import Right
from cloud.store import audit, flocks
from contract.place import SLUG_MAX_CHARACTERS

FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {media.partition(";")[0]: {} for media in MEDIA_TYPES.values()}, "description": "The file"}
}

Kind = Annotated[FlockKind, Query(description="one day on a page, seven days, or the whole flock")]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a report is asked for, in the query; ``spoken`` is the language of who asks."""

    request: Request
    last: Annotated[date | None, Query(description="last day it covers, on the farm; default: today")] = None
    units: Annotated[Units, Query(description="si: g, kg, °C; jin: 斤 for weights; us: lb, °F, gal")] = "si"
    language: Annotated[Language | None, Query(description="default: what Accept-Language asks for")] = None

    @property
    def spoken(self) -> Language:
        """Return the language that is asked for, by name or by the header."""
        return self.language or language_of(self.request.headers)


@dataclass(frozen=True, slots=True)
class FileShape:
    """How a report's file is asked for, in the query."""

    table: Annotated[
        str | None, Query(max_length=32, pattern="^[a-z_]+$", description="of CSV and Parquet; default: the main one")
    ] = None
    bom: Annotated[bool, Query(description="CSV: begin with a byte order mark, for spreadsheets on Windows")] = False


WithShape = Annotated[Shape, Depends()]
WithFileShape = Annotated[FileShape, Depends()]

FarmAndFlock = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?/[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
        max_length=2 * SLUG_MAX_CHARACTERS + 1,
    ),
]
Compared = Annotated[
    list[FarmAndFlock],
    Query(alias="flock", min_length=2, max_length=COMPARED_MOST, description="farm/flock, once for each"),
]

router = APIRouter(tags=["reports"])


@router.get("/farms/{farm}/flocks", dependencies=[Depends(may(Right.READ))])
def list_farm_flocks(
    farm: FarmPath, services: WithServices, page: Annotated[Paged, paging(200, 1_000, int, str)]
) -> list[FarmFlock]:
    """List all flocks of a farm, newest placement first."""
    with services.records.reading() as connection:
        known = flocks.load(connection, farm)
        shown = page.sliced(known.flocks, lambda one: (-one.facts.placed_on.toordinal(), one.flock))
        return [
            FarmFlock(
                farm=farm,
                flock=one.flock,
                house=one.facts.house,
                breed=one.facts.breed,
                placed_on=one.facts.placed_on,
                closed_on=known.closed_on(one.flock),
                birds=flock_totals(connection, known, farm, one.flock).birds,
            )
            for one in shown
        ]


@router.get("/farms/{farm}/flocks/{flock}/report", dependencies=[Depends(may(Right.READ))])
async def flock_report(
    farm: FarmPath, flock: FlockPath, services: WithServices, caller: WithCaller, shape: WithShape, kind: Kind = "flock"
) -> ReportNow:
    """Return a report about one flock."""
    return await services.heavy.do(
        caller.key, lambda: report_now(_made(services, caller, kind, ((farm, flock),), shape))
    )


@router.get(
    "/farms/{farm}/flocks/{flock}/report.{form}",
    dependencies=[Depends(may(Right.EXPORT))],
    responses=FILES,
    response_class=Response,
)
async def flock_report_file(
    farm: FarmPath,
    flock: FlockPath,
    form: Format,
    services: WithServices,
    caller: WithCaller,
    shape: WithShape,
    of_file: WithFileShape,
    kind: Kind = "flock",
) -> Response:
    """Return a report about one flock as a file."""

    def work() -> Response:
        return _file(services, caller, _made(services, caller, kind, ((farm, flock),), shape), [farm], form, of_file)

    return await services.heavy.do(caller.key, work)


@router.get("/comparison")
async def comparison(flock: Compared, services: WithServices, caller: WithCaller, shape: WithShape) -> ReportNow:
    """Return flocks side by side, of one farm or of several."""
    named = checked_flocks(flock, caller, Right.READ)
    return await services.heavy.do(caller.key, lambda: report_now(_made(services, caller, "comparison", named, shape)))


@router.get("/comparison.{form}", responses=FILES, response_class=Response)
async def comparison_file(
    flock: Compared,
    form: Format,
    services: WithServices,
    caller: WithCaller,
    shape: WithShape,
    of_file: WithFileShape,
) -> Response:
    """Return flocks side by side as a file."""
    named = checked_flocks(flock, caller, Right.EXPORT)

    def work() -> Response:
        made_of = _made(services, caller, "comparison", named, shape)
        return _file(services, caller, made_of, (farm for farm, _ in named), form, of_file)

    return await services.heavy.do(caller.key, work)


def checked_flocks(named: list[str], caller: Caller, right: Right) -> tuple[tuple[str, str], ...]:
    """Return farm and flock of each name, each farm one that the caller has the right on.

    Raises:
        Refusal: a farm is none of the caller's (404), the right is lacking (403), or only one flock is named (422).
    """
    pairs = [one.split("/") for one in dict.fromkeys(named)]
    if len(pairs) < 2:  # noqa: PLR2004 - side by side are two
        detail = "flock: name two different flocks at least"
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_request", detail, zh="flock：请至少选择两个不同的批次。")
    for farm, _ in pairs:
        if not caller.grants.on(farm):
            raise no_such_farm(farm)
        if not caller.may(right, farm):
            raise not_allowed(right)
    return tuple((farm, flock) for farm, flock in pairs)


def gatherer(services: Services) -> Gatherer:
    """Return what reads the stores for a report."""
    return Gatherer(services.series, services.records, services.zones)


def today(services: Services, farm: str) -> date:
    """Return the day it is on a farm; blocking."""
    return services.zones.day(farm, datetime.now(UTC))


def taken_away(services: Services, caller: Caller, farms: Iterable[str], what: str) -> None:
    """Write into the audit log of each farm that somebody takes its figures away; blocking."""
    for farm in dict.fromkeys(farms):
        audit.note_alone(services.records, caller.acting(), "export-taken", what, farm=farm)


def report_now(printed: Printed) -> ReportNow:
    """Return a report as the API answers with it."""
    plain = asdict(printed)
    plain.pop("file_name")
    charts = [{**one["chart"], "name": one["name"]} for one in plain.pop("charts")]
    return ReportNow.model_validate({**plain, "charts": charts})


def sent(file: ReportFile) -> Response:
    """Return a file as an answer that a browser saves under its name."""
    disposition = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return Response(file.content, media_type=file.media_type, headers={"Content-Disposition": disposition})


def _made(
    services: Services,
    caller: Caller,
    kind: FlockKind | Literal["comparison"],
    named: tuple[tuple[str, str], ...],
    shape: Shape,
) -> Printed:
    last = last_day(shape.last, today(services, named[0][0]))
    reads = read_by(services.records, caller.grants)
    return report(gatherer(services), Wish(kind, named, last, shape.spoken, shape.units, reads))


def _file(
    services: Services, caller: Caller, printed: Printed, farms: Iterable[str], form: Format, of_file: FileShape
) -> Response:
    file = made(printed, form, table=of_file.table, bom=of_file.bom)
    taken_away(services, caller, farms, file.name)
    return sent(file)
