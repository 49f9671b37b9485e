"""How the service does, for whatever watches it; no sign-in, so it names no farm."""

from fastapi import APIRouter, Depends

from cloud.api.caller import anybody
from cloud.api.models import Health
from cloud.api.services import WithServices

router = APIRouter(tags=["health"], dependencies=[Depends(anybody)])


@router.get("/healthz")
def healthz(services: WithServices) -> Health:
    """Return 200 as long as the service answers at all; the body says whether all is well."""
    vitals = services.vitals
    well = vitals.broker_connected and vitals.store_writable
    return Health(
        status="ok" if well else "degraded",
        broker_connected=vitals.broker_connected,
        store_writable=vitals.store_writable,
    )
