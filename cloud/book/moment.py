"""Who writes, and when."""

from dataclasses import dataclass
from datetime import date

from cloud.store.audit import Actor


@dataclass(frozen=True, slots=True)
class Writing:
    """Who writes something down.

    Attributes:
        by: their name.
        now_ms: the service's clock, Unix time in ms.
        today: the day it is on the farm.
        address: where they write from; empty for a terminal of the service.
    """

    by: str
    now_ms: int
    today: date
    address: str = ""

    @property
    def actor(self) -> Actor:
        """Return them as the audit log names them."""
        return Actor(self.by, self.now_ms, self.address)
