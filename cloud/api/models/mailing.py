"""Reports by e-mail: now, or by themselves."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from cloud.api.models.base import Answer
from cloud.errors import Unfit
from contract.place import SLUG_MAX_CHARACTERS

COMPARED_MOST = 8

Formats = Annotated[list[Literal["pdf", "xlsx", "csv", "parquet"]], Field(min_length=1, max_length=4)]
InUnits = Literal["si", "jin", "us"]
FarmAndFlock = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?/[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
        max_length=2 * SLUG_MAX_CHARACTERS + 1,
    ),
]


class _Mail(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    last: date | None = Field(default=None, description="last day it covers; null: today")
    units: InUnits = "si"
    formats: Formats = Field(default=["pdf"], description="files that go with the message")


class ReportMail(_Mail):
    """Send a report about a flock to one's own mailboxes."""

    kind: Literal["day", "week", "flock"] = "flock"


class ComparisonMail(_Mail):
    """Send a comparison of flocks to one's own mailboxes."""

    flocks: Annotated[list[FarmAndFlock], Field(min_length=2, max_length=COMPARED_MOST)] = Field(
        description="farm/flock of each"
    )


class ScheduleTold(BaseModel):
    """A report that comes by itself, about each flock that lives on the farm."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["day", "week"] = Field(description="about the day before, or the seven days before")
    weekday: int | None = Field(default=None, ge=0, le=6, strict=True, description="0 = Monday; of weekly ones")
    minute: int = Field(ge=0, le=24 * 60 - 1, strict=True, description="minute of the day on the farm: 420 is 07:00")
    formats: Formats = Field(default=["pdf"])
    units: InUnits = "si"

    @model_validator(mode="after")
    def _weekly(self) -> Self:
        if (self.kind == "week") == (self.weekday is None):
            raise Unfit("weekday: a weekly report has one, a daily one has none", "weekday：周报须填写，日报不填")
        return self


class ScheduleNow(Answer):
    """A scheduled report of one's own."""

    id: str
    farm: str
    kind: Literal["day", "week"]
    weekday: int | None
    minute: int
    formats: list[Literal["pdf", "xlsx", "csv", "parquet"]]
    units: InUnits
    sent_on: date | None
