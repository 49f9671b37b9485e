"""Edge devices: which speak, which wait until somebody approves them, and which may not any more."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends

from cloud.api.caller import WithCaller, may
from cloud.api.models import Decision, EnrolledDevice
from cloud.api.paging import Paged, paging
from cloud.api.paths import DevicePath, FarmPath, HousePath
from cloud.api.services import WithServices
from cloud.ingest.points import to_unix_ms
from cloud.rights import Right
from cloud.store import enrolments
from cloud.store.enrolments import Enrolled, State
from cloud.store.mail import instant
from contract.place import Place

ORDER: Final[tuple[State, ...]] = ("waiting", "revoked", "approved")

router = APIRouter(prefix="/farms", tags=["devices"], dependencies=[Depends(may(Right.DEVICES))])


@router.get("/{farm}/devices")
def list_devices(
    farm: FarmPath, services: WithServices, page: Annotated[Paged, paging(200, 1_000, int, str, str)]
) -> list[EnrolledDevice]:
    """List the devices of a farm that were ever heard of; those that wait come first."""
    return [
        EnrolledDevice(
            house=one.place.house,
            device=one.place.device,
            state=one.state,
            last_seen=instant(one.last_seen_ms) if one.last_seen_ms else None,
            held_messages=one.held_messages,
            decided_by=one.by,
        )
        for one in page.sliced(enrolments.listed(services.records, farm), _key)
    ]


@router.put("/{farm}/devices/{house}/{device}")
def decide(
    farm: FarmPath,
    house: HousePath,
    device: DevicePath,
    decision: Decision,
    services: WithServices,
    caller: WithCaller,
) -> Decision:
    """Let a device speak, or take in nothing more of it; what its outbox kept arrives within minutes."""
    place = Place(farm=farm, house=house, device=device)
    now_ms = to_unix_ms(datetime.now(UTC))
    enrolments.decide(services.records, place, decision.state, caller.name, now_ms, caller.address)
    return decision


def _key(one: Enrolled) -> tuple[int, str, str]:
    return ORDER.index(one.state), one.place.house, one.place.device
