"""How the running service does, written by ingest and read by the health page."""

from dataclasses import dataclass, field
from typing import Literal

StoreName = Literal["records", "series"]


@dataclass(slots=True)
class Vitals:
    """Counters since the start.

    Attributes:
        starting: the stores are not open yet.
        away: stores that did not answer when they were last looked at.
        broker_connected: the broker can be heard at this moment.
        store_writable: the last commit worked.
        messages: messages settled (committed or kept aside).
        kept_aside: messages refused and kept aside.
        points: points committed.
        held: messages left alone, because nobody approved their device.
        throttled: messages dropped, because their device sent more than it may.
    """

    starting: bool = True
    away: set[StoreName] = field(default_factory=set)
    broker_connected: bool = False
    store_writable: bool = True
    messages: int = 0
    kept_aside: int = 0
    points: int = 0
    held: int = 0
    throttled: int = 0
