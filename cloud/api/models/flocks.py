"""Flocks: placing them, what becomes of their birds."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from cloud.api.models.base import Answer
from cloud.api.models.log import Kilograms
from cloud.api.models.words import Name, Note, Words
from contract.messages import UtcTime
from contract.place import Slug

SomeBirds = Annotated[int, Field(strict=True, ge=1, le=10_000_000)]


class Placing(BaseModel):
    """Birds that move into a house together."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    breed: Name = Field(description="key of a standard, for example ross-308, or any other name")
    sex: Literal["mixed", "female", "male"] = "mixed"
    hatchery: Words = ""
    placed_on: date = Field(description="day 0")
    placed_birds: SomeBirds
    dead_on_arrival: Annotated[int, Field(strict=True, ge=0, le=10_000_000)] = 0
    note: Note = ""
    curve: Name | None = Field(default=None, description="curve it is held against; null: that of its breed")


class _EventTold(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date = Field(description="in the farm's time zone")
    at: UtcTime = Field(description="when it was written down")
    note: Note = ""
    replaces: Slug | None = Field(default=None, description="the event this one corrects, of the same kind")


class ThinnedTold(_EventTold):
    """Some birds were caught early, to give the others room."""

    kind: Literal["thinned"]
    birds: SomeBirds
    kilograms: Kilograms | None = Field(default=None, description="live weight of all of them")
    despite_withdrawal: bool = Field(default=False, description="they went although a withdrawal time ran")


class TransferredTold(_EventTold):
    """Birds moved to another house of the farm; their age goes on."""

    kind: Literal["transferred"]
    birds: SomeBirds
    to_house: Slug


class HarvestedTold(_EventTold):
    """Birds were sold; ``note`` says to whom."""

    kind: Literal["harvested"]
    birds: SomeBirds
    kilograms: Kilograms | None = Field(default=None, description="live weight of all of them")
    despite_withdrawal: bool = Field(default=False, description="they went although a withdrawal time ran")


class ClosedTold(_EventTold):
    """The flock is over, in all its houses."""

    kind: Literal["closed"]


EventTold = Annotated[ThinnedTold | TransferredTold | HarvestedTold | ClosedTold, Field(discriminator="kind")]
"""What became of birds of a flock."""


class FlockEventNow(Answer):
    """An event as it is kept."""

    event: str
    house: str
    kind: Literal["thinned", "transferred", "harvested", "closed"]
    day: date
    at: UtcTime
    birds: int | None
    kilograms: float | None
    to_house: str | None
    despite_withdrawal: bool
    note: str
    by: str
    kept_at: UtcTime
    replaces: str | None


class FlockRecord(Answer):
    """A flock with what became of its birds in all its houses."""

    flock: str
    version: int = Field(description="rises with each correction; its ETag is this number in quotes")
    house: str = Field(description="where it was placed")
    breed: str
    sex: Literal["mixed", "female", "male"]
    hatchery: str
    placed_on: date
    placed_birds: int
    dead_on_arrival: int
    note: str
    curve: str | None = Field(description="curve that was chosen for it; null: that of its breed")
    by: str
    kept_at: UtcTime
    closed_on: date | None
    birds: int = Field(description="what should be there, in all its houses")
    dead: int
    culled: int
    thinned: int
    harvested: int
    harvested_kg: float | None = Field(description="null when a harvest was not weighed, or none was written down")
    losses_percent: float | None = Field(description="dead and culled of those placed alive")
    livability_percent: float | None
    events: list[FlockEventNow] = Field(description="oldest first")
