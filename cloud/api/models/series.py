"""Series of numbers over time."""

from typing import Annotated, Literal

from pydantic import Field

from cloud.api.models.base import Answer
from cloud.store.series import Basis

Column = Annotated[list[float | None], Field(description="null where nothing was measured")]


class SeriesAnswer(Answer):
    """One series over a span, as parallel columns."""

    device: str
    source: str
    quantity: str
    unit: str
    resolution: Literal["raw", "bucket"] = Field(description="bucket: each row stands for a span that begins at at_ms")
    basis: Basis = Field(description="what the rows are made from: the points themselves, or their roll-ups")
    late: list[tuple[int, int]] = Field(
        description="stretches (Unix ms, end exclusive) that came late, after an outage of the device's line"
    )
    at_ms: list[int] = Field(description="Unix time in ms, rising")
    mean: Column
    low: Column
    high: Column
