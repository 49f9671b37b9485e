"""What the scales said, and the curve it is held against."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from cloud.api.models.base import Answer
from contract.messages import UtcTime

WEIGHED_BIRDS_LEAST, WEIGHED_BIRDS_MOST = 10, 100_000
WEIGHED_GRAMS_LEAST, WEIGHED_GRAMS_MOST = 10, 20_000


class FlockWeight(Answer):
    """The flock's mean, heavy birds that stay away from the scale included; see docs/weighing.md."""

    grams: float
    interval_grams: tuple[float, float] = Field(description="95 % interval")
    away_percent: float = Field(description="by how much the scale is low because heavy birds stay away, in %")
    hand_weighings: int = Field(description="weighings by hand it rests on")
    weighed_on: date = Field(description="the last of them; of an earlier day, the first that followed")


class WeightDay(Answer):
    """What the scales of a house said on one day."""

    day: date
    age_days: int | None
    weighings: int
    mean_grams: float
    interval_grams: tuple[float, float] | None = Field(
        description="95 % interval of the flock's mean; null below 2 weighings"
    )
    cv_percent: float | None
    target_grams: float | None = Field(description="the curve the flock is held against, at that age")
    flock: FlockWeight | None = Field(description="corrected by weighings by hand; null without one, and before day 29")


class WeightNow(Answer):
    """Today's weight."""

    last_at: UtcTime
    last_grams: float
    today: WeightDay | None


class HandWeighed(Answer):
    """Birds of the flock weighed by hand, as a person or a device told it."""

    weighing: str
    day: date
    age_days: int | None
    grams: float
    birds: int
    cv_percent: float | None
    at: UtcTime
    by: str = Field(description="who told it on the page; empty when it was told to a device")
    scale: str | None = Field(description="the scale beside which it was told; null on the page")
    corrects: bool = Field(description="it was late enough to tell how many heavy birds stay away")


class HandWeighing(BaseModel):
    """What a person weighed by hand: some birds of the flock on a day."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    day: date
    grams: float = Field(strict=True, description=f"mean of the birds, {WEIGHED_GRAMS_LEAST} to {WEIGHED_GRAMS_MOST}")
    birds: int = Field(strict=True, description=f"how many, {WEIGHED_BIRDS_LEAST} to {WEIGHED_BIRDS_MOST}")
    cv_percent: float | None = Field(default=None, gt=0, le=100, description="of the flock, where known")


class CurvePoint(Answer):
    """A curve at one age."""

    age_days: int
    grams: float


class WeightHistory(Answer):
    """The flock's days and the curve they are held against."""

    time_zone: str = Field(description="the farm's, in which its days begin")
    breed: str | None
    curve_of: str | None = Field(description="breed or name of the curve; null without one")
    curve_own: bool = Field(description="the farm's own, not the breeder's")
    curve_source: str | None
    curve: list[CurvePoint] = Field(description="at each day of its ages")
    days: list[WeightDay]
    hand_weighings: list[HandWeighed] = Field(description="of this flock, oldest first")
