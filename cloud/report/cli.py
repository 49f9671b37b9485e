"""``henwise-cloud report``: a report of a flock, or of several side by side, into a file."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from cloud.config import CloudConfig, load_config
from cloud.verb import ConfigOption, sentences

if TYPE_CHECKING:
    from cloud.report.gather import Gatherer

app = typer.Typer()


class Kinds(StrEnum):
    """Which report."""

    DAY = "day"
    WEEK = "week"
    FLOCK = "flock"


class Forms(StrEnum):
    """Which kind of file."""

    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"
    PARQUET = "parquet"


class Tongues(StrEnum):
    """Which language."""

    EN = "en"
    ZH = "zh"


class Systems(StrEnum):
    """Which units."""

    SI = "si"
    JIN = "jin"
    US = "us"


@app.command()
def report(
    farm: Annotated[str, typer.Argument(help="Farm, as in the topics.")],
    flock: Annotated[str, typer.Argument(help="Flock; flock list names them.")],
    *,
    kind: Annotated[
        Kinds | None, typer.Option(help="One day on a page, seven days, or the whole flock, which it is unless given.")
    ] = None,
    compare: Annotated[
        list[str] | None, typer.Option("--with", help="Another flock, as farm/flock, beside it; may be given again.")
    ] = None,
    form: Annotated[Forms, typer.Option("--format", help="Kind of file.")] = Forms.PDF,
    out: Annotated[Path | None, typer.Option(help="File or folder; the report's own name here unless given.")] = None,
    last: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Last day it covers; today unless given.")
    ] = None,
    language: Annotated[Tongues, typer.Option(help="Language.")] = Tongues.EN,
    units: Annotated[Systems, typer.Option(help="g and kg; 斤; or pounds and °F.")] = Systems.SI,
    table: Annotated[str | None, typer.Option(help="Table of a CSV or Parquet file; the main one.")] = None,
    bom: Annotated[bool, typer.Option(help="CSV: begin with a byte order mark, for spreadsheets on Windows.")] = False,
    config: ConfigOption = None,
) -> None:
    """Write a report about a flock, or about flocks side by side, to a file; also while the service runs."""
    from cloud.report.desk import Wish, last_day
    from cloud.report.desk import report as reported
    from cloud.report.files import made

    if kind and compare:
        raise typer.BadParameter("flocks are compared over their whole lives; leave out --kind", param_hint="--with")
    if table and form not in {Forms.CSV, Forms.PARQUET}:
        raise typer.BadParameter(f"a {form.value.upper()} has all tables; leave it out", param_hint="--table")
    with sentences():
        settings = load_config(config)
        flocks = ((farm, flock), *(_named(one) for one in compare or []))
        with gathering(settings) as gatherer:
            day = last_day(last.date() if last else None, gatherer.zones.day(farm, datetime.now(UTC)))
            wish = Wish((kind or Kinds.FLOCK).value, flocks, day, language.value, units.value)
            wanted = reported(gatherer, replace(wish, kind="comparison") if len(flocks) > 1 else wish)
        file = made(wanted, form.value, table=table, bom=bom)
    path = _path(out, file.name)
    try:
        path.write_bytes(file.content)
    except OSError as error:
        raise typer.BadParameter(f"{path} can't be written: {error.strerror}", param_hint="--out") from error
    typer.echo(f"{path}: {len(file.content)} bytes.")


@contextmanager
def gathering(config: CloudConfig) -> Iterator["Gatherer"]:
    """Open the stores to read from, beside a running service too: a file of series is read from a copy of this moment.

    Raises:
        CannotStart: the data folder can't be used.
        StoreUnavailable: a store can't be read.
    """
    from cloud.report.gather import Gatherer
    from cloud.store.choice import chosen_series, is_embedded
    from cloud.store.folder import opened_records
    from cloud.store.zones import Zones

    with opened_records(config) as records, TemporaryDirectory(prefix="henwise-report-") as folder:
        settings = config
        if is_embedded(config):
            _copy(config.data_dir / "series.db", Path(folder) / "series.db")
            settings = config.model_copy(update={"data_dir": Path(folder)})
        series = chosen_series(settings)
        series.open()
        try:
            yield Gatherer(series, records, Zones(records, config.zone))
        finally:
            series.close()


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        return
    if shutil.disk_usage(target.parent).free < 2 * source.stat().st_size:
        raise typer.BadParameter(f"{target.parent} has no room for a copy of {source}; set TMPDIR to a larger disk")
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def _named(name: str) -> tuple[str, str]:
    farm, slash, flock = name.partition("/")
    if not slash:
        raise typer.BadParameter(f"{name!r}: write farm/flock", param_hint="--with")
    return farm, flock


def _path(out: Path | None, name: str) -> Path:
    if out is None:
        return Path(name)
    return out / name if out.is_dir() else out
