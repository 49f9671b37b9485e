"""Two networks on the same pictures: what differs, and what may be luck.

The pictures are drawn again with replacement, the same for both networks, many times over; the middle 95 % of the
differences so found are the interval (paired percentile bootstrap, Efron and Tibshirani 1993, chapter 13). Pictures of
one scene are drawn together if a rule for scenes is given: neighbouring frames are not independent, and an interval
that takes them for it is too narrow.
"""

import json
from collections.abc import Sequence
from datetime import date
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from models.training.measure.looking import Looked
from models.training.measure.report import DIGITS, NetworkPart, Part, SetFigures

DRAWS = 2000
BETTER_UP = {"precision": True, "recall": True, "f1": True, "count_mae": False, "count_mape": False}
"""Figures compared, and whether more is better."""

Verdict = Literal["better", "worse", "may be luck"]


class Difference(Part):
    """One figure of both networks."""

    figure: str
    a: float | None
    b: float | None
    difference: float | None = Field(description="b - a")
    low: float | None = Field(description="lower end of the 95 % interval of the difference")
    high: float | None = Field(description="its upper end")
    verdict: Verdict = Field(description="of b; 'may be luck' if the interval holds 0")


class DatasetComparison(Part):
    """Both networks on one data set."""

    dataset: str
    file: str
    split: str
    pictures: int
    scenes: int = Field(description="groups of pictures drawn together; as many as pictures without a rule for scenes")
    a: SetFigures
    b: SetFigures
    differences: tuple[Difference, ...]


class Comparison(Part):
    """Two networks side by side."""

    format: Literal["henwise-comparison/1"] = "henwise-comparison/1"
    measured: date
    a: NetworkPart
    b: NetworkPart
    score_a: float
    score_b: float
    draws: int
    datasets: tuple[DatasetComparison, ...]


def schema() -> str:
    """Give the JSON Schema of the document, as docs/comparison.schema.json holds it."""
    return json.dumps(Comparison.model_json_schema(), indent=1, ensure_ascii=False) + "\n"


def tallies(looked: Sequence[Looked], *, score: float) -> NDArray[np.float64]:
    """Return (pictures, 3) of hits, detections and true boxes at a threshold."""
    rows = []
    for item in looked:
        taken = item.judged.scores >= score
        rows.append((item.judged.hits[taken, 0].sum(), taken.sum(), len(item.truth)))
    return np.array(rows, np.float64).reshape(-1, 3)


def differences(
    a: NDArray[np.float64], b: NDArray[np.float64], scenes: Sequence[str], *, seed: int = 0, draws: int = DRAWS
) -> tuple[Difference, ...]:
    """Compare two networks' tallies (pictures, 3) of the same pictures; `scenes` names the scene of each picture."""
    rng = np.random.default_rng(seed)
    _, members = np.unique(np.array(scenes), return_inverse=True)
    groups = int(members.max()) + 1
    draw = [np.bincount(rng.integers(0, groups, groups), minlength=groups)[members] for _ in range(draws)]
    drawn = np.stack(draw).astype(np.float64)
    once = np.ones((1, len(members)))
    spread_a, spread_b = _figures(a, drawn), _figures(b, drawn)
    whole_a, whole_b = _figures(a, once), _figures(b, once)
    return tuple(
        _difference(name, (whole_a[name][0], whole_b[name][0]), spread_b[name] - spread_a[name]) for name in BETTER_UP
    )


def _figures(tally: NDArray[np.float64], weights: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Compute the figures of each row of weights (draws, pictures): how often a picture counts."""
    hits, found, true = (weights @ tally).T
    errors, birds = np.abs(tally[:, 1] - tally[:, 2]), tally[:, 2] > 0
    shares = np.divide(errors, tally[:, 2], out=np.zeros_like(errors), where=birds)
    with np.errstate(invalid="ignore", divide="ignore"):  # nothing to divide by: nan, left out of the interval
        return {
            "precision": hits / found,
            "recall": hits / true,
            "f1": 2 * hits / (found + true),
            "count_mae": weights @ errors / weights.sum(axis=1),
            "count_mape": weights @ shares / (weights @ birds),
        }


def _difference(name: str, whole: tuple[float, float], spread: NDArray[np.float64]) -> Difference:
    known = spread[np.isfinite(spread)]
    low, high = np.quantile(known, (0.025, 0.975)) if len(known) else (np.nan, np.nan)
    verdict: Verdict = "may be luck"
    if low > 0 or high < 0:
        verdict = "better" if (low > 0) == BETTER_UP[name] else "worse"
    a, b = whole
    values = {"a": a, "b": b, "difference": b - a, "low": low, "high": high}
    rounded = {key: round(float(value), DIGITS) if np.isfinite(value) else None for key, value in values.items()}
    return Difference(figure=name, verdict=verdict, **rounded)
