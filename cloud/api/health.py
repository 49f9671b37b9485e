"""How the service does, for whatever watches it; no sign-in, so nothing here names a farm."""

from http import HTTPStatus
from typing import Any, Final, Literal

from fastapi import APIRouter, Depends, Response
from prometheus_client import CONTENT_TYPE_LATEST

from cloud.api.caller import anybody
from cloud.api.models import Health
from cloud.api.services import WithServices
from cloud.vitals import StoreName, Vitals

Responses = dict[int | str, dict[str, Any]]

router = APIRouter(tags=["health"], dependencies=[Depends(anybody)])

STORES: Final[tuple[StoreName, ...]] = ("records", "series")
NOT_READY: Final[Responses] = {503: {"model": Health, "description": "Not ready; the body says why"}}
PLAIN: Final[Responses] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}


@router.get("/healthz")
def healthz(services: WithServices) -> Health:
    """Return 200 as long as the service answers at all; the body says whether all is well."""
    return health_of(services.vitals)


@router.get("/readyz", responses=NOT_READY)
def readyz(services: WithServices, response: Response) -> Health:
    """Return 200 while the service can hear devices and keep what they say, else 503."""
    health = health_of(services.vitals)
    if health.status != "ok":
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return health


@router.get("/metrics", response_class=Response, responses=PLAIN)
def metrics(services: WithServices) -> Response:
    """Return the service's counters in the text format of Prometheus."""
    return Response(services.metrics.text(), media_type=CONTENT_TYPE_LATEST)


def health_of(vitals: Vitals) -> Health:
    """Return what health pages say."""
    away: list[Literal["broker", "records", "series"]] = [name for name in STORES if name in vitals.away]
    waiting = away if vitals.broker_connected or vitals.starting else [*away, "broker"]
    well = vitals.store_writable and not waiting
    return Health(
        status="starting" if vitals.starting else "ok" if well else "degraded",
        waiting_for=waiting,
        broker_connected=vitals.broker_connected,
        store_writable=vitals.store_writable,
    )
