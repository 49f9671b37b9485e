"""How many pictures stay, and how long. Pure."""

from dataclasses import dataclass
from typing import Final

KINDS: Final = ("snapshot", "finding", "confirmed")
DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Keeping:
    """What stays; a picture goes when it is beyond the number or too old.

    Attributes:
        newest: of each camera and kind, and of the findings of each device; confirmed findings do not count.
        snapshot_days: days a snapshot stays.
        finding_days: days the picture of a finding stays that nobody called right.
        confirmed_days: days the picture of a finding stays that a person called right: it teaches, and it proves.
    """

    newest: int = 500
    snapshot_days: int = 400
    finding_days: int = 400
    confirmed_days: int = 1_500
