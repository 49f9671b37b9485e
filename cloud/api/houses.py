"""Houses: the list, one at a glance, its weights against the curve."""

from fastapi import APIRouter, Depends

from cloud.api.models import HouseName, HouseNow, WeightHistory
from cloud.api.paths import FarmPath, HousePath, known_house
from cloud.api.services import WithServices
from cloud.api.session import signed_in
from cloud.store import houses

router = APIRouter(prefix="/houses", tags=["houses"], dependencies=[Depends(signed_in)])


@router.get("")
def list_houses(services: WithServices) -> list[HouseName]:
    """List every house that was ever heard of."""
    return [HouseName(farm=farm, house=house) for farm, house in houses.names(services.records)]


@router.get("/{farm}/{house}")
def house_now(farm: FarmPath, house: HousePath, services: WithServices) -> HouseNow:
    """Return one house at a glance."""
    known_house(services, farm, house)
    return services.glance.house_now(farm, house)


@router.get("/{farm}/{house}/weights")
def weights(farm: FarmPath, house: HousePath, services: WithServices) -> WeightHistory:
    """Return the flock's daily weights and the breed's curve."""
    known_house(services, farm, house)
    return services.glance.weight_history(farm, house)
