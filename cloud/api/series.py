"""One measured quantity over time."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, Field

from cloud import passages
from cloud.api.caller import may
from cloud.api.models import DoubtfulSpan, GatesAnswer, SeriesAnswer
from cloud.api.paths import FarmPath, HousePath, known_house
from cloud.api.problems import Refusal, not_found
from cloud.api.services import Services, WithServices
from cloud.rights import Right
from cloud.store import doubtful, late
from cloud.store.columns import Values
from cloud.store.doubtful import Stretch
from cloud.store.series import SeriesKey, Window
from contract.place import SLUG_MAX_CHARACTERS, Slug
from contract.quantities import QUANTITIES

POINTS_MAX = 5_000
DEFAULT_SPAN_MS = 24 * 3_600_000

Source = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)?$",
        max_length=2 * SLUG_MAX_CHARACTERS + 1,
        description="instrument, scale, gate or camera; camera.zone for a zone of a camera",
    ),
]

router = APIRouter(prefix="/houses", tags=["series"], dependencies=[Depends(may(Right.READ))])


@router.get("/{farm}/{house}/series")
def series(
    farm: FarmPath,
    house: HousePath,
    services: WithServices,
    *,
    quantity: str,
    source: Source | None = None,
    device: Slug | None = None,
    from_: Annotated[AwareDatetime | None, Query(alias="from", description="default: 24 h before 'to'")] = None,
    to: Annotated[AwareDatetime | None, Query(description="RFC 3339 with zone, or Unix time in ms")] = None,
    points: Annotated[int, Query(ge=2, le=POINTS_MAX)] = 300,
    believed: Annotated[
        bool, Query(description="true: null where the device itself does not believe the values")
    ] = False,
) -> SeriesAnswer:
    """Return one series in at most ``points`` rows.

    Without a source, the one that spoke last, zones left out; without a span, the last 24 h.
    """
    known_house(services, farm, house)
    if quantity not in QUANTITIES:
        detail = f"quantity: {quantity!r} is unknown; known are: {', '.join(QUANTITIES)}"
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_request", detail, zh=f"quantity：没有 {quantity} 这个量。")
    start_ms, end_ms = _span(from_, to)
    key = _chosen(services, farm, house, (quantity, source, device))
    came_late = late.spans(services.records, (farm, house), key.device, start_ms, end_ms)
    found = doubtful.stretches(services.records, farm, house, start_ms, end_ms)
    doubts = [one for one in found if (one.device, one.source, one.quantity) == key[2:]]
    window = services.series.window(key, start_ms, end_ms, points)
    return _answer(key, doubtful.believed(window, doubts, end_ms) if believed else window, doubts, came_late)


@router.get("/{farm}/{house}/gates")
def gates(
    farm: FarmPath,
    house: HousePath,
    services: WithServices,
    *,
    from_: Annotated[AwareDatetime | None, Query(alias="from", description="default: 24 h before 'to'")] = None,
    to: Annotated[AwareDatetime | None, Query(description="RFC 3339 with zone, or Unix time in ms")] = None,
) -> GatesAnswer:
    """Return who went out through a house's gates and came back, in steps; without a span, over the last 24 h."""
    known_house(services, farm, house)
    now_ms = _ms(datetime.now(UTC))
    start_ms, end_ms = _span(from_, to)
    zone = services.zones.of(farm)
    told = passages.passages(services.series, farm, house, zone, (start_ms, end_ms), now_ms)
    return GatesAnswer(
        gates=passages.gates(services.series, farm, house),
        step_s=told.step_s,
        at_ms=told.at_ms.tolist(),
        birds_in=_column(told.birds_in),
        birds_out=_column(told.birds_out),
        outside=_column(told.outside),
    )


def _span(from_: datetime | None, to: datetime | None) -> tuple[int, int]:
    end_ms = _ms(to or datetime.now(UTC))
    start_ms = end_ms - DEFAULT_SPAN_MS if from_ is None else _ms(from_)
    if not start_ms < end_ms:
        raise Refusal(
            HTTPStatus.UNPROCESSABLE_ENTITY, "bad_request", "from: must be before 'to'", zh="from：须早于 to。"
        )
    return start_ms, end_ms


def _chosen(services: Services, farm: str, house: str, wanted: tuple[str, str | None, str | None]) -> SeriesKey:
    quantity, source, device = wanted
    candidates = [
        key
        for key in services.series.keys(farm, house)
        if key.quantity == quantity and _is_wanted(key, source) and device in {None, key.device}
    ]
    if not candidates:
        raise not_found("no_such_series", f"Nothing here has measured {quantity} yet.")
    if len(candidates) == 1:
        return candidates[0]
    newest = {key: services.series.latest(key) for key in candidates}
    return max(candidates, key=lambda key: found.at_ms if (found := newest[key]) else 0)


def _is_wanted(key: SeriesKey, source: str | None) -> bool:
    # A zone is a part of its camera: it is answered only when it is asked for.
    return key.source == source if source else "." not in key.source


def _answer(key: SeriesKey, window: Window, doubts: list[Stretch], came_late: list[tuple[int, int]]) -> SeriesAnswer:
    return SeriesAnswer(
        device=key.device,
        source=key.source,
        quantity=key.quantity,
        unit=QUANTITIES[key.quantity].unit,
        resolution="bucket" if window.bucketed else "raw",
        basis=window.basis,
        late=came_late,
        days_of="UTC" if window.basis == "daily" else None,
        at_ms=window.at_ms.tolist(),
        doubtful=[DoubtfulSpan(from_ms=one.from_ms, to_ms=one.to_ms, why=one.why) for one in doubts],
        mean=_column(window.mean),
        low=_column(window.low),
        high=_column(window.high),
    )


def _column(values: Values) -> list[float | None]:
    return [None if missing else value for value, missing in zip(values.tolist(), np.isnan(values), strict=True)]


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
