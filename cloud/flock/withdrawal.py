"""Withdrawal times: from which day on may treated birds go for slaughter? Pure.

A treatment whose last dose is given on day D with a withdrawal time of N days frees the birds on day D + N + 1: the
days are counted whole, as the hour of the last dose is not known. The days stand on the product's label or in the
vet's prescription; without them nothing is known, which is said and never taken for zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Treatment:
    """A medication: its name, the day of its last dose, and its withdrawal time in days (None: not known)."""

    name: str
    last_day: date
    withdrawal_days: int | None

    @property
    def free_from(self) -> date | None:
        """Return the first day on which the birds may go; None when not known."""
        if self.withdrawal_days is None:
            return None
        return self.last_day + timedelta(days=self.withdrawal_days + 1)


def free_from(treatments: Iterable[Treatment]) -> date | None:
    """Return the first day on which no known withdrawal time runs any more; None without any known one."""
    return max((one.free_from for one in treatments if one.free_from is not None), default=None)


def running_on(treatments: Iterable[Treatment], day: date) -> list[Treatment]:
    """Return the treatments whose known withdrawal time, or the treatment itself, still runs on a day."""
    return [one for one in treatments if day < (one.free_from or one.last_day + timedelta(days=1))]


def not_known(treatments: Iterable[Treatment]) -> list[Treatment]:
    """Return the treatments about whose withdrawal time nothing is known."""
    return [one for one in treatments if one.withdrawal_days is None]
