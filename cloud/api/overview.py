"""All houses at once: what the first page of the dashboard asks for."""

from datetime import UTC, datetime

from fastapi import APIRouter

from cloud.api.caller import WithCaller
from cloud.api.models import Overview, OverviewHouse
from cloud.api.services import Services, WithServices
from cloud.rights import Right
from cloud.store import houses

router = APIRouter(tags=["houses"])


@router.get("/overview")
def overview(services: WithServices, caller: WithCaller) -> Overview:
    """Return every house of the farms that the caller may read, each in short."""
    rows = houses.named(services.records, caller.farms(Right.READ))
    return Overview(now=datetime.now(UTC), houses=[_house(services, row.farm, row.house, row.name) for row in rows])


def _house(services: Services, farm: str, house: str, name: str | None) -> OverviewHouse:
    short = services.glance.in_short(farm, house)
    return OverviewHouse(farm=farm, house=house, name=name, **short, trend=services.trends.of(farm, house))
