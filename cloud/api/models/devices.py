"""Edge devices that may speak, or wait until somebody says so."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cloud.api.models.base import Answer
from contract.messages import UtcTime
from contract.place import Slug


class EnrolledDevice(Answer):
    """A device of a farm and what it may."""

    house: Slug
    device: Slug
    state: Literal["waiting", "approved", "revoked"] = Field(
        description="waiting: nothing of it is taken in until somebody approves it; its outbox keeps what it measures"
    )
    last_seen: UtcTime | None = Field(description="when it was turned away last, or first taken in")
    held_messages: int = Field(description="how many of its messages were turned away")
    decided_by: str | None


class CodeMade(Answer):
    """A code with which one device enrols, once; it can't be read again."""

    code: str
    expires_at: UtcTime
    command: str = Field(description="what is to be typed in on the device")


class EnrolmentAsked(BaseModel):
    """A device that wants in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(min_length=1, max_length=64)


class Decision(BaseModel):
    """What a device may from now on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: Literal["approved", "revoked"]
