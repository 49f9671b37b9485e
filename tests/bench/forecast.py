"""The forecast's back-test: how often its 90 % interval holds, and its error beside "yesterday plus the curve's gain".

Simulated flocks (``tests.cloud.simulated_flocks``: not by the forecast's own model), R's ChickWeight (each diet a
flock, held against a Gompertz curve fitted to the other three: the way a farm makes a curve of its own), and, where
``HENWISE_GROWTH_TABLES`` names a folder with them, growth series that may not be shipped.
"""

import csv
import os
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from statistics import fmean, stdev

from cloud.flock.fitting import fit
from cloud.flock.forecast import Weighed
from cloud.flock.growth import standard
from tests.cloud.simulated_flocks import Tested, backtest, simulated

CHICKS = Path(__file__).parents[1] / "fixtures" / "growth" / "chickweight.csv"
FLOCKS = 1_000


def table() -> str:
    flocks = [simulated(seed) for seed in range(FLOCKS)]
    rows = [
        ("simulated, Ross 308 by their curve", backtest(flocks, standard("ross-308"))),
        ("simulated, Ross 308 by Cobb's curve", backtest(flocks, standard("cobb-500"))),
        ("simulated, no curve", backtest(flocks, None)),
        *chicks(),
        *others(os.environ.get("HENWISE_GROWTH_TABLES")),
    ]
    head = "| flocks | forecasts | 90 % interval held | error | yesterday + curve's gain | bias |\n"
    head += "| --- | --- | --- | --- | --- | --- |"
    return "\n".join(["## Forecast seven days ahead", "", head, *(_row(name, one) for name, one in rows)])


def _row(name: str, one: Tested) -> str:
    simple = "-" if one.simple_error_percent != one.simple_error_percent else f"{one.simple_error_percent:.2f} %"
    return (
        f"| {name} | {one.forecasts} | {100 * one.coverage:.1f} % | {one.mean_error_percent:.2f} % | {simple} | "
        f"{one.bias_percent:+.2f} % |"
    )


def chicks() -> Iterable[tuple[str, Tested]]:
    """R's ChickWeight: means of about ten to twenty chicks every other day."""
    by_diet: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in csv.DictReader(CHICKS.read_text("utf-8").splitlines()):
        by_diet[row["diet"]][int(row["day"])].append(float(row["grams"]))
    flocks = {diet: _weighed(days) for diet, days in by_diet.items()}
    tested, alone = [], []
    for diet, days in flocks.items():
        others = [one for name, flock in flocks.items() if name != diet for one in flock]
        curve = fit([one.age_days for one in others], [one.grams for one in others], "gompertz").curve.tabled("own", "")
        tested.append(backtest([days], curve, 8))
        alone.append(backtest([days], None, 8))
    yield "ChickWeight, 4 diets, a curve from the other three, 8 days", _together(tested)
    yield "ChickWeight, 4 diets, no curve, 8 days", _together(alone)


def _weighed(days: dict[int, list[float]]) -> list[Weighed]:
    found = []
    for day, grams in sorted(days.items()):
        mean = fmean(grams)
        found.append(Weighed(day, mean, stdev(grams) / mean / len(grams) ** 0.5))
    return found


def others(folder: str | None) -> Iterable[tuple[str, Tested]]:
    """Series that may be read but not shipped."""
    if folder is None:
        return
    path = Path(folder) / "unlicensed" / "broiler_house_climate_5min.csv"
    if path.exists():
        days = _house(path)
        yield "one real broiler house, 32 daily means, by Ross 308's curve", backtest([days], standard("ross-308"))
        yield "the same, no curve", backtest([days], None)


def _house(path: Path) -> list[Weighed]:
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    stamp = next(name for name in rows[0] if "time" in name.lower() or "date" in name.lower())
    weight = next(name for name in rows[0] if "weight" in name.lower())
    by_day: dict[date, float] = {}
    for row in rows:
        if row[weight]:
            by_day.setdefault(datetime.fromisoformat(row[stamp]).date(), float(row[weight]))
    first = min(by_day)
    days = sorted(by_day.items())
    # The source filled days without a weight with the one before (see its description).
    filled = {day for (_, before), (day, grams) in pairwise(days) if grams == before}
    return [Weighed((day - first).days + 1, grams, 0.02) for day, grams in days if day not in filled]


def _together(parts: list[Tested]) -> Tested:
    total = sum(one.forecasts for one in parts)

    def mean(name: str) -> float:
        return sum(getattr(one, name) * one.forecasts for one in parts) / total

    return Tested(
        total, *(mean(name) for name in ("coverage", "mean_error_percent", "simple_error_percent", "bias_percent"))
    )
