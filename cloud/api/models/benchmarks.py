"""Quartiles of other farms' flocks, and who takes part in them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cloud.api.models.base import Answer
from contract.messages import UtcTime


class TakingPart(BaseModel):
    """Whether a farm's flocks shall be counted, namelessly, among those of the same breed and season."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    taking_part: bool


class TakingPartNow(Answer):
    """Whether a farm's flocks are counted; by whose word and since when."""

    taking_part: bool
    by: str
    since: UtcTime | None


class BenchmarkRow(Answer):
    """A figure of a flock beside the quartiles of all that counted, its own among them."""

    key: str
    name: str
    unit: str
    decimals: int
    own: float | None = Field(description="null: the flock has none yet; most figures are those of its end")
    low: float = Field(description="a quarter is below; rounded")
    median: float
    high: float = Field(description="three quarters are below")
    flocks: int = Field(description="that counted")


class BenchmarkNow(Answer):
    """Where a flock stands. Without rows either the farm takes no part, or too few flocks of others are known."""

    taking_part: bool
    season: Literal["spring", "summer", "autumn", "winter"] | None = Field(description="by day of placement")
    year: int | None = Field(description="of the season; a winter is of the year of its January")
    season_name: str | None
    rows: list[BenchmarkRow]
    least_flocks: int = Field(description="from how many flocks on quartiles are told")
    least_organisations: int = Field(description="and of how many organisations")
