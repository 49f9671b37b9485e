"""What people say of findings and counts."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cloud.api.models.base import Answer
from contract.messages import UtcTime
from contract.place import Slug

BIRDS_MAX = 100_000
"""No picture holds more birds."""


class VerdictNow(Answer):
    """What a person said of a finding or a picture, and whether the device has taken it."""

    verdict: str
    answer: Literal["right", "false_alarm", "count"]
    birds: int | None = Field(description="with answer count")
    about_at: UtcTime = Field(description="when the finding was made or the picture taken")
    at: UtcTime
    by: str
    state: Literal["pending", "done", "refused", "unanswered"] = Field(
        description="pending: on its way; done, refused: the device's answer; unanswered: given up after two weeks"
    )
    detail: str = Field(description="the device's own words, in English")


class Judgement(BaseModel):
    """What a person says of a finding."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer: Literal["right", "false_alarm"]


class HandCount(BaseModel):
    """What a person counted in a picture."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    birds: int = Field(strict=True, description=f"0 to {BIRDS_MAX}")
    about_at: UtcTime = Field(description="when the picture was taken")
    device: Slug | None = Field(default=None, description="needed when two devices have a camera of this name")
