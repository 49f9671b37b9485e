"""What cameras saw: counts, roll calls, movement, findings, pictures."""

from pydantic import Field

from cloud.api.models.base import Answer
from cloud.api.models.said import VerdictNow
from contract.messages import Box, Cause, FindingKind, Reason, UtcTime


class CountNow(Answer):
    """Birds one camera saw in its last window; visible, not in the house."""

    device: str
    camera: str
    at: UtcTime
    visible_birds: float
    visible_low: float
    visible_high: float
    confidence: float = Field(description="0 to 1")
    factor: float = Field(description="correction learned from counts by hand, 1 = none")
    share_birds: float = Field(description="what the camera adds to the house's count, corrected")
    by_zone: dict[str, float] = Field(description="zone -> birds in it")
    network: str
    withheld: Cause = Field(description="why the camera does not count now; empty when it does")
    by_hand: VerdictNow | None = Field(description="the last count by hand of one of its pictures")


class HouseCount(Answer):
    """The sum over the cameras of a house that count now; older and withheld counts are left out."""

    at: UtcTime = Field(description="the oldest stamp among them")
    birds: float
    low: float
    high: float
    confidence: float = Field(description="0 to 1")
    corrected: bool = Field(description="a count by hand has changed it")
    cameras: int


class RollCallNow(Answer):
    """Who is still outside, by the gates of one device."""

    device: str
    at: UtcTime
    outside_birds: int
    flock_birds: int | None
    drift_birds: int
    closes_at: UtcTime
    alarm: bool


class WellnessNow(Answer):
    """How the flock moved in the last window of one camera."""

    device: str
    camera: str
    at: UtcTime
    activity_lengths_per_min: float
    spread_ratio: float
    huddle_ratio: float
    still_birds: int


class FindingNow(Answer):
    """A suspicion about one bird or a group; never a diagnosis."""

    device: str
    finding: str
    camera: str
    at: UtcTime
    since: UtcTime
    kind: FindingKind
    reasons: list[Reason]
    score: float
    box: Box = Field(description="in the picture's pixels")
    size_wh: tuple[int, int]
    picture: str | None = Field(description="address; null when the picture was not kept so long")
    verdict: VerdictNow | None = Field(description="the last one said; null while the finding is open")


class FindingsNow(Answer):
    """The newest findings of a house: open ones, and the last that were judged."""

    open: int = Field(description="how many are open in all")
    rows: list[FindingNow] = Field(description="newest first")


class PictureNow(Answer):
    """The newest picture of one camera."""

    device: str
    camera: str
    at: UtcTime
    url: str
    size_wh: tuple[int, int]
    boxes: list[Box]
    network: str


class PictureTaken(Answer):
    """One of a day's pictures; its boxes are at its address without ``.jpg``."""

    device: str
    camera: str
    at: UtcTime
    url: str
    size_wh: tuple[int, int]
    birds: int = Field(description="how many boxes")
