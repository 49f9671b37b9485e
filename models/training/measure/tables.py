"""Figures as tables for a terminal."""

import sys
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from models.training.measure.compare import Comparison, Difference
from models.training.measure.report import CountFigures, DatasetReport, Evaluation, SetFigures

WIDTH = 140
"""Columns when the output is not a terminal."""
FEW = 10
"""Scenes below which a bootstrap interval says little."""
HEADS = ("pictures", "birds", "precision", "recall", "F1", "mAP50", "mAP50-95", "MAE", "MAPE", "bias", "bias %")


def print_evaluation(document: Evaluation, *, sources: bool, sizes: bool) -> None:
    """Print the figures of an evaluation."""
    console = wide_console()
    network = document.network
    wide, high = network.input_size_wh
    console.print(
        f"{network.name} {network.version} ({network.file}), threshold {document.score:g} ({document.score_from})"
    )
    console.print(f"input {wide} x {high} pixels, tiles {document.tiles}, {document.backend}")
    tables = [summary(document)]
    for part in document.datasets:
        tables += dataset_tables(part, sources=sources, sizes=sizes)
    for drawn in tables:
        console.print(drawn)


def print_comparison(document: Comparison) -> None:
    """Print two networks side by side."""
    console = wide_console()
    for letter, network, score in (("A", document.a, document.score_a), ("B", document.b, document.score_b)):
        console.print(f"{letter}: {network.name} {network.version} ({network.file}), threshold {score:g}")
    for part in document.datasets:
        rows = [
            (one.figure, _plain(one.a), _plain(one.b), _signed(one.difference), _interval(one), one.verdict)
            for one in part.differences
        ]
        title = f"{part.dataset} {part.split}: {part.pictures} pictures in {part.scenes} scenes, {part.a.boxes} birds"
        console.print(table(title, ("figure", "A", "B", "B - A", "95 % interval", "B is"), rows))
        bias = f"bias {part.a.count_bias:+.2f} and {part.b.count_bias:+.2f} birds"
        console.print(f"mAP50 {_plain(part.a.map50)} and {_plain(part.b.map50)}, {bias}")
        if part.scenes < FEW:
            console.print(f"Fewer than {FEW} scenes: too few for the intervals to be believed.")


def wide_console() -> Console:
    """Give a console on standard output that does not fold tables into a pipe."""
    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, markup=False)


def summary(document: Evaluation) -> Table:
    """Draw one row for each data set, and one for all."""
    rows = [(f"{part.dataset} {part.split}", *_cells(part.overall)) for part in document.datasets]
    if document.pooled is not None:
        rows.append(("all pictures", *_cells(document.pooled)))
    return table("", ("data set", *HEADS), rows)


def dataset_tables(part: DatasetReport, *, sources: bool, sizes: bool) -> list[Table]:
    """Draw the tables of one data set."""
    name, tables = part.dataset, []
    if sources and part.by_source:
        rows = [(one.source, *_cells(one)) for one in part.by_source]
        tables.append(table(f"{name}, by source", ("source", *HEADS), rows))
    if sizes and part.by_size:
        rows = [
            (_range(one.low_px, one.high_px), str(one.boxes), _share(one.recall), _plain(one.ap50), _plain(one.ap50_95))
            for one in part.by_size
        ]
        tables.append(table(f"{name}, by size of the bird", ("pixels", "birds", "recall", "AP50", "AP50-95"), rows))
    rows = [
        (_range(one.low, one.high), str(one.pictures), str(one.boxes), *_count_cells(one)) for one in part.by_number
    ]
    heads = ("birds in it", "pictures", "birds", *HEADS[-4:])
    tables.append(table(f"{name}, by number of birds in the picture", heads, rows))
    if len(part.by_class) > 1:
        rows = [(one.name, str(one.boxes), _share(one.recall)) for one in part.by_class]
        tables.append(table(f"{name}, by class", ("class", "boxes", "recall"), rows))
    return tables


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Draw a table: names to the left, numbers to the right."""
    drawn = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD)
    for at, head in enumerate(heads):
        drawn.add_column(head, justify="right" if at else "left", no_wrap=bool(at))
    for row in rows:
        drawn.add_row(*row)
    return drawn


def _cells(one: SetFigures) -> tuple[str, ...]:
    quality = (_share(one.precision), _share(one.recall), _plain(one.f1), _plain(one.map50), _plain(one.map50_95))
    return (str(one.pictures), str(one.boxes), *quality, *_count_cells(one))


def _count_cells(one: CountFigures) -> tuple[str, ...]:
    bias = f"{one.count_bias:+.2f}"
    return f"{one.count_mae:.2f}", _share(one.count_mape), bias, _share(one.count_bias_share, sign="+")


def _share(value: float | None, *, sign: str = "") -> str:
    return "-" if value is None else f"{100 * value:{sign}.1f} %"


def _plain(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.3f}"


def _interval(one: Difference) -> str:
    return f"{_signed(one.low)} to {_signed(one.high)}"


def _range(low: float, high: float | None) -> str:
    if high is None:
        return f"{low:g} and more"
    return f"{low:g}" if low == high else f"{low:g}-{high:g}"
