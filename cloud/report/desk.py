"""Reports as one part of the service: from a wish to the printed report. Blocking; call it from a thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from cloud.api.language import Language
from cloud.report.build import comparison_report, day_report, flock_report, week_report
from cloud.report.gather import Gatherer
from cloud.report.printed import Printed, printed
from cloud.report.units import Units

FlockKind = Literal["day", "week", "flock"]
"""Reports of one flock."""

BUILD: Final = {"day": day_report, "week": week_report, "flock": flock_report}

COMPARED_MOST: Final = 8
"""More flocks side by side than a page is wide for."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which report somebody wants.

    Attributes:
        kind: of one flock, or a comparison of several.
        flocks: farm and flock of each.
        last: the last day it covers; a flock that was over earlier ends earlier.
        language: of its words.
        units: of its numbers.
    """

    kind: FlockKind | Literal["comparison"]
    flocks: tuple[tuple[str, str], ...]
    last: date
    language: Language = "en"
    units: Units = "si"


def report(gatherer: Gatherer, wish: Wish) -> Printed:
    """Return a report.

    Raises:
        Unheard: there is no such flock, or its birds had not come.
    """
    facts = [gatherer.flock(farm, flock, wish.last) for farm, flock in _distinct(wish.flocks)]
    model = comparison_report(facts) if wish.kind == "comparison" else BUILD[wish.kind](facts[0])
    return printed(model, wish.language, wish.units)


def _distinct(flocks: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(flocks))
