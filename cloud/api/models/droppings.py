"""Droppings that were looked at."""

from pydantic import Field

from cloud.api.models.base import Answer
from contract.messages import UtcTime


class DroppingsCheckNow(Answer):
    """A photo of a dropping and what the network said of it: a screening hint, no diagnosis."""

    check: str
    at: UtcTime
    by: str
    flock: str | None = Field(description="the flock that lived in the house then")
    answer: str = Field(description="most probable class, or not_sure where none is probable enough")
    probabilities: dict[str, float] = Field(description="class -> probability, calibrated; they sum to 1")
    network: str
    photo: str = Field(description="its address, from the root of the service")
