"""Weighings by hand of a flock, kept beside a scale: in one small file that survives a power cut.

A hand weighing belongs to a flock, known by its day of placement, counted back from the age the person gave.
The file is `scales/<slug>.hand-weighings.json` below data_dir. A damaged one is set aside and told.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from contract.flock_mean import LEARN_FROM_DAYS, ByHand, FlockMean, ScaleDay, flock_means, teaches
from contract.statistics import DayOfWeights
from edge.errors import NotCalibrated
from edge.kept_file import read_kept, write_kept

log = logging.getLogger(__name__)

KEPT_MOST = 200
SAME_FLOCK_DAYS = 7
"""Ages are given in whole days or weeks: placements so close together are one flock."""

BIRDS_LEAST = 10
APART_MOST = 0.3
"""Beyond this the two are not of the same flock, or not in grams."""


class HandWeighing(BaseModel):
    """One weighing by hand."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date
    age_days: int = Field(ge=0, le=1000, description="of the flock on that day")
    grams: float = Field(ge=10, le=20_000, description="mean by hand")
    birds: int = Field(ge=BIRDS_LEAST, le=100_000, description="weighed by hand")
    scale_grams: float = Field(ge=10, le=20_000, description="mean of the scale on that day, uncorrected")
    scale_weighings: int = Field(ge=1, le=1_000_000, description="weighings of the scale on that day")
    cv_percent: float = Field(default=10.0, gt=0, le=50, description="of the flock on that day")

    def id_beside(self, scale: str) -> str:
        """Return its id, unique per device: the same row of the same scale always has the same."""
        return f"w-{sha256(f'{scale} {self.model_dump_json()}'.encode()).hexdigest()[:16]}"

    @property
    def placed_on(self) -> date:
        """The day of placement."""
        return self.day - timedelta(days=self.age_days)

    def by_hand(self) -> ByHand:
        """Return it as the correction wants it."""
        return ByHand(self.age_days, self.grams, self.birds, self.cv_percent)

    def scale_day(self) -> ScaleDay:
        """Return what the scale said that day."""
        return ScaleDay(self.age_days, self.scale_grams, self.scale_weighings, self.cv_percent)


class HandWeighings:
    """The weighings by hand beside one scale.

    Args:
        path: the file; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def of(cls, data_dir: Path, slug: str) -> "HandWeighings":
        """Give those of a scale as the device keeps them."""
        return cls(data_dir / "scales" / f"{slug}.hand-weighings.json")

    def rows(self) -> list[HandWeighing]:
        """Return all, oldest first."""
        content = read_kept(self._path)
        if content is None:
            return []
        try:
            return [HandWeighing.model_validate(row) for row in json.loads(content)["hand_weighings"]]
        except (ValueError, ValidationError, KeyError, TypeError, RecursionError):
            aside = self._path.with_suffix(".damaged")
            log.warning("%s is damaged; it is set aside as %s and begun anew", self._path, aside.name)
            try:
                self._path.replace(aside)
            except OSError as refused:
                log.warning("%s can't be set aside (%s); look at data_dir", self._path, refused)
            return []

    def flock_means(self, days: Mapping[date, DayOfWeights]) -> dict[date, FlockMean]:
        """Correct days of the scale; each belongs to the newest flock placed by then.

        Args:
            days: what the scale said, by date.

        Returns:
            The days that can be corrected.
        """
        rows = self.rows()
        flocks: dict[date, dict[date, DayOfWeights]] = {}
        for day, weights in days.items():
            placed = [row.placed_on for row in rows if row.placed_on <= day]
            if placed:
                flocks.setdefault(max(placed), {})[day] = weights
        return {day: mean for placed_on, its in flocks.items() for day, mean in _of_flock(placed_on, its, rows)}

    def add(self, row: HandWeighing) -> FlockMean:
        """Keep a weighing by hand and return the flock's mean of that day.

        Raises:
            NotCalibrated: nothing can be learned from it, or it can't be written; the message says why.
        """
        if not teaches(row.age_days):
            raise NotCalibrated(
                f"at {row.age_days} days heavy birds still come like the others; a hand weighing corrects the scale "
                f"from day {LEARN_FROM_DAYS} on. Is the scale wrong now? Put a known mass on it"
            )
        apart = row.grams / row.scale_grams - 1
        if abs(apart) > APART_MOST:
            raise NotCalibrated(
                f"{row.grams:g} g by hand and {row.scale_grams:g} g on the scale are {abs(apart):.0%} apart: too far "
                "for birds that stay away; look at both scales, and at the unit"
            )
        rows = [*self.rows(), row][-KEPT_MOST:]
        document = {"hand_weighings": [one.model_dump(mode="json") for one in rows]}
        try:
            write_kept(self._path, json.dumps(document, indent=1).encode())
        except OSError as error:
            raise NotCalibrated(f"{self._path} can't be written ({error.strerror}); check data_dir") from error
        [mean] = flock_means([row.scale_day()], [row.by_hand()])
        return mean


def _of_flock(
    placed_on: date, days: Mapping[date, DayOfWeights], rows: Sequence[HandWeighing]
) -> Iterator[tuple[date, FlockMean]]:
    """Yield the corrected days of one flock."""
    its = [row for row in rows if abs((row.placed_on - placed_on).days) <= SAME_FLOCK_DAYS]
    # What the scale said on the days of the weighings by hand counts, too, when the recording doesn't hold them.
    said = {(row.day - placed_on).days: row.scale_day() for row in its}
    for day, weights in days.items():
        age = (day - placed_on).days
        said[age] = ScaleDay(age, weights.spread.mean, weights.n, weights.spread.cv_percent)
    by_hand = [replace(row.by_hand(), age_days=(row.day - placed_on).days) for row in its]
    means = {mean.age_days: mean for mean in flock_means(list(said.values()), by_hand)}
    for day in days:
        mean = means.get((day - placed_on).days)
        if mean:
            yield day, mean
