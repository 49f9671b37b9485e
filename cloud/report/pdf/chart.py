"""A chart's geometry: where its lines, band, bars and ticks lie in a unit square. Pure; the page draws it as vectors.

Ticks are few enough that no label can touch its neighbour: at most ``TICKS_X`` along, ``TICKS_Y`` up.
"""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any, Final

from cloud.report.model import Cell
from cloud.report.printed import Printed, PrintedChart, PrintedTable, number

TICKS_X: Final = 8
TICKS_Y: Final = 5
STEPS: Final = (1.0, 2.0, 5.0, 10.0)
BAR_SHARE: Final = 0.7


def drawn(printed: Printed, one: PrintedChart) -> dict[str, Any] | None:
    """Return a chart as plain data for the page; None where there is nothing to draw."""
    table = printed.table(one.chart.table)
    if table is None:
        return None
    xs = _numbers(table.column(one.chart.x))
    columns = {line.column: _numbers(table.column(line.column)) for line in one.chart.lines}
    band = tuple(_numbers(table.column(key)) for key in one.chart.band or ())
    values = [value for column in (*columns.values(), *band) for value in column if value is not None]
    ages = [x for x in xs if x is not None]
    if not values or not ages:
        return None
    stacked = [line.column for line in one.chart.lines if line.style == "bars"]
    most = max(values) if not stacked else max(_stack(columns, stacked))
    y_ticks = _ticks(0.0 if min(values) >= 0 and min(values) < most / 2 else min(values), most, TICKS_Y)
    x_ticks = _ticks(min(ages), max(ages), TICKS_X, whole=True)
    around = 0.5 if stacked or max(ages) == min(ages) else 0.0  # a bar is as wide on both sides of its day
    frame = _Frame(min(ages) - around, max(ages) + around, y_ticks[0], y_ticks[-1])
    decimals = max(0, -floor(log10(y_ticks[1] - y_ticks[0]) + 1e-9))
    return {
        "name": one.name,
        "unit": _unit(table, one),
        "x_name": table.columns[table.place(one.chart.x)].name,
        "x_ticks": [[frame.x(tick), number(tick, 0)] for tick in x_ticks if min(ages) <= tick <= max(ages)],
        "y_ticks": [[frame.y(tick), number(tick, decimals)] for tick in y_ticks],
        "band": _band(frame, xs, band) if band else [],
        "band_name": _band_name(printed, table, one),
        "lines": [
            {"name": _name(table, line.column), "style": line.style, "runs": _runs(frame, xs, columns[line.column])}
            for line in one.chart.lines
            if line.style != "bars"
        ],
        "bars": _bars(frame, xs, columns, stacked, table),
    }


class _Frame:
    """Maps data to the unit square; y grows upwards."""

    def __init__(self, x0: float, x1: float, y0: float, y1: float) -> None:
        self.x0, self.x1, self.y0, self.y1 = x0, x1, y0, y1

    def x(self, value: float) -> float:
        return round((value - self.x0) / (self.x1 - self.x0), 5)

    def y(self, value: float) -> float:
        return round((value - self.y0) / (self.y1 - self.y0), 5)


def _numbers(cells: Sequence[Cell]) -> list[float | None]:
    return [float(cell) if isinstance(cell, int | float) else None for cell in cells]


def _ticks(low: float, high: float, most: int, *, whole: bool = False) -> list[float]:
    """Return round ticks from below the lowest to above the highest value."""
    span = high - low or max(abs(high), 1.0)
    rough = span / (most - 1)
    power = 10.0 ** floor(log10(rough))
    step = next(one * power for one in STEPS if one * power >= rough * (1 - 1e-9))
    if whole:
        step = max(1.0, step)
    first, last = floor(low / step + 1e-9), ceil((high if high > low else low + span) / step - 1e-9)
    return [round(count * step, 10) for count in range(first, last + 1)]


def _runs(frame: _Frame, xs: Sequence[float | None], ys: Sequence[float | None]) -> list[list[list[float]]]:
    """Return stretches without a gap: a line never crosses days on which nothing is known."""
    runs: list[list[list[float]]] = [[]]
    for x, y in zip(xs, ys, strict=True):
        if x is None or y is None:
            runs.append([])
        else:
            runs[-1].append([frame.x(x), frame.y(y)])
    return [run for run in runs if run]


def _band(frame: _Frame, xs: Sequence[float | None], band: Sequence[Sequence[float | None]]) -> list[list[list[float]]]:
    """Return polygons: along the upper edge, back along the lower one."""
    low, high = band
    polygons, run = [], []
    for x, bottom, top in [*zip(xs, low, high, strict=True), (None, None, None)]:
        if x is not None and bottom is not None and top is not None:
            run.append((x, bottom, top))
            continue
        if len(run) > 1:
            upper = [[frame.x(a), frame.y(t)] for a, _, t in run]
            lower = [[frame.x(a), frame.y(b)] for a, b, _ in reversed(run)]
            polygons.append(upper + lower)
        run = []
    return polygons


def _stack(columns: dict[str, list[float | None]], stacked: Sequence[str]) -> list[float]:
    return [sum(value or 0.0 for value in row) for row in zip(*(columns[key] for key in stacked), strict=True)]


def _bars(
    frame: _Frame,
    xs: Sequence[float | None],
    columns: dict[str, list[float | None]],
    stacked: Sequence[str],
    table: PrintedTable,
) -> list[dict[str, Any]]:
    width = BAR_SHARE / (frame.x1 - frame.x0)
    below, found = [0.0] * len(xs), []
    for key in stacked:
        rectangles = []
        for place, (x, value) in enumerate(zip(xs, columns[key], strict=True)):
            if x is None or not value:
                continue
            bottom, top = frame.y(below[place]), frame.y(below[place] + value)
            rectangles.append([max(0.0, frame.x(x) - width / 2), bottom, width, round(top - bottom, 5)])
            below[place] += value
        found.append({"name": _name(table, key), "rectangles": rectangles})
    return found


def _name(table: PrintedTable, key: str) -> str:
    return table.columns[table.place(key)].name


def _unit(table: PrintedTable, one: PrintedChart) -> str:
    return table.columns[table.place(one.chart.lines[-1].column)].unit


def _band_name(printed: Printed, table: PrintedTable, one: PrintedChart) -> str:
    if one.chart.band is None:
        return ""
    low, high = (_name(table, key) for key in one.chart.band)
    return f"{low} – {high}" if printed.language == "en" else f"{low}–{high}"
