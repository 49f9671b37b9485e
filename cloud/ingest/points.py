"""From a message to the points it carries. Pure."""

from datetime import UTC, datetime, timedelta
from typing import Final

from cloud.store.series import Point, SeriesKey
from contract.messages import (
    Event,
    FlockCount,
    FlockHealth,
    GateCrossing,
    HealthFinding,
    Message,
    Readings,
    Snapshot,
    WeightSample,
)
from contract.place import Place

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def source_of(event: Event) -> str | None:
    """Return the instrument, scale, camera or gate an event is about; None for a command's result."""
    match event:
        case Readings():
            return event.instrument
        case WeightSample():
            return event.scale
        case GateCrossing():
            return event.gate
        case FlockCount() | FlockHealth() | Snapshot() | HealthFinding():
            return event.camera
        case _:
            return None


def values_of(event: Event) -> dict[str, float]:
    """Return quantity key -> value of what an event measured; empty for pictures, findings and results."""
    match event:
        case Readings():
            return event.values
        case WeightSample():
            return {"weight_grams": event.grams}
        case FlockCount():
            return {"visible_birds": event.visible_birds}
        case GateCrossing():
            return {"gate_in_birds": event.birds_in, "gate_out_birds": event.birds_out}
        case FlockHealth():
            return {
                "activity_lengths_per_min": event.activity_lengths_per_min,
                "spread_ratio": event.spread_ratio,
                "still_birds": event.still_birds,
            }
        case _:
            return {}


def points_of(place: Place, event: Event) -> list[Point]:
    """Return the points of an event, in the quantities' units."""
    source = source_of(event)
    if source is None:
        return []
    at_ms = unix_ms(event)
    return [
        Point(SeriesKey(place.farm, place.house, place.device, source, quantity), at_ms, float(value))
        for quantity, value in values_of(event).items()
    ]


def unix_ms(message: Message) -> int:
    """Return when a message was stamped, as Unix time in ms."""
    # Whole milliseconds, computed without a float in between.
    return (message.at - _EPOCH) // _MILLISECOND
