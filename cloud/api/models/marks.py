"""What is marked in cameras' pictures."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cloud.api.models.base import Answer
from contract.marks import Marks, ResultCode
from contract.messages import PixelCount, UtcTime
from contract.place import Slug


class DrawingNow(Answer):
    """What a person marked in a camera's picture, and whether the device counts with it yet."""

    drawing: str
    marks: Marks | None = Field(description="null: what was drawn before is taken back")
    picture_at: UtcTime = Field(description="when the picture was taken that it was drawn on")
    at: UtcTime
    by: str
    state: Literal["pending", "done", "refused", "unanswered"] = Field(
        description="pending: on its way; done, refused: the device's answer; unanswered: given up after two weeks"
    )
    code: ResultCode = Field(description="what the device answered, as a key for translated sentences")
    detail: str = Field(description="the device's own words, in English")


class ViewNow(Answer):
    """What a device counts with in one camera's picture."""

    device: str
    camera: str
    marks: Marks
    drawing: str | None = Field(description="the drawing they are from; null: the device's own file")
    last: DrawingNow | None = Field(description="the last drawing for this camera, whatever became of it")


class DrawnMarks(BaseModel):
    """What a person marked in a picture."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    marks: Marks | None = Field(description="all that shall be marked; null takes back what was drawn before")
    picture_at: UtcTime = Field(description="when the picture was taken that it was drawn on")
    size_wh: tuple[PixelCount, PixelCount] = Field(description="width and height of that picture, in pixels")
    device: Slug | None = Field(default=None, description="needed when two devices have a camera of this name")
