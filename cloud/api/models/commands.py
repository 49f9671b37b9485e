"""What devices are told to do, and what became of it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cloud.api.models.base import Answer
from contract.messages import CONFIG_MAX_CHARACTERS, Action, CommandCode, UtcTime
from contract.place import Slug


class CommandNow(Answer):
    """Something a device was told to do, and what became of it."""

    command: str
    action: Action
    target: str | None = Field(description="instrument or camera, where the action has one")
    at: UtcTime
    by: str
    expires_at: UtcTime = Field(description="the device does not carry it out afterwards")
    state: Literal["pending", "done", "refused", "unanswered"] = Field(
        description="pending: on its way; done, refused: the device's answer; unanswered: none came in time"
    )
    answered_at: UtcTime | None = Field(description="on the device's clock")
    code: CommandCode = Field(description="what the device answered, as a key for translated sentences")
    detail: str = Field(description="the device's own words, in English")
    has_report: bool = Field(description="the command's own address has what was asked for")


class CommandReport(CommandNow):
    """The same with what was asked for."""

    report: str = Field(description="lines of the log or of the doctor, in the language that was asked for")


class CommandWanted(BaseModel):
    """What a device shall do; a camera takes a picture by an address of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: Literal["tare", "zero", "reload", "restart", "logs", "doctor", "configure", "update"]
    target: Slug | None = Field(
        default=None, description="tare and zero: the scale; restart: one part, the whole agent without it"
    )
    text: str = Field(
        default="", max_length=CONFIG_MAX_CHARACTERS, description="configure: the new edge.toml; update: the version"
    )
    language: Literal["en", "zh"] | None = Field(
        default=None, description="of the report; null: as Accept-Language asks for"
    )


class PictureWanted(BaseModel):
    """A picture of a camera, now."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    device: Slug | None = Field(default=None, description="needed when two devices have a camera of this name")
