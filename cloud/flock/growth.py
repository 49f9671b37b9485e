"""Breed standards and ages.

``tables/breed_standards.csv`` holds body weights in g at whole ages in days, day 0 = placement, and the feed eaten
until then where the breeder publishes it. The numbers are facts published by the breeders named in its ``source``
column, as tabulated in public sources; between two ages they are interpolated on a straight line, outside the table
there is no standard.
"""

import csv
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
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
        feed_age_days: the ages with feed, rising; empty where none is published.
        feed_grams: feed that a bird has eaten until the end of each of them.
    """

    breed: str
    source: str
    age_days: tuple[int, ...]
    grams: tuple[float, ...]
    feed_age_days: tuple[int, ...] = ()
    feed_grams: tuple[float, ...] = ()

    def grams_at(self, age_days: float) -> float | None:
        """Return the body weight in g at an age in days; None outside the table."""
        return _on_line(self.age_days, self.grams, age_days)

    def feed_grams_at(self, age_days: float) -> float | None:
        """Return the feed in g that a bird has eaten until an age in days; None outside the table."""
        return _on_line(self.feed_age_days, self.feed_grams, age_days)

    def fcr_at(self, age_days: float) -> float | None:
        """Return feed / weight at an age in days; None outside the table."""
        feed, grams = self.feed_grams_at(age_days), self.grams_at(age_days)
        return feed / grams if feed is not None and grams else None

    def age_at(self, grams: float) -> float | None:
        """Return the age in days at which birds weigh so much, None when they don't within the table."""
        if not self.grams[0] <= grams <= self.grams[-1]:
            return None
        return _on_line(self.grams, self.age_days, grams)


@cache
def standards() -> dict[str, BreedStandard]:
    """Return the shipped standards by breed."""
    text = files(__package__).joinpath("tables", "breed_standards.csv").read_text(encoding="utf-8")
    rows: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in csv.DictReader(text.splitlines()):
        rows[row["breed"], row["source"]].append(row)
    return {breed: _standard(breed, source, points) for (breed, source), points in rows.items()}


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


def _standard(breed: str, source: str, rows: list[dict[str, str]]) -> BreedStandard:
    rows = sorted(rows, key=lambda row: int(row["age_days"]))
    fed = [row for row in rows if row["feed_grams"]]
    return BreedStandard(
        breed,
        source,
        tuple(int(row["age_days"]) for row in rows),
        tuple(float(row["grams"]) for row in rows),
        tuple(int(row["age_days"]) for row in fed),
        tuple(float(row["feed_grams"]) for row in fed),
    )


def _on_line(xs: Sequence[float], ys: Sequence[float], x: float) -> float | None:
    if not xs or not xs[0] <= x <= xs[-1]:
        return None
    right = bisect_left(xs, x)
    if xs[right] == x:
        return ys[right]
    (x0, x1), (y0, y1) = xs[right - 1 : right + 1], ys[right - 1 : right + 1]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
