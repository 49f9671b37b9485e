"""Breed standards and ages.

``tables/breed_standards.csv`` holds body weights in g at whole ages in days, day 0 = placement. The numbers are
facts published by the breeders named in its ``source`` column, as tabulated in public sources; between two ages
they are interpolated on a straight line, outside the table there is no standard.
"""

import csv
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from contract.errors import BadInput


@dataclass(frozen=True, slots=True)
class BreedStandard:
    """A breed's published growth.

    Attributes:
        breed: slug.
        source: who published the numbers.
        age_days: rising.
        grams: body weight at each age, same length.
    """

    breed: str
    source: str
    age_days: tuple[int, ...]
    grams: tuple[float, ...]

    def grams_at(self, age_days: float) -> float | None:
        """Return the body weight in g at an age in days; None outside the table."""
        if not self.age_days[0] <= age_days <= self.age_days[-1]:
            return None
        right = bisect_left(self.age_days, age_days)
        if self.age_days[right] == age_days:
            return self.grams[right]
        (x0, x1), (y0, y1) = self.age_days[right - 1 : right + 1], self.grams[right - 1 : right + 1]
        return y0 + (y1 - y0) * (age_days - x0) / (x1 - x0)


@cache
def standards() -> dict[str, BreedStandard]:
    """Return the shipped standards by breed."""
    text = files(__package__).joinpath("tables", "breed_standards.csv").read_text(encoding="utf-8")
    rows: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for row in csv.DictReader(text.splitlines()):
        rows[row["breed"], row["source"]].append((int(row["age_days"]), float(row["grams"])))
    return {breed: _standard(breed, source, sorted(points)) for (breed, source), points in rows.items()}


def standard(breed: str) -> BreedStandard:
    """Return a breed's standard.

    Raises:
        BadInput: none is shipped for it; the message lists those that are.
    """
    try:
        return standards()[breed]
    except KeyError:
        raise BadInput(f"{breed!r} is not a breed with a standard; known are: {', '.join(standards())}") from None


def age_days(placed_on: date, day: date) -> int:
    """Return the age in days; 0 on the day of placement, negative before."""
    return (day - placed_on).days


def _standard(breed: str, source: str, points: list[tuple[int, float]]) -> BreedStandard:
    ages, grams = zip(*points, strict=True)
    return BreedStandard(breed, source, ages, grams)
