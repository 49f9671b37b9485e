"""The daily log of a house."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from cloud.api.models.base import Answer
from cloud.api.models.words import Name, Note, Words
from contract.messages import UtcTime
from contract.place import Slug

Birds = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]
Kilograms = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Litres = Annotated[float, Field(ge=0, le=10_000_000, allow_inf_nan=False)]


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date = Field(description="the day it is about, in the farm's time zone")
    at: UtcTime = Field(description="when it was written down")
    note: Note = ""
    replaces: Slug | None = Field(default=None, description="the entry this one corrects, of the same kind")


class MortalityTold(_Told):
    """Birds found dead; 0 says that somebody looked and found none."""

    kind: Literal["mortality"]
    birds: Birds
    cause: Words = ""


class CullsTold(_Told):
    """Birds that were culled."""

    kind: Literal["culls"]
    birds: Birds
    cause: Words = ""


class FeedDeliveredTold(_Told):
    """Feed that came to the house."""

    kind: Literal["feed-delivered"]
    kilograms: Kilograms
    name: Words = Field(default="", description="which feed")


class FeedEatenTold(_Told):
    """Feed that was eaten since the last such entry."""

    kind: Literal["feed-eaten"]
    kilograms: Kilograms


class WaterTold(_Told):
    """Water that was drunk since the last such entry."""

    kind: Literal["water"]
    litres: Litres


class MedicationTold(_Told):
    """A treatment; ``day`` is its first dose."""

    kind: Literal["medication"]
    name: Name
    dose: Words = ""
    until: date | None = Field(default=None, description="the day of the last dose; null: the same day")
    withdrawal_days: Annotated[int, Field(strict=True, ge=0, le=365)] | None = Field(
        default=None, description="days after the last dose before slaughter, from the label; null: not known"
    )


class VaccinationTold(_Told):
    """A vaccination."""

    kind: Literal["vaccination"]
    name: Name
    route: Words = Field(default="", description="drinking water, spray, eye drop, injection ...")


class NoteTold(_Told):
    """Something else worth knowing; a photo may follow."""

    kind: Literal["note"]


EntryTold = Annotated[
    MortalityTold
    | CullsTold
    | FeedDeliveredTold
    | FeedEatenTold
    | WaterTold
    | MedicationTold
    | VaccinationTold
    | NoteTold,
    Field(discriminator="kind"),
]
"""What a person writes down."""


class LogEntryNow(Answer):
    """An entry as it is kept; what its kind does not have is null or empty."""

    entry: str
    kind: Literal[
        "mortality", "culls", "feed-delivered", "feed-eaten", "water", "medication", "vaccination", "note", "withdrawn"
    ]
    day: date
    at: UtcTime
    birds: int | None
    kilograms: float | None
    litres: float | None
    cause: str
    name: str
    dose: str
    until: date | None
    withdrawal_days: int | None
    route: str
    note: str
    photo: str | None = Field(description="address of its picture")
    by: str
    kept_at: UtcTime = Field(description="when it came to the service: later than at when the phone had no line")
    replaces: str | None
    replaced_by: str | None = Field(description="the row that corrects it or takes it back; null while it counts")
    withdrawn: bool = Field(description="it was taken back")


class LogDayNow(Answer):
    """What was written about one day."""

    day: date
    age_days: int | None = Field(description="of the flock that was there; null in an empty house")
    entries: list[LogEntryNow] = Field(description="as written, oldest first")


class LogPage(Answer):
    """Days of the log, newest first."""

    days: list[LogDayNow]
    next: str | None = Field(description="hand this in as cursor to read on; null: there are no more")
