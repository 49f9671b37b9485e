"""What a notification says, as it is kept: in every language, with what can be done from the message."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from cloud.alerts.delivery.notice import Language, Level


class Words(BaseModel):
    """A message in one language; plain text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: str
    body: str


class ReportAsked(BaseModel):
    """A report that goes with a message to mailboxes; it is made when the message is sent.

    Attributes:
        kind: of one flock, or a comparison.
        flocks: farm and flock of each.
        last: the last day it covers.
        units: of its numbers.
        formats: which files.
        reads: organisations whose flocks the reader may see; None: nothing of others is in it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["day", "week", "flock", "comparison"]
    flocks: tuple[tuple[str, str], ...]
    last: date
    units: Literal["si", "jin", "us"]
    formats: tuple[Literal["pdf", "xlsx", "csv", "parquet"], ...]
    reads: frozenset[int] | None = None


class Content(BaseModel):
    """A whole message.

    Attributes:
        words: in every language; the channel's own is sent.
        level: how bad the worst of it is.
        page: path of the dashboard's page about it.
        alerts: alerts that can be acknowledged and put off from the message.
        picture: where its picture is below the root of all pictures; None: it has none.
        report: the report that goes with it; None: none does.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: dict[Language, Words]
    level: Level
    page: str = "/"
    alerts: tuple[str, ...] = ()
    picture: str | None = None
    report: ReportAsked | None = None
