"""How long a report of a flock of 56 days with all data takes, as a person waits for it: stores read, file made."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from cloud.api.language import LANGUAGES
from cloud.report.desk import Wish, report
from cloud.report.files import Format, ReportFile, made
from cloud.report.gather import Gatherer
from cloud.store.embedded import EmbeddedSeries
from cloud.store.records import Records
from cloud.store.retention import Retention
from cloud.store.zones import Zones
from tests.cloud.whole_flock import PLACED_ON, ZONE, Where, fill

DAYS = 56
ROUNDS = 8
STEPS_S = (600, 60)
"""Of climate, five quantities: ten minutes is what reports reckon with, a minute what devices come with."""
LAST = PLACED_ON + timedelta(days=DAYS - 1)
LIMITS_S: dict[Format, float] = {"pdf": 1.5, "xlsx": 1.0}


def table() -> str:
    head = (
        "| values | file | language | first, s | median of later, s | slowest, s | its processor, s | limit, s | KB |\n"
    )
    head += "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    rows = [row for every_s in STEPS_S for row in _measured(every_s)]
    return "\n".join([f"## A report of {DAYS} days", "", head, *rows])


def _measured(every_s: int) -> list[str]:
    with TemporaryDirectory(prefix="henwise-bench-") as folder:
        records = Records(Path(folder) / "records.db")
        series = EmbeddedSeries(Path(folder) / "series.db", retention=Retention(36_500))
        records.open()
        series.open()
        try:
            fill(records, series, Where(), every_s=every_s)
            return _rows(Gatherer(series, records, Zones(records, ZONE)), every_s)
        finally:
            series.close()
            records.close()


def _rows(gatherer: Gatherer, every_s: int) -> list[str]:
    rows = []
    for form, limit in LIMITS_S.items():
        for language in LANGUAGES:
            work = partial(_made, gatherer, Wish("flock", (("hill", "f-1"),), LAST, language), form)
            first, *later = [_timed(work) for _ in range(ROUNDS)]
            busy_s = median(_timed(work, time.process_time) for _ in range(ROUNDS))
            told = f"{first:.2f} | {median(later):.2f} | {max(later):.2f} | {busy_s:.2f} | {limit}"
            rows.append(
                f"| each {every_s} s | {form.upper()} | {language} | {told} | {len(work().content) / 1000:.0f} |"
            )
    return rows


def _made(gatherer: Gatherer, wish: Wish, form: Format) -> ReportFile:
    return made(report(gatherer, wish), form)


def _timed(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    begun = clock()
    work()
    return clock() - begun
