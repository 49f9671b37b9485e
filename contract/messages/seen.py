"""Messages of cameras: counts, crossings, health, pictures, findings."""

from typing import Literal

from pydantic import Field

from contract.messages.base import BOXES_MAX, Event, Picture, Pixel, PixelCount, Score, Strict, UtcTime
from contract.place import Slug


class FlockCount(Event):
    """Birds a camera saw over a window; visible birds, not the birds in the house.

    Nothing is hidden in a correction: ``visible_birds`` is what was seen, ``share_birds`` what this camera adds to the
    sum over the house's cameras: birds on its own part of the floor, times ``factor``.
    """

    camera: Slug
    window_s: float = Field(gt=0, description="length of the window that ends at 'at', in s")
    frames: int = Field(ge=1, description="frames that were counted")
    visible_birds: float = Field(ge=0, le=100_000, description="median over the frames")
    visible_low: float = Field(ge=0, le=100_000, description="10th percentile over the frames")
    visible_high: float = Field(ge=0, le=100_000, description="90th percentile over the frames")
    confidence: Score = Field(description="how far the count can be relied on: mean score of the boxes and steadiness")
    factor: float = Field(default=1.0, gt=0, le=20, description="correction learned from counts by hand, 1 = none")
    share_birds: float = Field(ge=0, le=100_000, description="this camera's part of the house's count, corrected")
    by_zone: dict[Slug, float] = Field(
        default_factory=dict, max_length=50, description="zone (feeder, drinker, …) -> median of the birds in it"
    )
    network: str = Field(max_length=80, description="name of the network that saw them")


class GateCrossing(Event):
    """Birds that passed a gate over a window."""

    gate: Slug
    window_s: float = Field(gt=0, description="length of the window that ends at 'at', in s")
    birds_in: int = Field(ge=0, le=100_000)
    birds_out: int = Field(ge=0, le=100_000)


class RollCall(Event):
    """Who is still outside while the house's door is about to close, by this device's gates."""

    outside_birds: int = Field(ge=0, le=100_000, description="went out and did not come back since the door opened")
    flock_birds: int | None = Field(default=None, ge=1, le=1_000_000, description="birds in the flock, where known")
    drift_birds: int = Field(
        default=0, ge=0, le=100_000, description="more in than out at some time: crossings were missed"
    )
    closes_at: UtcTime
    alarm: bool = Field(description="the door is about to close and somebody is still outside")


class FlockHealth(Event):
    """How the flock moved over a window, as one camera saw it."""

    camera: Slug
    window_s: float = Field(gt=0, description="length of the window that ends at 'at', in s")
    activity_lengths_per_min: float = Field(ge=0, le=600, description="mean walked way, in body lengths per min")
    spread_ratio: Score = Field(description="share of the floor in use, 1 = evenly spread")
    huddle_ratio: Score = Field(description="share of the birds that stand packed against each other")
    still_birds: int = Field(ge=0, le=100_000, description="birds lying still while the others move")


class Box(Strict):
    """One detection in pixels of the picture it belongs to."""

    xyxy: tuple[Pixel, Pixel, Pixel, Pixel] = Field(description="left, top, right, bottom")
    score: Score


class Snapshot(Event):
    """A picture without anything drawn into it, and the boxes beside it."""

    camera: Slug
    size_wh: tuple[PixelCount, PixelCount] = Field(description="width and height of the picture, in pixels")
    jpeg: Picture
    boxes: list[Box] = Field(max_length=BOXES_MAX)
    network: str = Field(max_length=80)


FindingKind = Literal["still_bird", "dead_suspect", "sick_suspect", "huddling", "crowding"]

Reason = Literal[
    "still_while_flock_moves",
    "still_very_long",
    "lying_on_side",
    "sitting",
    "colder_than_flock",
    "warmer_than_flock",
    "looks_sick",
    "packed_together",
    "spread_from_heat",
    "cold_corner",
]
"""Why something was found, for whoever has a sentence for it in a person's language.

``packed_together``: most birds stand against each other, as when it is cold or something frightens them;
``spread_from_heat``: birds crowd at walls and drinkers and keep apart, as when they pant.
"""


class HealthFinding(Event):
    """A suspicion about one bird or a group, with the picture it rests on; never a diagnosis."""

    camera: Slug
    finding: Slug = Field(description="id, unique per device; verdicts name it")
    kind: FindingKind
    score: Score
    reasons: list[Reason] = Field(min_length=1, max_length=10)
    since: UtcTime
    box: Box
    size_wh: tuple[PixelCount, PixelCount]
    jpeg: Picture
