"""The audit log of an organisation."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from cloud.api.caller import OrganisationPath, within
from cloud.api.models import AuditPage, AuditRow
from cloud.api.services import WithServices
from cloud.rights import Right
from cloud.store import audit
from cloud.store.mail import instant

PAGE_MAX = 200

router = APIRouter(prefix="/organisations/{organisation}/audit", tags=["audit"])


@router.get("", dependencies=[Depends(within(Right.PEOPLE))])
def audit_log(
    organisation: OrganisationPath,
    services: WithServices,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="'before' of the page above")] = None,
) -> AuditPage:
    """List who did what, newest first, a page at a time."""
    rows = audit.newest(services.records, organisation, limit + 1, before)
    page = [
        AuditRow(
            id=row.id, at=instant(row.at_ms), who=row.who, action=row.action, about=row.about, farm=row.farm,
            address=row.address,
        )
        for row in rows[:limit]
    ]  # fmt: skip
    return AuditPage(rows=page, before=page[-1].id if len(rows) > limit else None)
