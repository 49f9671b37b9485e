"""Series of numbers over time."""

from typing import Annotated, Literal

from pydantic import Field

from cloud.api.models.base import Answer
from cloud.store.series import Basis
from contract.messages import Doubt

Column = Annotated[list[float | None], Field(description="null where nothing was measured")]


class DoubtfulSpan(Answer):
    """A stretch in which the values must not be believed; they are in the rows all the same."""

    from_ms: int = Field(description="Unix time in ms")
    to_ms: int
    why: Doubt = Field(description="stuck: nothing moved for an hour, which counts too; jump: further than a house can")


class GatesAnswer(Answer):
    """Who went out through a house's gates and came back, all gates together, as parallel columns."""

    gates: list[str] = Field(description="those that have ever counted, as device/gate; empty where there is none")
    step_s: int = Field(description="half an hour up to 2 days, an hour up to 14, else a day of the farm")
    at_ms: list[int] = Field(description="Unix time in ms at which each step begins, rising")
    birds_in: Column
    birds_out: Column
    outside: Column = Field(
        description="went out and did not come back since the farm's midnight, at each step's end; null for whole days"
    )


class SeriesAnswer(Answer):
    """One series over a span, as parallel columns."""

    device: str
    source: str
    quantity: str
    unit: str
    resolution: Literal["raw", "bucket"] = Field(description="bucket: each row stands for a span that begins at at_ms")
    basis: Basis = Field(description="what the rows are made from: the points themselves, or their roll-ups")
    days_of: Literal["UTC"] | None = Field(
        description="the zone of the days that daily roll-ups add up; null when the rows are made from anything finer"
    )
    late: list[tuple[int, int]] = Field(
        description="stretches (Unix ms, end exclusive) that came late, after an outage of the device's line"
    )
    at_ms: list[int] = Field(description="Unix time in ms, rising")
    doubtful: list[DoubtfulSpan] = Field(description="what of this span the device itself does not believe")
    mean: Column
    low: Column
    high: Column
