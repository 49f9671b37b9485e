"""What a notification says, as it is kept: in every language, with what can be done from the message."""

from pydantic import BaseModel, ConfigDict

from cloud.alerts.delivery.notice import Language, Level


class Words(BaseModel):
    """A message in one language; plain text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: str
    body: str


class Content(BaseModel):
    """A whole message.

    Attributes:
        words: in every language; the channel's own is sent.
        level: how bad the worst of it is.
        page: path of the dashboard's page about it.
        alerts: alerts that can be acknowledged and put off from the message.
        picture: where its picture is below the root of all pictures; None: it has none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: dict[Language, Words]
    level: Level
    page: str = "/"
    alerts: tuple[str, ...] = ()
    picture: str | None = None
