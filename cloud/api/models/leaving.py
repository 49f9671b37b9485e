"""Taking everything along, and deleting an organisation."""

from pydantic import BaseModel, ConfigDict, Field

from cloud.api.models.base import Answer


class DeletionAsked(BaseModel):
    """Delete an organisation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(max_length=100, description="the organisation's name, to show that it is meant")


class Deletion(Answer):
    """What went."""

    rows: int
    series: int
    pictures: int
    series_left: int = Field(description="that InfluxDB 3 Core can't remove: drop them there")
