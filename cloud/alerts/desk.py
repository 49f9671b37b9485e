"""A climate log from anywhere, as a CSV file, for ``henwise-cloud replay``."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from cloud.alerts.history import FileHistory
from cloud.alerts.rules.settings import Lives
from cloud.alerts.rules.signals import WEIGHINGS_LEAST, Columns
from cloud.errors import BadFile
from cloud.store.series import DayStats, SeriesKey
from contract.quantities import QUANTITIES

ALIASES: Final[Mapping[str, str]] = {
    "temperature_c": "temperature_celsius",
    "temperature": "temperature_celsius",
    "humidity_pct": "humidity_percent",
    "humidity": "humidity_percent",
    "nh3_ppm": "ammonia_ppm",
    "co2_ppm": "carbon_dioxide_ppm",
    "air_speed": "air_speed_mps",
    "weight_g": "weight_grams",
}
"""Column names that other loggers write; a quantity's own key is understood as well."""

TIMES: Final = ("time", "at", "timestamp", "date_time", "datetime")
WEIGHT: Final = "weight_grams"


def read_log(path: Path, zone: ZoneInfo, flock: Lives | None) -> tuple[FileHistory, tuple[int, int]]:
    """Read a log: a column of times, and columns of quantities; other columns are left alone.

    A time without a zone is in ``zone``. Weights are daily means, as a breeder writes them down: the mean of a day's
    rows stands for as many birds as a mean needs to be judged.

    Returns:
        The history, and its span in Unix ms, end excluded.

    Raises:
        BadFile: it can't be read; the message names the line.
    """
    rows = list(_rows(path))
    if not rows:
        raise BadFile(f"{path} has no rows: write a line of column names, then a line for each time")
    when = next((name for name in rows[0] if name.strip().lower() in TIMES), None)
    if when is None:
        raise BadFile(f"{path} has no column of times: name it one of {', '.join(TIMES)}")
    stamps = [_stamp(path, line, row[when], zone) for line, row in enumerate(rows, 2)]
    names = {name: _quantity(name) for name in rows[0]}
    measured = {key: name for name, key in names.items() if key}
    if not measured:
        raise BadFile(f"{path} has no column that is known: {', '.join([*ALIASES, *QUANTITIES])}")
    columns = {key: _column(path, rows, stamps, name, key) for key, name in measured.items()}
    weights = columns.pop(WEIGHT, None)
    series = {SeriesKey("desk", "house", "file", "climate", key): column for key, column in columns.items()}
    daily: dict[str, list[DayStats]] = {}
    if weights is not None:
        series[SeriesKey("desk", "house", "file", "scale", WEIGHT)] = weights
        daily[WEIGHT] = _days(weights, zone)
    return FileHistory(zone, series, daily, flock), (min(stamps), max(stamps) + 1)


def _rows(path: Path) -> Iterable[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"{path} can't be read as CSV: {error}") from error


def _quantity(name: str) -> str | None:
    plain = name.strip().lower()
    key = ALIASES.get(plain, plain)
    return key if key in QUANTITIES else None


def _stamp(path: Path, line: int, text: str | None, zone: ZoneInfo) -> int:
    try:
        at = datetime.fromisoformat((text or "").strip())
    except ValueError:
        raise BadFile(f"{path}, line {line}: {text!r} is not a time; write it like 2026-11-22 08:00") from None
    return int((at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC).timestamp() * 1000)


def _column(path: Path, rows: list[dict[str, str]], stamps: list[int], name: str, key: str) -> Columns:
    values: dict[int, float] = {}
    for line, (at_ms, row) in enumerate(zip(stamps, rows, strict=True), 2):
        text = (row.get(name) or "").strip()
        if not text:
            continue
        try:
            value = float(text)
        except ValueError:
            raise BadFile(f"{path}, line {line}, {name}: {text!r} is not a number") from None
        if problem := QUANTITIES[key].problem_with(value):
            raise BadFile(f"{path}, line {line}, {name}: {problem}")
        values[at_ms] = value
    ordered = sorted(values)
    return Columns.of(ordered, [values[at_ms] for at_ms in ordered])


def _days(weights: Columns, zone: ZoneInfo) -> list[DayStats]:
    by_day: dict[date, list[float]] = defaultdict(list)
    for at_ms, grams in zip(weights.at_ms.tolist(), weights.value.tolist(), strict=True):
        by_day[datetime.fromtimestamp(at_ms / 1000, zone).date()].append(grams)
    return [_day(day, sum(grams) / len(grams)) for day, grams in sorted(by_day.items())]


def _day(day: date, mean: float) -> DayStats:
    n = WEIGHINGS_LEAST
    return DayStats(day, n, n * mean, n * mean**2, mean, mean)
