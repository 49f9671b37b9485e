"""Messages of instruments: readings, weighings."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from contract.errors import BadInput
from contract.messages.base import Event
from contract.place import Slug
from contract.quantities import QUANTITIES, quantity

Doubt = Literal["stuck", "jump", "settling"]
"""Why a value may be wrong: it has not moved for long, it jumped further than a house can, its sensor warms up."""


class Readings(Event):
    """Values of one instrument at one instant. A doubtful value is sent and marked, never dropped."""

    instrument: Slug
    values: dict[str, float] = Field(min_length=1, description="quantity key -> value in the quantity's unit")
    doubts: dict[str, Doubt] = Field(
        default_factory=dict, description="quantity key -> why its value may be wrong although it can be"
    )

    @model_validator(mode="after")
    def _plausible(self) -> Self:
        for key, value in self.values.items():
            row = QUANTITIES.get(key)
            # The one check that is made for every value that arrives: in line, and no sentence unless it is needed.
            if row is None or not row.low <= value <= row.high:
                raise ValueError(_why_not(key, value))
        if self.doubts and (strangers := self.doubts.keys() - self.values.keys()):
            raise ValueError(f"doubts: {', '.join(sorted(strangers))} has no value here")
        return self


def _why_not(key: str, value: float) -> str:
    try:
        return f"values.{key}: {quantity(key).problem_with(value)}"
    except BadInput as error:
        return f"values: {error}"


class WeightSample(Event):
    """One bird weighed: it stepped on, settled and stepped off."""

    scale: Slug
    grams: float = Field(ge=10, le=20_000, description="the bird, in g")
    spread_grams: float = Field(ge=0, description="span of the settled readings, in g")
    settled_s: float = Field(gt=0, description="how long it stood settled, in s")


class HandWeighing(Event):
    """Birds of the flock weighed by hand, told beside a scale; what it corrects is computed from it, and never sent."""

    weighing: Slug = Field(description="id, unique per device; the same again is the same weighing")
    scale: Slug
    day: date = Field(description="when it was, on the device's calendar")
    age_days: int = Field(ge=0, le=1_000, description="of the flock on that day")
    grams: float = Field(ge=10, le=20_000, description="mean of the birds, in g")
    birds: int = Field(ge=1, le=100_000, description="weighed by hand")
    cv_percent: float | None = Field(default=None, gt=0, le=100, description="of the flock, where known")
