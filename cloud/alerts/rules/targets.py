"""The air temperature birds want at their age, and which species a breed is."""

import tomllib
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from cloud.alerts.rules.table import Species
from cloud.flock.growth import standards

LAYERS = ("hyline-brown", "lohmann-brown")
BROILERS = ("ross-308", "ross-708", "cobb-500", "arbor-acres-plus")


class Targets(BaseModel):
    """Rows of (age in days or weight in g, °C), rising in the first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: Literal["age", "weight"]
    source: str
    verified: bool
    rows: tuple[tuple[float, float], ...]


def species_of(breed: str) -> Species:
    """Return which kind of birds a breed is; one we don't know is a native one."""
    if breed in LAYERS:
        return "layer"
    return "broiler" if breed in BROILERS else "native"


@cache
def targets() -> dict[str, Targets]:
    """Return the shipped tables by name."""
    text = files(__package__).joinpath("targets.toml").read_text(encoding="utf-8")
    return {name: Targets.model_validate(row) for name, row in tomllib.loads(text).items()}


def targets_for(breed: str) -> Targets:
    """Return the table for a breed; for one without a growth curve, the one by age."""
    species = species_of(breed)
    if species == "layer":
        return targets()["layer"]
    return targets()["broiler" if breed in standards() else "generic"]


def target_celsius(breed: str, age_days: int, own: Sequence[tuple[float, float]] | None = None) -> float:
    """Return the air temperature that birds of a breed want at an age, in °C; ``own`` is a house's own table by age."""
    if own:
        return _on_line(own, age_days)
    table = targets_for(breed)
    if table.by == "age":
        return _on_line(table.rows, age_days)
    curve = standards()[breed]
    oldest = curve.age_days[-1]
    grams = curve.grams_at(min(max(age_days, curve.age_days[0]), oldest))
    return _on_line(table.rows, grams if grams is not None else curve.grams[-1])


def _on_line(rows: Sequence[tuple[float, float]], x: float) -> float:
    xs = [row[0] for row in rows]
    right = bisect_left(xs, x)
    if right == 0:
        return rows[0][1]
    if right == len(rows):
        return rows[-1][1]
    (x0, y0), (x1, y1) = rows[right - 1], rows[right]
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
