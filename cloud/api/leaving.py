"""Taking everything along, and deleting an organisation: owners only."""

from http import HTTPStatus
from tempfile import TemporaryFile
from typing import IO, Annotated

from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from cloud.api.caller import Caller, OrganisationPath, WithPerson, within
from cloud.api.devices import broker_asked
from cloud.api.models import Deletion, DeletionAsked
from cloud.api.problems import Refusal
from cloud.api.services import Services, WithServices
from cloud.enrolling import turn_out
from cloud.leaving.deletion import delete_organisation
from cloud.leaving.export import export
from cloud.rights import Right
from cloud.store import enrolments, farms

CHUNK_BYTES = 1 << 18

router = APIRouter(prefix="/organisations", tags=["organisations"])
Owner = Annotated[Caller, Depends(within(Right.PEOPLE))]


@router.get(
    "/{organisation}/export.zip",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}, "description": "Everything, as CSV and JPEG"}},
)
async def export_organisation(
    organisation: OrganisationPath, services: WithServices, owner: Owner
) -> StreamingResponse:
    """Return everything the organisation owns as one ZIP of CSV files and pictures."""
    return await services.exports.do(owner.key, lambda: _exported(services, organisation))


def _exported(services: Services, organisation: int) -> StreamingResponse:
    target = TemporaryFile(dir=services.config.data_dir)  # noqa: SIM115 - the answer closes it
    try:
        export(services.records, services.series, services.media, organisation, target)
    except BaseException:
        target.close()
        raise
    size = target.tell()
    target.seek(0)
    headers = {
        "Content-Disposition": f'attachment; filename="henwise-organisation-{organisation}.zip"',
        "Content-Length": str(size),
    }
    return _Export(target, headers)


@router.delete("/{organisation}")
async def delete_everything(
    organisation: OrganisationPath, asked: DeletionAsked, services: WithServices, person: WithPerson, _owner: Owner
) -> Deletion:
    """Delete the organisation with all its farms, records, series and pictures. Nothing brings them back."""
    try:
        await run_in_threadpool(_turn_devices_out, services, organisation, asked, person.caller)
    finally:
        services.decided()
    gone = await run_in_threadpool(delete_organisation, services.records, services.series, services.media, organisation)
    services.decided()  # a house of this name that comes again is a new one
    return Deletion(rows=gone.rows, series=gone.series, pictures=gone.pictures, series_left=gone.series_left)


def _turn_devices_out(services: Services, organisation: int, asked: DeletionAsked, caller: Caller) -> None:
    with services.records.reading() as connection:
        name = farms.name_of(connection, organisation)
        own = farms.of(connection, organisation)
    if asked.name != name:
        detail = f"name: write the organisation's name, {name!r}, to show that you mean it"
        zh = f"name：请输入组织名称“{name}”以确认删除。"
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "not_this_organisation", detail, zh=zh)
    for farm in sorted(own):
        for one in enrolments.listed(services.records, farm):
            with broker_asked():
                turn_out(services.config, services.records, one.place, caller.acting())


class _Export(StreamingResponse):
    """What is in a file, which is closed even when the reader has gone before the first byte."""

    def __init__(self, file: IO[bytes], headers: dict[str, str]) -> None:
        super().__init__(iter(lambda: file.read(CHUNK_BYTES), b""), media_type="application/zip", headers=headers)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()
