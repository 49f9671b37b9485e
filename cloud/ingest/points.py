"""From a message to the points it carries. Pure."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from cloud.store.series import PointRows, SeriesKey
from contract.messages import (
    Event,
    FlockCount,
    FlockHealth,
    GateCrossing,
    HealthFinding,
    Message,
    Readings,
    RollCall,
    Snapshot,
    WeightSample,
)
from contract.place import Place

ROLL_CALL: Final = "roll-call"
"""Source of the points of a device's roll call: all its gates together."""

VISIBLE: Final = "visible_birds"

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
        case RollCall():
            return ROLL_CALL
        case FlockCount() | FlockHealth() | Snapshot() | HealthFinding():
            return event.camera
        case _:
            return None


def zone_source(camera: str, zone: str) -> str:
    """Return the source of the points of a camera's zone; no camera's name has a dot in it."""
    return f"{camera}.{zone}"


def values_of(event: Event) -> dict[str, float]:  # noqa: PLR0911  # one line per message
    """Return quantity key -> value of what an event measured; empty for pictures, findings and results."""
    match event:
        case Readings():
            return event.values
        case WeightSample():
            return {"weight_grams": event.grams}
        case FlockCount():
            return {VISIBLE: event.visible_birds, "share_birds": event.share_birds}
        case GateCrossing():
            return {"gate_in_birds": event.birds_in, "gate_out_birds": event.birds_out}
        case RollCall():
            return {"outside_birds": event.outside_birds}
        case FlockHealth():
            return {
                "activity_lengths_per_min": event.activity_lengths_per_min,
                "spread_ratio": event.spread_ratio,
                "huddle_ratio": event.huddle_ratio,
                "still_birds": event.still_birds,
            }
        case _:
            return {}


def put_points(rows: PointRows, place: Place, event: Event) -> None:
    """Add the points of an event, in the quantities' units."""
    source = source_of(event)
    if source is None:
        return
    at_ms, keys, values = unix_ms(event), _keys(place, source), values_of(event)
    rows.add_all([keys[quantity] for quantity in values], at_ms, map(float, values.values()))
    if isinstance(event, FlockCount):
        for zone, birds in event.by_zone.items():
            rows.add(_keys(place, zone_source(source, zone))[VISIBLE], at_ms, float(birds))


class _Keys(dict[str, SeriesKey]):
    """Quantity -> series of one source, made when it is first asked for; quantities are few."""

    def __init__(self, place: Place, source: str) -> None:
        super().__init__()
        self._of = (place.farm, place.house, place.device, source)

    def __missing__(self, quantity: str) -> SeriesKey:
        key = self[quantity] = SeriesKey(*self._of, quantity)
        return key


# A message brings twenty points of one source, again and again.
@lru_cache(maxsize=65_536)
def _keys(place: Place, source: str) -> _Keys:
    return _Keys(place, source)


def unix_ms(message: Message) -> int:
    """Return when a message was stamped, as Unix time in ms."""
    return to_unix_ms(message.at)


def to_unix_ms(at: datetime) -> int:
    """Return an aware time as Unix time in ms."""
    # Whole milliseconds, computed without a float in between.
    return (at - _EPOCH) // _MILLISECOND
