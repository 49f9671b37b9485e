"""The table of all figures: names, unit, formula, source, version; ``figures.toml`` read once."""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from cloud.report.units import Unit


class FigureRow(BaseModel):
    """What is known of a figure before it has a value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: Unit
    decimals: int
    en: str
    zh: str
    formula: str
    formula_zh: str
    source: str
    version: int


@cache
def figure_rows() -> dict[str, FigureRow]:
    """Return the rows by key."""
    text = files(__package__).joinpath("figures.toml").read_text(encoding="utf-8")
    return {key: FigureRow.model_validate(row) for key, row in tomllib.loads(text).items()}
