"""Who writes, and when."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Writing:
    """Who writes something down: ``now_ms`` is the service's clock (Unix time), ``today`` the day on the farm."""

    by: str
    now_ms: int
    today: date
