"""Messages both ways: what a device is told, what it answers, what people judged, what the cloud has."""

from typing import Literal, Self

from pydantic import Field, model_validator

from contract.marks import Marks, ResultCode
from contract.messages.base import CONFIG_MAX_CHARACTERS, REPORT_MAX_CHARACTERS, Event, Message, PixelCount, UtcTime
from contract.messages.state import SeqRange
from contract.place import Slug

CommandCode = Literal[
    "",
    "expired",
    "interrupted",
    "no_such_part",
    "no_such_camera",
    "not_adjustable",
    "load_moves",
    "part_silent",
    "no_picture",
    "config_mistakes",
    "config_fell_back",
    "not_installed",
    "update_refused",
    "update_fell_back",
    "disk_refuses",
    "other",
]
"""What became of a command, for whoever has a sentence for it in a person's language.

``expired``: it came too late and was left alone; ``interrupted``: the device stopped while it carried it out;
``not_adjustable``: the instrument can't be tared from here; ``load_moves``: the load on the scale does not stand
still; ``part_silent``: the instrument does not answer; ``config_fell_back``: with the new configuration the device did
not come up, the old one holds; ``not_installed``: nothing on the device could do it (see ``henwise-edge install``).
"""


class CommandResult(Event):
    """The answer to a Command, a Verdict or a Drawing."""

    command: Slug = Field(description="id of the command, verdict or drawing")
    done: bool
    detail: str = Field(max_length=2_000)
    code: ResultCode | CommandCode = Field(
        default="", description="what it says, as a key for translated sentences, where it has one"
    )
    report: str = Field(
        default="", max_length=REPORT_MAX_CHARACTERS, description="what was asked for: lines of the log, of the doctor"
    )


Action = Literal["snapshot", "tare", "zero", "reload", "restart", "logs", "doctor", "configure", "update"]
"""What a device can be told to do.

``snapshot``: a picture of a camera now; ``tare``, ``zero``: a scale's; ``reload``: read edge.toml again; ``configure``:
a new edge.toml; ``restart``: one part, or the agent without a target; ``logs``, ``doctor``: a report; ``update``: to a
version that the service offers.
"""


class Command(Message):
    """Something a person or a rule wants a device to do; it answers with a CommandResult."""

    command: Slug = Field(description="id, unique per device; the same again is the same command")
    action: Action
    target: Slug | None = Field(default=None, description="instrument or camera, where the action has one")
    text: str = Field(
        default="", max_length=CONFIG_MAX_CHARACTERS, description="configure: the new edge.toml; update: the version"
    )
    language: Literal["en", "zh"] = Field(default="en", description="of the report")
    expires_at: UtcTime = Field(description="not to be carried out afterwards")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.target is None) == (self.action in {"snapshot", "tare", "zero"}) and self.action != "restart":
            raise ValueError(f"the action {self.action} and the target {self.target} don't go together")
        if bool(self.text) != (self.action in {"configure", "update"}):
            raise ValueError("text belongs to the actions configure and update, and only to them")
        return self


class Verdict(Message):
    """What a person says of a finding or a count; the device makes a label of it and answers with a CommandResult."""

    verdict: Slug = Field(description="id, unique per device; the CommandResult names it")
    camera: Slug
    finding: Slug | None = Field(default=None, description="the finding it is about; none for a count of a picture")
    about_at: UtcTime = Field(description="when the finding was made or the picture taken")
    answer: Literal["right", "false_alarm", "count"]
    birds: int | None = Field(default=None, ge=0, le=100_000, description="birds in the picture, with answer count")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.answer == "count") != (self.birds is not None):
            raise ValueError("birds belongs to the answer count, and only to it")
        if self.answer != "count" and self.finding is None:
            raise ValueError(f"the answer {self.answer} needs the finding it is about")
        return self


class Drawing(Message):
    """What a person drew on a camera's picture; the device counts with it or answers with a CommandResult why not."""

    drawing: Slug = Field(description="id, unique per device; the CommandResult names it")
    camera: Slug
    marks: Marks | None = Field(description="all that shall be marked from now on; none: as in the device's own file")
    picture_at: UtcTime = Field(description="when the picture was taken that it was drawn on")
    size_wh: tuple[PixelCount, PixelCount] = Field(
        description="width and height of that picture, in pixels; the camera's frames must have the same shape"
    )


class Committed(Message):
    """The cloud's word that these events are on its disk: the edge may forget them."""

    ranges: list[SeqRange] = Field(min_length=1)


class Lacking(Message):
    """The cloud's word that it lacks these events, although it had them once: send them again, if they are there."""

    ranges: list[SeqRange] = Field(min_length=1)
