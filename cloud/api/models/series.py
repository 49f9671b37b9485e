"""Series of numbers over time."""

from typing import Annotated, Literal

from pydantic import Field

from cloud.api.models.base import Answer

Column = Annotated[list[float | None], Field(description="null where nothing was measured")]


class SeriesAnswer(Answer):
    """One series over a span, as parallel columns."""

    device: str
    source: str
    quantity: str
    unit: str
    resolution: Literal["raw", "bucket"]
    at_ms: list[int] = Field(description="Unix time in ms, rising")
    mean: Column
    low: Column
    high: Column
