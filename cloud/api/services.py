"""What the routers need, handed in by the composition root; a view's signature says what it takes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from cloud.alerts.delivery.desk import NotificationDesk
from cloud.alerts.engine import Engine
from cloud.api.heavy import Heavy
from cloud.config import CloudConfig
from cloud.droppings import DroppingsNetwork
from cloud.glance import Glance
from cloud.ingest.courier import Courier
from cloud.live import Feed, Hub
from cloud.metrics import Metrics
from cloud.oidc import Provider
from cloud.store.attempts import Attempts
from cloud.store.media import Media
from cloud.store.people import Passwords
from cloud.store.records import Records
from cloud.store.series import SeriesStore
from cloud.store.zones import Zones
from cloud.trends import Trends
from cloud.vitals import Vitals


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of a running service, composed once by ``cloud.app``."""

    config: CloudConfig
    series: SeriesStore
    records: Records
    zones: Zones
    media: Media
    hub: Hub
    glance: Glance
    trends: Trends
    droppings: DroppingsNetwork
    metrics: Metrics
    vitals: Vitals
    passwords: Passwords
    attempts: Attempts
    courier: Courier
    feed: Feed
    provider: Provider | None
    notifications: NotificationDesk
    engine: Engine
    heavy: Heavy
    exports: Heavy
    decided: Callable[[], None]
    """Tells all processes, from the event loop's thread, that it was decided anew which devices may speak."""


async def _services(request: Request) -> Services:
    services = request.app.state.services
    if not isinstance(services, Services):
        raise TypeError("create_app() sets app.state.services")
    return services


WithServices = Annotated[Services, Depends(_services)]
