"""How the service does."""

from typing import Literal

from pydantic import Field

from cloud.api.models.base import Answer


class Health(Answer):
    """How the service itself does; readable without signing in, so it names no farm."""

    status: Literal["ok", "degraded", "starting"] = Field(
        description="degraded: something that devices or pages need is away; starting: the stores are not open yet"
    )
    waiting_for: list[Literal["broker", "records", "series"]] = Field(description="what does not answer at present")
    broker_connected: bool
    store_writable: bool = Field(description="false while a commit fails, for example on a full disk")
