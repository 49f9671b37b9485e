"""The audit log of an organisation."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from cloud.api.caller import OrganisationPath, within
from cloud.api.models import AuditPage, AuditRow
from cloud.api.paging import Paged, paging
from cloud.api.services import WithServices
from cloud.rights import Right
from cloud.store import audit
from cloud.store.mail import instant
from contract.place import Slug

PAGE_MAX = 200

router = APIRouter(prefix="/organisations/{organisation}/audit", tags=["audit"])


@router.get("", dependencies=[Depends(within(Right.PEOPLE))])
def audit_log(
    organisation: OrganisationPath,
    services: WithServices,
    page: Annotated[Paged, paging(50, PAGE_MAX, int)],
    farm: Annotated[Slug | None, Query(description="only what was done about this farm")] = None,
    action: Annotated[
        Slug | None, Query(max_length=40, description="only this, or all that begins so: flock for flock-placed")
    ] = None,
) -> AuditPage:
    """List who did what, newest first."""
    before = page.after[0] if page.after else None
    found = audit.newest(services.records, organisation, page.wanted, before, farm=farm, action=action)
    rows = [
        AuditRow(
            id=row.id, at=instant(row.at_ms), who=row.who, action=row.action, about=row.about, farm=row.farm,
            address=row.address,
        )
        for row in page.cut(found, lambda row: (row.id,))
    ]  # fmt: skip
    return AuditPage(rows=rows, next=page.next)
