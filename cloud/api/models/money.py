"""Prices, and what follows from them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from cloud.api.models.base import Answer
from cloud.api.models.words import Name
from contract.messages import UtcTime

Amount = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]


class CostTold(BaseModel):
    """Something that costs money, for each ``per``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    amount: Amount
    per: Literal["flock", "day", "bird", "kilogram"]


class PricesTold(BaseModel):
    """What a farmer enters; null is not entered, and what needs it is not reckoned."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: Annotated[str, Field(min_length=1, max_length=8, pattern=r"^[^\x00-\x1f]+$")] = "CNY"
    chick: Amount | None = Field(default=None, description="of a chick")
    feed_kg: Amount | None = Field(default=None, description="of a kg of feed")
    live_kg: Amount | None = Field(default=None, description="for a kg of live weight")
    others: Annotated[list[CostTold], Field(max_length=40)] = Field(default_factory=list)
    feed_percent_per_degree: float = Field(
        default=1.0, ge=0, le=20, description="more feed for each °C of cold, in %; our assumption, not verified"
    )
    target_grams: Annotated[float, Field(gt=0, le=20_000)] | None = Field(
        default=None, description="the weight the birds are sold at"
    )


class PricesNow(Answer):
    """The prices of a farm as they are kept; all null before anybody entered one."""

    prices: PricesTold
    by: str
    kept_at: UtcTime | None


class PartTold(BaseModel):
    """A line of a bill of materials."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    count: int = Field(ge=0, le=10_000, strict=True)
    price: Amount | None = Field(default=None, description="of one piece; null: not entered")


class EquipmentAsked(BaseModel):
    """Two bills, and what somebody expects of the equipment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parts: Annotated[list[PartTold], Field(max_length=200)]
    reference: Annotated[list[PartTold], Field(max_length=200)] = Field(
        default_factory=list, description="another offer with the same functions"
    )
    income_a_year: Amount | None = None
    more_income_percent: float = Field(default=0, ge=-100, le=1_000, description="expected")
    saved_a_year: Amount = 0
    running_a_year: Amount = 0


class Told(Answer):
    """A reckoned number, or why there is none."""

    value: float | None
    missing: str | None


class EquipmentAnswer(Answer):
    """What follows from the figures that were entered; nothing here is a claim of ours."""

    ours: Told
    reference: Told
    cheaper_percent: Told
    gain_a_year: Told
    payback_months: Told
    rests_on: list[str] = Field(description="the assumptions, in words")


class ReferencePart(Answer):
    """A line of the list to start from."""

    key: str
    name: str
    count: int
    price: float | None
    source: str
    verified: bool


class ReferenceList(Answer):
    """The parts of one house, to start from; enter the prices of your own offers."""

    currency: str
    parts: list[ReferencePart]
