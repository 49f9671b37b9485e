"""What the scales said, and the curve it is held against."""

from datetime import date

from pydantic import Field

from cloud.api.models.base import Answer
from contract.messages import UtcTime


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
    target_grams: float | None = Field(description="the breed's standard at that age")


class WeightNow(Answer):
    """Today's weight."""

    last_at: UtcTime
    last_grams: float
    today: WeightDay | None


class CurvePoint(Answer):
    """A breed's standard at one age."""

    age_days: int
    grams: float


class WeightHistory(Answer):
    """The flock's days and the curve they are held against."""

    breed: str | None
    curve_source: str | None
    curve: list[CurvePoint]
    days: list[WeightDay]
