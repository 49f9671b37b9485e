"""The birds that should be in a house, by what people wrote down."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from cloud.api.models.base import Answer


class StockDayNow(Answer):
    """One day of a house; null where nobody wrote a word, never zero."""

    day: date
    age_days: int
    opening: int = Field(description="birds at its beginning")
    came: int = Field(description="placed alive, or arrived from another house")
    dead: int | None
    culled: int | None
    thinned: int
    harvested: int
    left: int = Field(description="moved to another house")
    closing: int = Field(description="birds at its end")
    losses_percent: float | None = Field(description="dead and culled of the birds that were there")
    feed_delivered_kg: float | None
    feed_eaten_kg: float | None
    water_litres: float | None
    water_per_feed: float | None = Field(description="l/kg")
    entries: int


class WithdrawalNow(Answer):
    """Whether the birds may go for slaughter, as far as medications were written down."""

    free_from: date | None = Field(description="first day without a known withdrawal time; null: none is known of")
    running: list[str] = Field(description="medications that still run today")
    not_known: list[str] = Field(description="medications whose withdrawal time nobody wrote down: ask the vet")


class StockNow(Answer):
    """The flock in a house in numbers; totals are of the birds that came into this house."""

    birds: int = Field(description="what should be in the house now")
    came: int
    dead: int
    culled: int
    thinned: int
    harvested: int
    left: int
    mortality_percent: float | None
    culls_percent: float | None
    losses_percent: float | None = Field(description="dead and culled")
    livability_percent: float | None
    untold_days: int = Field(description="days before today without a word about deaths: they count as none here")
    today: StockDayNow
    yesterday: StockDayNow | None = Field(description="null on the day the birds came")
    floor_m2: float | None
    birds_per_m2: float | None
    kilograms_per_m2: float | None = Field(description="with the mean weight of today or yesterday")
    withdrawal: WithdrawalNow


class StockHistory(Answer):
    """Every day of the flock in a house, oldest first; empty in an empty house."""

    time_zone: str = Field(description="the farm's, in which its days begin")
    flock: str | None
    days: list[StockDayNow]


class Floor(BaseModel):
    """The floor that the birds of a house have."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    floor_m2: float | None = Field(gt=0, le=100_000, allow_inf_nan=False, description="null: not known")
