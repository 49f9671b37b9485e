"""Events as the parts of an agent make them."""

from datetime import UTC, datetime, timedelta

from contract.messages import Event, HealthFinding, Readings, Snapshot, WeightSample
from edge.outbox import UNNUMBERED

BOOT = "0123456789abcdef"


def _at(age_s: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=age_s)


def reading(celsius: float = 21.5, *, age_s: float = 0) -> Readings:
    return Readings(
        device="edge-1",
        boot=BOOT,
        seq=UNNUMBERED,
        at=_at(age_s),
        instrument="climate",
        values={"temperature_celsius": celsius},
    )


def weight(grams: float = 1500.0, *, age_s: float = 0) -> WeightSample:
    return WeightSample(
        device="edge-1",
        boot=BOOT,
        seq=UNNUMBERED,
        at=_at(age_s),
        scale="scale",
        grams=grams,
        spread_grams=3,
        settled_s=2,
    )


def snapshot(size_bytes: int = 1000) -> Snapshot:
    return Snapshot(
        device="edge-1",
        boot=BOOT,
        seq=UNNUMBERED,
        at=_at(0),
        camera="cam",
        size_wh=(4, 3),
        jpeg=b"\xff" * size_bytes,
        boxes=[],
        network="none",
    )


def finding() -> HealthFinding:
    return HealthFinding.model_validate(
        {
            "device": "edge-1",
            "boot": BOOT,
            "seq": UNNUMBERED,
            "at": _at(0),
            "camera": "cam",
            "finding": "f-1",
            "kind": "still_bird",
            "score": 0.5,
            "reasons": ["still_while_flock_moves"],
            "since": _at(2400),
            "box": {"xyxy": (0.0, 0.0, 2.0, 2.0), "score": 0.5},
            "size_wh": (4, 3),
            "jpeg": b"\xff",
        }
    )


EVENTS: tuple[Event, ...] = (snapshot(), reading(), weight(), finding())
"""One of each worth, the least worth first."""
