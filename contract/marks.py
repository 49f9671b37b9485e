"""What a person marks in a camera's picture: the floor, zones on it, gates. Shapes only; the device judges them.

Points are shares of the picture's width and height, [0, 0] is its top left corner: so they hold for the whole frame
of the camera and for each smaller picture made of it. A drawing says which picture it was made on beside them.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contract.place import Slug

CORNERS_MAX = 100
ZONES_MAX = 50
GATES_MAX = 20

Share = Annotated[float, Field(ge=0, le=1, strict=True)]
PicturePoint = tuple[Share, Share]
"""A place in the picture: shares of its width and height."""
Outline = Annotated[
    list[PicturePoint],
    Field(min_length=3, max_length=CORNERS_MAX, description="corners in order, shares of the picture"),
]

ZoneKind = Literal["feeder", "drinker", "resting", "other"]

ResultCode = Literal[
    "",
    "no_such_camera",
    "marks_cross",
    "marks_flat",
    "names_twice",
    "gate_needs_pictures",
    "other_picture",
    "camera_moved",
    "drawn_since",
    "disk_refuses",
    "counts_by_hand_lost",
    "other",
]
"""What became of a drawing, for whoever has a sentence for it in a person's language.

``marks_cross``: a border crosses itself; ``marks_flat``: corners lie on a line or too close; ``gate_needs_pictures``:
the camera is set to look too seldom for a gate; ``other_picture``: its frames have another shape than the picture
that was drawn on; ``camera_moved``: it was turned since that picture; ``drawn_since``: a newer drawing is here;
``counts_by_hand_lost``: taken, but the counts by hand were made on another floor and hold no longer.
"""


class _Shape(BaseModel):
    # Not strict as a whole: a service reads these from a request too, where a pair is a list. The numbers are.
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ZoneMark(_Shape):
    """A part of the floor whose birds are counted on their own."""

    slug: Slug
    kind: ZoneKind = "other"
    polygon: Outline


class GateMark(_Shape):
    """A line birds walk over, or a pop hole they vanish in and come out of."""

    slug: Slug
    line: tuple[PicturePoint, PicturePoint] | None = Field(default=None, description="its two ends")
    inside: Literal["left", "right"] = Field(
        default="left", description="side of the line where the house is, looking from its first end to its second"
    )
    hole: Outline | None = Field(default=None, description="corners of a pop hole, instead of a line")
    hole_leads: Literal["in", "out"] = Field(
        default="in", description="where a bird has gone that vanished in the hole"
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.line is None) == (self.hole is None):
            raise ValueError("a gate has either a line or a hole")
        return self


class Marks(_Shape):
    """All that is marked in one camera's picture."""

    floor: Outline | None = Field(default=None, description="part of the picture in which birds count; none: all of it")
    zones: list[ZoneMark] = Field(default_factory=list, max_length=ZONES_MAX)
    gates: list[GateMark] = Field(default_factory=list, max_length=GATES_MAX)


class CameraView(_Shape):
    """What a device counts with in one camera's picture."""

    slug: Slug = Field(description="the camera")
    marks: Marks
    drawing: Slug | None = Field(default=None, description="the drawing they are from; none: the device's own file")
