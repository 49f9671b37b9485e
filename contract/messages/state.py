"""Messages about a device itself: what it has, how it does."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from contract.marks import CameraView
from contract.messages.base import (
    CAMERAS_MAX,
    INSTRUMENTS_MAX,
    KEPT_RANGES_MAX,
    SEQ_MAX,
    Boot,
    State,
    Strict,
    UtcTime,
)
from contract.place import Slug


class SeqRange(Strict):
    """Events of one boot, ends included."""

    boot: Boot
    first: int = Field(ge=1, le=SEQ_MAX)
    last: int = Field(ge=1, le=SEQ_MAX)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"last ({self.last}) must not be below first ({self.first})")
        return self


class InstrumentInfo(Strict):
    """One instrument a device announces."""

    slug: Slug
    family: str = Field(max_length=80)
    quantities: list[Annotated[str, Field(max_length=80)]] = Field(max_length=100)


class Announcement(State):
    """What a device has: sent at each connect, and when it changes."""

    version: str = Field(max_length=40)
    instruments: list[InstrumentInfo] = Field(max_length=INSTRUMENTS_MAX)
    cameras: list[Slug] = Field(max_length=CAMERAS_MAX)
    views: list[CameraView] = Field(
        default_factory=list, max_length=CAMERAS_MAX, description="what is marked in each camera's picture"
    )
    kept: list[SeqRange] = Field(
        default_factory=list,
        max_length=KEPT_RANGES_MAX,
        description="events that the cloud has committed and the device still has: the cloud asks for what it lacks of "
        "them, as after a restore (Lacking)",
    )


Cause = Literal[
    "",
    "line_lost",
    "line_refused",
    "line_silent",
    "line_garbled",
    "values_impossible",
    "values_stuck",
    "values_jump",
    "settings_wrong",
    "picture_missing",
    "video_ended",
    "picture_dark",
    "picture_covered",
    "picture_frozen",
    "camera_moved",
    "network_unusable",
    "posture_unusable",
    "clock_unset",
    "storage_refuses",
    "other",
]
"""What is wrong with an instrument or camera, for whoever has a sentence for it in a person's language.

``line_lost``: unplugged or away; ``line_refused``: there, but taken or forbidden; ``line_silent``: nothing comes;
``line_garbled``: nothing readable comes; ``picture_…`` and ``camera_moved``: pictures come, but no count can rest on
them, and none is sent; ``network_unusable``: what finds the birds can't be run; ``posture_unusable``: what looks at
single birds can't be run, counts come as ever; ``storage_refuses``: of the device itself, its card takes nothing in.
"""


class PartStatus(Strict):
    """How one instrument or camera does; the device itself only when something is wrong with it."""

    slug: Slug
    state: Literal["ok", "starting", "silent", "failed"]
    cause: Cause = Field(default="", description="what is wrong, as a key for translated sentences; empty when ok")
    problem: str = Field(default="", max_length=500, description="the technical detail, in English; empty when ok")
    last_at: UtcTime | None = Field(default=None, description="last good value or frame")
    faults: int = Field(default=0, ge=0, description="bad frames, refused values and time-outs since the start")
    refused: int = Field(
        default=0, ge=0, description="loads on a scale that came and went and were no single bird, since the start"
    )


class Status(State):
    """How a device does: sent at each connect, each minute and, by the broker, as its last will."""

    state: Literal["online", "offline"]
    outbox_rows: int = Field(default=0, ge=0, description="events not yet committed by the cloud")
    dropped_rows: int = Field(default=0, ge=0, description="events given up since the outbox was made")
    parts: list[PartStatus] = Field(default_factory=list, max_length=INSTRUMENTS_MAX + CAMERAS_MAX)
