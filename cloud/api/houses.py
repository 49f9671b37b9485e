"""Houses: the list, one at a glance, its weights against the curve."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from cloud.api.caller import WithCaller, may
from cloud.api.models import HouseName, HouseNow, WeightHistory
from cloud.api.paging import WHOLE_LIST, Paged, paging
from cloud.api.paths import FarmPath, HousePath, known_house
from cloud.api.problems import not_found
from cloud.api.services import WithServices
from cloud.rights import Right
from cloud.store import houses
from contract.place import Slug

router = APIRouter(prefix="/houses", tags=["houses"])


@router.get("")
def list_houses(
    services: WithServices, caller: WithCaller, page: Annotated[Paged, paging(WHOLE_LIST, WHOLE_LIST, str, str)]
) -> list[HouseName]:
    """List every house of the farms that the caller may read."""
    named = houses.named(services.records, caller.farms(Right.READ))
    shown = page.sliced(named, lambda row: (row.farm, row.house))
    return [HouseName(farm=row.farm, house=row.house, name=row.name) for row in shown]


@router.get("/{farm}/{house}", dependencies=[Depends(may(Right.READ))])
def house_now(farm: FarmPath, house: HousePath, services: WithServices) -> HouseNow:
    """Return one house at a glance."""
    known_house(services, farm, house)
    return services.glance.house_now(farm, house)


@router.get("/{farm}/{house}/weights", dependencies=[Depends(may(Right.READ))])
def weights(
    farm: FarmPath,
    house: HousePath,
    services: WithServices,
    flock: Annotated[Slug | None, Query(description="one that is over, too; default: the one that lives there")] = None,
) -> WeightHistory:
    """Return a flock's daily weights and its breed's curve."""
    known_house(services, farm, house)
    if flock is None:
        return services.glance.weight_history(farm, house)
    history = services.glance.weights_of(farm, house, flock)
    if history is None:
        detail = f"The flock {flock!r} was never in {farm}/{house}."
        raise not_found("no_such_flock", detail, zh=f"{farm}/{house} 没有过批次 {flock}。")
    return history
